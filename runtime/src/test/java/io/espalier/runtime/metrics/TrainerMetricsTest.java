package io.espalier.runtime.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.algorithms.onpolicy.Ppo;
import io.espalier.core.wrappers.TimeLimit;
import io.espalier.envs.CartPole;
import io.espalier.runtime.Trainer;
import org.junit.jupiter.api.Test;

class TrainerMetricsTest {
    @Test
    void aRunCountsWhatItsWorkersAndItsLearnerDo() {
        Trainer trainer = Trainer.of(new Ppo(Ppo.Settings.defaults()), () -> new TimeLimit(new CartPole(), 500))
                .threads(2)
                .environmentSteps(4096)
                .withoutFinalEvaluation();
        trainer.run();
        RunMetrics metrics = trainer.metrics();
        assertThat(metrics.workers()).hasSize(2);
        long steps = 0;
        for (WorkerMetrics worker : metrics.workers().values()) {
            steps += worker.environmentSteps();
            assertThat(worker.workingNanos()).isPositive();
            assertThat(worker.waitingNanos()).isPositive();
        }
        assertThat(steps).isEqualTo(trainer.progress().environmentSteps()).isGreaterThanOrEqualTo(4096);
        assertThat(metrics.learningNanos()).isPositive();
        // While the learner waits each worker works or waits, too.
        WorkerMetrics first = metrics.worker(0);
        assertThat(first.workingNanos() + first.waitingNanos()).isEqualTo(metrics.learnerWaitingNanos());
    }
}
