package io.espalier.algorithms.offpolicy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.core.Box;
import io.espalier.core.Cores;
import io.espalier.core.Discrete;
import io.espalier.core.MetricSink;
import io.espalier.core.Seeds;
import io.espalier.nn.Schedule;
import io.espalier.policy.ActionHead;
import io.espalier.policy.RolloutAlgorithm;
import io.espalier.policy.TaskSpec;
import io.espalier.testkit.AlgorithmContract;
import io.espalier.testkit.SerialTraining;
import org.junit.jupiter.api.Test;

class PqnTest extends AlgorithmContract {
    @Override
    protected RolloutAlgorithm algorithm() {
        return new Pqn(settings(32, 2, 3, "dense(32) > layer-norm > relu"));
    }

    private static Pqn.Settings settings(int steps, int minibatches, int epochs, String trunk) {
        return new Pqn.Settings(
                8,
                steps,
                minibatches,
                epochs,
                0.99,
                0.65,
                Schedule.constant(0.003),
                Schedule.linear(1, 0.05, 0.5),
                10,
                trunk);
    }

    @Test
    void goesThroughEachRolloutSoManyTimesAndExploresByTheBudget() {
        SerialTraining training =
                new SerialTraining(new Pqn(settings(5, 4, 3, "dense(4)")), this::environment, 400, 1, Cores.SERIAL);
        training.learner().update(training.gather(), MetricSink.NONE);
        assertThat(training.learner().updates()).isEqualTo(12);
        // after 40 of 400 steps: 1 − 0.95·(40/200)
        assertThat(training.learner().policy().head()).isEqualTo(new ActionHead.EpsilonGreedy(1 + (0.05 - 1) * 0.2));
    }

    @Test
    void refusesRealActionsNoiseAndBadSettings() {
        TaskSpec real = new TaskSpec(new Discrete(2), Box.uniform(-1, 1, 2), false, 10);
        assertThatThrownBy(() -> algorithm().policy(real, Seeds.of(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("must be discrete for pqn. Maybe use ppo.");
        TaskSpec task = new TaskSpec(new Discrete(2), new Discrete(2), false, 10);
        assertThatThrownBy(() -> new Pqn(settings(5, 4, 3, "noisy(4)")).policy(task, Seeds.of(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("must not have noisy layers");
        assertThatThrownBy(() -> settings(2, 17, 0, "dense(4)"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("minibatches (17) must not be more than rolloutSteps * environments (2 * 8).")
                .hasMessageContaining("epochs (0)");
    }
}
