package io.espalier.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.core.Environment;
import io.espalier.core.Space;
import io.espalier.core.Step;
import io.espalier.testkit.FaultyEnvironment.Fault;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Each fault does what it says, at the step it is told, and nothing before. */
class FaultyEnvironmentTest {
    private static final float[] STAY = {0};

    /** At its third step. */
    private static FaultyEnvironment third(Fault fault) {
        FaultyEnvironment faulty = FaultyEnvironment.once(new CountingEnvironment(4, true), fault, 3);
        faulty.reset(5);
        for (int t = 1; t <= 2; t++) {
            assertThat(faulty.step(STAY, 0)).isEqualTo(Step.transition(t));
            assertThat(seen(faulty)).containsExactly(5, t);
        }
        return faulty;
    }

    private static float[] seen(Environment environment) {
        float[] row = new float[2];
        environment.observe(row, 0);
        return row;
    }

    @Test
    void anException() {
        FaultyEnvironment faulty = third(Fault.EXCEPTION);
        assertThatThrownBy(() -> faulty.step(STAY, 0)).isInstanceOf(ArithmeticException.class);
        assertThat(faulty.step(STAY, 0)).isEqualTo(Step.transition(3));
    }

    @Test
    void aHangThatOnlyReleaseEnds() throws InterruptedException {
        FaultyEnvironment faulty = third(Fault.HANG);
        Step[] result = new Step[1];
        Thread stuck = new Thread(() -> result[0] = faulty.step(STAY, 0));
        stuck.start();
        while (stuck.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        stuck.interrupt();
        stuck.join(50);
        assertThat(stuck.isAlive()).isTrue();
        faulty.release();
        stuck.join();
        assertThat(result[0]).isEqualTo(Step.transition(3));
    }

    @Test
    void valuesThatAreNotLegal() {
        FaultyEnvironment nan = third(Fault.NAN_OBSERVATION);
        nan.step(STAY, 0);
        assertThat(seen(nan)).containsExactly(Float.NaN, 3);
        FaultyEnvironment outside = third(Fault.OUT_OF_SPACE);
        outside.step(STAY, 0);
        assertThat(outside.observationSpace().contains(seen(outside), 0)).isFalse();
        assertThat(seen(outside)[0]).isFinite();
        FaultyEnvironment infinite = third(Fault.INFINITE_REWARD);
        assertThat(infinite.step(STAY, 0)).isEqualTo(Step.transition(Double.POSITIVE_INFINITY));
        FaultyEnvironment discrete = FaultyEnvironment.once(Corridor.tabular(5), Fault.OUT_OF_SPACE, 0);
        discrete.reset(1);
        Space space = discrete.observationSpace();
        assertThat(space.violation(seen(discrete), 0)).contains("-1.0");
    }

    @Test
    void aRowTooLong() {
        FaultyEnvironment faulty = third(Fault.WRONG_SHAPE);
        faulty.step(STAY, 0);
        assertThatThrownBy(() -> seen(faulty)).isInstanceOf(ArrayIndexOutOfBoundsException.class);
        float[] roomy = {9, 9, 9};
        faulty.observe(roomy, 0);
        assertThat(roomy).containsExactly(5, 3, 0);
    }

    @Test
    void anEpisodeWithoutEnd() {
        FaultyEnvironment faulty = FaultyEnvironment.from(new CountingEnvironment(4, true), Fault.NEVER_DONE, 1);
        faulty.reset(5);
        for (int t = 0; t < 100; t++) {
            assertThat(faulty.step(STAY, 0)).isEqualTo(Step.transition(1 + t % 4));
        }
    }

    @Test
    void aStepThatTakesAHundredTimesAsLong() {
        FaultyEnvironment faulty = third(Fault.SLOW);
        long began = System.nanoTime();
        faulty.step(STAY, 0);
        // At least: a busy machine makes it longer, never shorter.
        assertThat(System.nanoTime() - began).isGreaterThanOrEqualTo(1_000_000);
    }

    @Test
    void inOneCopyOfSeveral() {
        Supplier<Environment> factory =
                FaultyEnvironment.inCopy(() -> new CountingEnvironment(4, true), 1, Fault.INFINITE_REWARD, 1);
        List<Double> rewards = Stream.generate(factory)
                .limit(4)
                .map(copy -> {
                    copy.reset(1);
                    return copy.step(STAY, 0).reward();
                })
                .toList();
        assertThat(rewards).containsExactly(1.0, Double.POSITIVE_INFINITY, 1.0, 1.0);
    }
}
