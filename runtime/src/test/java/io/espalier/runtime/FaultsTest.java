package io.espalier.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.core.Environment;
import io.espalier.runtime.events.RunEvent;
import io.espalier.testkit.FaultyEnvironment;
import io.espalier.testkit.FaultyEnvironment.Fault;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole runs on environments that misbehave. */
class FaultsTest {
    private static final int COPY = 5;

    private final List<RunEvent> events = new ArrayList<>();
    private final List<FaultyEnvironment> made = new ArrayList<>();

    private Trainer trainer(Supplier<Environment> factory) {
        return Trainer.of(HillClimbing.standard(), factory)
                .seed(3)
                .environmentSteps(20_000)
                .guard(GuardSettings.DEFAULT.withHangSeconds(0.3).withLongestEpisode(600))
                .listen(new TrainingListener() {
                    @Override
                    public void event(RunEvent event) {
                        events.add(event);
                    }
                });
    }

    /** Environment number 5 fails from a step on, its replacements do not. */
    private Supplier<Environment> oneBad(Fault fault, long step) {
        AtomicInteger count = new AtomicInteger();
        return () -> {
            Environment sound = TrainerTest.cartPole();
            if (count.getAndIncrement() != COPY) {
                return sound;
            }
            FaultyEnvironment faulty = FaultyEnvironment.from(sound, fault, step);
            made.add(faulty);
            return faulty;
        };
    }

    @ParameterizedTest
    @CsvSource({
        "EXCEPTION, exception, 1",
        "EXCEPTION, exception, 2",
        "NAN_OBSERVATION, not_finite, 1",
        "NAN_OBSERVATION, not_finite, 2",
        "INFINITE_REWARD, not_finite, 2",
        "OUT_OF_SPACE, out_of_space, 2",
        "WRONG_SHAPE, wrong_shape, 2",
        "HANG, hang, 1",
        "HANG, hang, 2",
        "HANG, hang, 8",
    })
    void theRunGoesOnAndTheEventNamesTheCulprit(Fault fault, String kind, int threads) {
        TrainingResult result = trainer(oneBad(fault, 300)).threads(threads).run();

        assertThat(result.environmentSteps()).isGreaterThanOrEqualTo(20_000);
        assertThat(result.policy().weights().finite()).isTrue();
        List<RunEvent> faults = events.stream()
                .filter(event -> event.type().equals("environment/" + kind))
                .toList();
        assertThat(faults).hasSize(1);
        assertThat(faults.get(0).message()).contains("environment 5 (seed ", "step ", "last actions [");
        assertThat(faults.get(0).details()).containsEntry("environment", COPY);
        if (fault == Fault.HANG) {
            assertThat((String) faults.get(0).details().get("stack")).contains("FaultyEnvironment.hang");
        }
        made.forEach(FaultyEnvironment::release);
    }

    @Test
    void aFaultCostsTheSameForAnyNumberOfThreads() {
        String one = trainer(oneBad(Fault.EXCEPTION, 300)).run().weightsDigest();
        assertThat(trainer(oneBad(Fault.EXCEPTION, 300)).threads(3).run().weightsDigest())
                .isEqualTo(one);
        assertThat(trainer(oneBad(Fault.HANG, 300)).threads(2).run().weightsDigest())
                .isEqualTo(one);
        made.forEach(FaultyEnvironment::release);
    }

    @Test
    void aHangThatInterruptionEndsIsAnException() {
        AtomicInteger count = new AtomicInteger();
        Supplier<Environment> factory = () -> {
            boolean bad = count.getAndIncrement() == COPY;
            return new Scripted(TrainerTest.cartPole(), step -> {
                if (bad && step == 300) {
                    Thread.sleep(60_000);
                }
            });
        };
        assertThat(trainer(factory).run().environmentSteps()).isGreaterThanOrEqualTo(20_000);
        assertThat(events).hasSize(1);
        assertThat(events.get(0).type()).isEqualTo("environment/hang");
        assertThat(events.get(0).message()).contains("interrupted, threw", "InterruptedException");
    }

    @Test
    void whatAStuckThreadDoesLaterReachesNobody() {
        String undisturbed = trainer(oneBad(Fault.HANG, 300)).run().weightsDigest();
        made.forEach(FaultyEnvironment::release);
        made.clear();
        Supplier<Environment> factory = oneBad(Fault.HANG, 300);
        String released = trainer(factory)
                .listen(new TrainingListener() {
                    @Override
                    public void event(RunEvent event) {
                        made.forEach(FaultyEnvironment::release);
                    }
                })
                .run()
                .weightsDigest();
        assertThat(released).isEqualTo(undisturbed);
    }

    @Test
    void anEpisodeWithoutEndIsCutAndReported() {
        Supplier<Environment> endless = () -> FaultyEnvironment.from(TrainerTest.cartPole(), Fault.NEVER_DONE, 1);
        trainer(endless).withoutFinalEvaluation().run();
        assertThat(events)
                .isNotEmpty()
                .allSatisfy(event -> assertThat(event.type()).isEqualTo("environment/never_done"));
        assertThat(events.get(0).message()).contains("episode of 600 steps", "time limit");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void tooManyFailuresInARowStopTheRun(int threads) {
        Supplier<Environment> factory = () -> FaultyEnvironment.from(TrainerTest.cartPole(), Fault.EXCEPTION, 1);
        assertThatThrownBy(() -> trainer(factory).threads(threads).run())
                .isInstanceOf(EnvironmentFailure.class)
                .hasMessageContaining("failed 5 times in a row without one good step")
                .hasMessageContaining("fault on purpose");
    }

    @Test
    void tooManyFailuresPerStepsStopTheRun() {
        Supplier<Environment> factory = () -> FaultyEnvironment.from(TrainerTest.cartPole(), Fault.EXCEPTION, 4);
        assertThatThrownBy(() -> trainer(factory).run())
                .isInstanceOf(EnvironmentFailure.class)
                .hasMessageContaining("failed 51 times within 1000 of its steps");
    }

    @Test
    void aFactoryThatFailsIsNamed() {
        assertThatThrownBy(() -> trainer(() -> {
                            throw new IllegalStateException("no licence");
                        })
                        .run())
                .isInstanceOf(EnvironmentFailure.class)
                .hasMessageContaining("The first environment of unnamed could not be made")
                .hasMessageContaining("no licence");
    }

    @Test
    void aFactoryThatHangsEndsTheRun() {
        assertThatThrownBy(() -> trainer(() -> {
                            while (true) {
                                Thread.onSpinWait();
                            }
                        })
                        .run())
                .isInstanceOf(EnvironmentFailure.class)
                .hasMessageContaining("The first environment of unnamed could not be made")
                .hasMessageContaining("FaultsTest")
                .hasMessageContaining("Maybe it needs longer than hangSeconds (0.3) to start");
    }

    @Test
    void evaluationSurvivesFaultsToo() {
        // The eight of training are sound; the one of the evaluation hangs in its first episode.
        AtomicInteger count = new AtomicInteger();
        Supplier<Environment> factory = () -> {
            if (count.getAndIncrement() != 8) {
                return TrainerTest.cartPole();
            }
            made.add(FaultyEnvironment.from(TrainerTest.cartPole(), Fault.HANG, 3));
            return made.get(0);
        };
        TrainingResult result = trainer(factory).run();
        assertThat(result.evaluation()).isNotNull();
        assertThat(result.evaluation().faults()).isEqualTo(1);
        assertThat(result.evaluation().episodes()).isEqualTo(100);
        made.forEach(FaultyEnvironment::release);
    }
}
