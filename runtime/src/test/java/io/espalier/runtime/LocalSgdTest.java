package io.espalier.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.core.EnvironmentSpec;
import io.espalier.testkit.FaultyEnvironment;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Replicas that learn by themselves and are averaged. */
class LocalSgdTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({"ppo, 1", "a2c, 4", "dqn, 16", "vtrace, 3", "trpo, 1", "sac-discrete, 16"})
    void oneReplicaAloneIsTheSynchronousRun(String name, int blocks) {
        String mode = "local-sgd(workers=1, blocks=" + blocks + ")";
        // Budgets that are whole rounds of either.
        long steps = name.equals("vtrace") ? 3840 : 2048;
        Trainer averaged =
                ModeRuns.trainer(ModeRuns.algorithm(name, Map.of()), mode).environmentSteps(steps);
        Trainer plain = ModeRuns.trainer(ModeRuns.algorithm(name, Map.of()), "synchronous")
                .environmentSteps(steps);
        TrainingResult expected = plain.run();
        TrainingResult result = averaged.run();
        assertThat(result.environmentSteps()).isEqualTo(expected.environmentSteps());
        assertThat(result.weightsDigest()).isEqualTo(expected.weightsDigest());
        assertThat(result.updates()).isEqualTo(expected.updates()).isPositive();
    }

    @ParameterizedTest
    @ValueSource(strings = {"local", "averaged", "reset"})
    void whenAllAreWaitedForTheBitsAreTheSameInEveryRun(String optimizer) {
        String mode = "local-sgd(workers=3, blocks=2, optimizer=" + optimizer + ")";
        Path run = folder.resolve("run");
        TrainingResult expected =
                ModeRuns.ppo(mode).environmentSteps(9216).directory(run).run();
        assertThat(run.resolve("metrics.csv")).content().contains("workers/drift", "loss/policy", "episode/return");
        try (LossyPool pool = new LossyPool(0)) {
            TrainingResult result =
                    ModeRuns.ppo(mode).environmentSteps(9216).workers(pool).run();
            assertThat(result.weightsDigest()).isEqualTo(expected.weightsDigest());
            assertThat(result.environmentSteps()).isEqualTo(9216);
        }
    }

    @Test
    void lostWorkersAreBroughtUpFromTheLastAverage() {
        try (LossyPool pool = new LossyPool(4)) {
            TrainingResult result = ModeRuns.ppo("local-sgd(workers=3, blocks=1)")
                    .environmentSteps(12_288)
                    .workers(pool)
                    .run();
            assertThat(result.environmentSteps()).isEqualTo(12_288);
            assertThat(pool.lost()).isPositive();
        }
    }

    @Test
    void aStragglerIsLeftOutAndItsSamplesAreCounted() {
        CountDownLatch late = new CountDownLatch(1);
        AtomicInteger steps = new AtomicInteger();
        EnvironmentSpec slow = new EnvironmentSpec(
                "CartPole-v1",
                List.of(),
                "",
                () -> FaultyEnvironment.when(
                        TrainerTest.cartPole(),
                        FaultyEnvironment.Fault.EXCEPTION,
                        lived -> Thread.currentThread().getName().equals("espalier-worker-1")
                                && steps.incrementAndGet() == 700
                                && !opened(late)),
                475);
        Trainer trainer = Trainer.of(ModeRuns.algorithm("ppo", Map.of("environments", 8, "rolloutSteps", 64)), slow)
                .environmentSteps(1_000_000)
                .guard(GuardSettings.DEFAULT.withHangSeconds(100))
                .mode(ExecutionMode.parse("local-sgd(workers=2, blocks=1, waitFor=0.5, patience=1)"));
        AtomicInteger withoutIt = new AtomicInteger();
        Map<String, Double> last = new ConcurrentHashMap<>();
        TrainingResult result = trainer.listen(ModeRuns.everyRound(progress -> {
                    if (steps.get() == 700 && withoutIt.incrementAndGet() == 4) {
                        late.countDown();
                    }
                    last.putAll(progress.metrics());
                    boolean counted = last.getOrDefault("workers/dropped-samples", 0.0) > 0;
                    if (counted && steps.get() > 2100) {
                        trainer.requestStop("it takes part again");
                    }
                }))
                .run();
        // Rounds went on without it; what it had collected meanwhile came later, and nobody learned from it; then it
        // was
        // asked again.
        assertThat(result.stopReason()).isEqualTo("it takes part again");
        assertThat(last.get("workers/stragglers")).isPositive();
        assertThat(last.get("workers/dropped-samples")).isGreaterThanOrEqualTo(512);
    }

    private static boolean opened(CountDownLatch latch) {
        try {
            return latch.await(60, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Test
    void aRunGoesOnFromItsLastAverage() {
        Path run = folder.resolve("run");
        Trainer first = ModeRuns.ppo("local-sgd(workers=2, blocks=1)").directory(run);
        long updates = first.listen(ModeRuns.everyRound(progress -> {
                    if (progress.rounds() == 2) {
                        first.requestStop("stopped by the test");
                    }
                }))
                .run()
                .updates();
        TrainingResult result = Trainer.resume(run).run();
        assertThat(result.environmentSteps()).isEqualTo(4096);
        assertThat(updates).isPositive();
        assertThat(result.updates()).isGreaterThanOrEqualTo(updates);
    }

    @Test
    void whatHasNoParametersIsRefused() {
        assertThatThrownBy(() -> Trainer.of(
                                ModeRuns.algorithm("q-learning", Map.of()),
                                Registry.here().environment("FrozenLake-v1"))
                        .mode(ExecutionMode.parse("local-sgd"))
                        .run())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("cannot average what q-learning learns");
        assertThatThrownBy(() -> ExecutionMode.parse("local-sgd(waitFor=0)"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("waitFor (0.0) must be above 0 and at most 1");
        assertThat(ExecutionMode.parse("local-sgd(optimizer=reset, weighting=equal)")
                        .text())
                .isEqualTo("local-sgd(weighting=equal, optimizer=reset)");
    }
}
