package io.espalier.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.espalier.benchmarks.ScalingModel.Layout;
import io.espalier.benchmarks.ScalingModel.Mode;
import io.espalier.benchmarks.ScalingModel.Outcome;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Cases whose outcome can be reckoned by hand. */
class ScalingModelTest {
    private static final double FAST = Double.POSITIVE_INFINITY;

    /** 100 rows a block, whatever is not named costs nothing. */
    private static ScalingCosts costs(double collect, double update) {
        return new ScalingCosts(100, collect, update, 0, 0, 0, 0, 0, 0, FAST);
    }

    private static Mode asynchronous(int ahead, long maxStaleness) {
        return new Mode(false, ahead, maxStaleness, 0);
    }

    private static Outcome simulate(ScalingCosts costs, Layout layout, Mode mode) {
        return ScalingModel.simulate(costs, layout, mode, 200, 1);
    }

    @Test
    void eventsHappenInOrderOfTimeAndThenOfPlanning() {
        EventQueue events = new EventQueue();
        List<String> told = new ArrayList<>();
        events.after(2, () -> told.add("c" + events.now()));
        events.after(1, () -> {
            told.add("a" + events.now());
            events.after(1, () -> told.add("d" + events.now()));
        });
        events.after(1, () -> told.add("b" + events.now()));
        events.after(9, () -> told.add("too late"));
        events.runUntil(3);
        assertThat(told).containsExactly("a1.0", "b1.0", "c2.0", "d2.0");
        assertThat(events.now()).isEqualTo(3);
        assertThatThrownBy(() -> events.after(-1, () -> {})).hasMessageContaining("must not be negative");
    }

    @Test
    void threadsShareTheCoresOfAMachine() {
        // One core: 1 s and 2 s of work share it until the first ends at 2 s, then 1 s is left; a third comes at 2.5 s.
        EventQueue events = new EventQueue();
        SharedCores core = new SharedCores(events, 1);
        List<Double> ends = new ArrayList<>();
        core.run(1, () -> ends.add(events.now()));
        core.run(2, () -> ends.add(events.now()));
        events.after(2.5, () -> core.run(0.25, () -> ends.add(events.now())));
        events.runUntil(10);
        assertThat(ends).hasSize(3);
        assertThat(ends.get(0)).isCloseTo(2, within(1e-12));
        // From 2.5 s on both want 0.5 and 0.25: at 3 s the third has its quarter, at 3.25 s the second its rest.
        assertThat(ends.get(1)).isCloseTo(3, within(1e-12));
        assertThat(ends.get(2)).isCloseTo(3.25, within(1e-12));
        assertThat(core.used()).isCloseTo(3.25, within(1e-12));
    }

    @Test
    void oneWorkerGoesAsFastAsItCollects() {
        // 10 blocks a second of 100 rows; the learner is busy for 10 times 0.01 s.
        Outcome outcome = simulate(costs(0.1, 0.01), Layout.machines(1, 1, 1), asynchronous(2, 16));
        assertThat(outcome.samplesPerSecond()).isCloseTo(1000, within(10.0));
        assertThat(outcome.utilization().get("learner")).isCloseTo(0.1, within(0.01));
        assertThat(outcome.bottleneck()).isEqualTo("workers");
        assertThat(outcome.droppedShare()).isZero();
    }

    @Test
    void aWorkerThatIsAheadActsOnWeightsOneVersionOld() {
        // It begins each block when the one before is sent, 0.01 s before that is learned from.
        ScalingCosts costs = costs(0.1, 0.01);
        assertThat(simulate(costs, Layout.here(1, 2), asynchronous(2, 16)).staleness())
                .isCloseTo(1, within(0.01));
        assertThat(simulate(costs, Layout.here(1, 2), asynchronous(1, 16)).staleness())
                .isZero();
        // One that waits for the learner takes 0.11 s a block.
        assertThat(simulate(costs, Layout.here(1, 2), asynchronous(1, 16)).samplesPerSecond())
                .isCloseTo(100 / 0.11, within(10.0));
    }

    @Test
    void whatIsTooOldIsDropped() {
        // With no staleness allowed every other block is dropped: after a drop the weights stay as they are.
        Outcome outcome = simulate(costs(0.1, 0.01), Layout.here(1, 2), asynchronous(2, 0));
        assertThat(outcome.droppedShare()).isCloseTo(0.5, within(0.01));
        assertThat(outcome.samplesPerSecond()).isCloseTo(500, within(10.0));
    }

    @Test
    void manyWorkersGoAsFastAsTheLearner() {
        // 100 workers bring 1000 blocks a second, the learner takes 20.
        Outcome outcome = simulate(costs(0.1, 0.05), Layout.machines(100, 10, 2), asynchronous(2, 10_000));
        assertThat(outcome.samplesPerSecond()).isCloseTo(2000, within(20.0));
        assertThat(outcome.bottleneck()).isEqualTo("learner");
        assertThat(outcome.utilization().get("workers")).isLessThan(0.05);
    }

    @Test
    void manyWorkersGoAsFastAsTheLink() {
        // Blocks of 1 MB over 10 MB/s: ten a second.
        ScalingCosts costs = new ScalingCosts(100, 0.1, 0.001, 1e6, 0, 0, 0, 0, 0.01, 1e7);
        Outcome outcome = simulate(costs, Layout.machines(50, 10, 2), asynchronous(2, 10_000));
        assertThat(outcome.samplesPerSecond()).isCloseTo(1000, within(20.0));
        assertThat(outcome.bottleneck()).isEqualTo("link in");
    }

    @Test
    void manyWorkersGoAsFastAsBlocksAreDecoded() {
        // Two cores at the head, so the thread that decodes has one: 25 blocks a second.
        ScalingCosts costs = new ScalingCosts(100, 0.1, 0.001, 1e3, 0, 0.04, 0, 0, 0, 1e9);
        Outcome outcome = simulate(costs, Layout.machines(50, 10, 2), asynchronous(2, 10_000));
        assertThat(outcome.samplesPerSecond()).isCloseTo(2500, within(30.0));
        assertThat(outcome.bottleneck()).isEqualTo("receiver");
    }

    @Test
    void workersOnOneMachineShareItsCores() {
        // Four workers on two cores that the learner hardly needs: 20 blocks a second.
        Outcome outcome = simulate(costs(0.1, 1e-6), Layout.here(4, 2), asynchronous(2, 16));
        assertThat(outcome.samplesPerSecond()).isCloseTo(2000, within(20.0));
    }

    @Test
    void aSynchronousRoundIsTheSumOfItsParts() {
        // Weights 0.002 + 0.01 + 0.001; collect 0.1, encode 0.01; back 0.1 + 0.001, decode 0.02; learn 0.05: 0.294 s.
        ScalingCosts costs = new ScalingCosts(100, 0.1, 0.05, 1e6, 0.01, 0.02, 1e5, 0.002, 0.001, 1e7);
        Outcome one = simulate(costs, Layout.machines(1, 1, 2), Mode.SYNCHRONOUS);
        assertThat(one.samplesPerSecond()).isCloseTo(100 / 0.294, within(3.0));
        assertThat(one.staleness()).isZero();
        // Two machines: weights go out one after the other, the last leaves at 0.022 s; each has half: it collects and
        // encodes until 0.078 s. The first is there 0.01 s before, and the link is busy with its half until 0.118 s;
        // then
        // comes the second's, until 0.168 s, and 0.001 s later it is there, is decoded in 0.01 s and learned: 0.229 s.
        Outcome two = simulate(costs, Layout.machines(2, 1, 2), Mode.SYNCHRONOUS);
        assertThat(two.samplesPerSecond()).isCloseTo(100 / 0.229, within(3.0));
    }

    @Test
    void aSynchronousRoundWaitsForTheSlowest() {
        Outcome even = simulate(costs(0.1, 0.01), Layout.machines(64, 8, 2), Mode.SYNCHRONOUS);
        Outcome uneven = simulate(costs(0.1, 0.01), Layout.machines(64, 8, 2), Mode.SYNCHRONOUS.withJitter(0.5));
        assertThat(even.samplesPerSecond()).isCloseTo(100 / (0.1 / 64 + 0.01), within(80.0));
        // The slowest of 64 is close to half as slow again.
        assertThat(uneven.samplesPerSecond()).isCloseTo(100 / (0.15 / 64 + 0.01), within(90.0));
        assertThat(uneven.samplesPerSecond()).isLessThan(even.samplesPerSecond());
    }

    @Test
    void theSameSeedGivesTheSameOutcome() {
        Mode mode = Mode.ASYNCHRONOUS.withJitter(0.3);
        Outcome one = ScalingModel.simulate(costs(0.1, 0.01), Layout.machines(16, 4, 2), mode, 20, 3);
        assertThat(ScalingModel.simulate(costs(0.1, 0.01), Layout.machines(16, 4, 2), mode, 20, 3))
                .isEqualTo(one);
        assertThat(ScalingModel.simulate(costs(0.1, 0.01), Layout.machines(16, 4, 2), mode, 20, 4))
                .isNotEqualTo(one);
    }
}
