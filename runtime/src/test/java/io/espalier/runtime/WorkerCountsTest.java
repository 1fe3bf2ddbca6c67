package io.espalier.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.algorithms.onpolicy.VTrace;
import io.espalier.core.EnvironmentSpec;
import io.espalier.runtime.metrics.RunMetrics;
import io.espalier.runtime.metrics.WorkerMetrics;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What workers beside the run's own threads do is counted. */
class WorkerCountsTest {
    @TempDir
    Path folder;

    private static Trainer trainer(String mode) {
        EnvironmentSpec cartPole = new EnvironmentSpec("CartPole-v1", List.of(), "", () -> TrainerTest.cartPole(), 475);
        return Trainer.of(new VTrace(VTrace.Settings.defaults()), cartPole)
                .environmentSteps(6_000)
                .mode(ExecutionMode.parse(mode))
                .withoutFinalEvaluation();
    }

    @ParameterizedTest
    @ValueSource(strings = {"synchronous(workers=2)", "asynchronous(workers=2)"})
    void workersElsewhereAreCounted(String mode) {
        try (LossyPool pool = new LossyPool(20)) {
            Trainer trainer = trainer(mode).workers(pool).directory(folder.resolve("run"));
            trainer.run();
            RunMetrics metrics = trainer.metrics();
            assertThat(metrics.workers().keySet()).containsExactly(0, 1);
            for (WorkerMetrics worker : metrics.workers().values()) {
                if (mode.startsWith("asynchronous") && worker.environmentSteps() == 0) {
                    // Nobody waits for one that the machine gives no time to; the other has taken all steps.
                    continue;
                }
                assertThat(worker.environmentSteps()).isPositive();
                assertThat(worker.workingNanos()).isPositive();
                // A block has an observation of four floats for each step, at the least.
                assertThat(worker.receivedBytes()).isGreaterThan(16 * worker.environmentSteps());
                assertThat(worker.sentBytes()).isPositive();
            }
            assertThat(metrics.workers().values().stream()
                            .mapToLong(WorkerMetrics::environmentSteps)
                            .sum())
                    .isGreaterThanOrEqualTo(6_000);
            assertThat(metrics.workersLost()).isEqualTo(pool.lost());
            assertThat(metrics.workersAlive()).isEqualTo(2);
            assertThat(metrics.workersPending()).isZero();
            assertThat(metrics.learningNanos()).isPositive();
            assertThat(folder.resolve("run/metrics.csv"))
                    .content()
                    .contains("workers/bytes", "workers/waiting", "learner/waiting", "workers/lost");
        }
    }

    @Test
    void whoHandsOverWithoutCopyingSendsNoBytes() {
        Trainer trainer = trainer("asynchronous(workers=2)");
        trainer.run();
        RunMetrics metrics = trainer.metrics();
        assertThat(metrics.worker(0).environmentSteps() + metrics.worker(1).environmentSteps())
                .isGreaterThanOrEqualTo(6_000);
        assertThat(metrics.worker(0).receivedBytes()).isZero();
        assertThat(metrics.staleness().count()).isPositive();
    }
}
