package io.espalier.algorithms.offpolicy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.algorithms.Aim;
import io.espalier.core.Box;
import io.espalier.core.Cores;
import io.espalier.core.Discrete;
import io.espalier.core.Environment;
import io.espalier.core.MetricSink;
import io.espalier.core.Seeds;
import io.espalier.nn.Schedule;
import io.espalier.policy.RolloutAlgorithm;
import io.espalier.policy.TaskSpec;
import io.espalier.testkit.AlgorithmContract;
import io.espalier.testkit.SerialTraining;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SacTest extends AlgorithmContract {
    @Override
    protected RolloutAlgorithm algorithm() {
        return new Sac(settings(-1));
    }

    private static Sac.Settings settings(double targetEntropy) {
        return new Sac.Settings(
                2,
                4,
                4,
                70,
                4000,
                40,
                0.5,
                Schedule.constant(0.005),
                0.02,
                0.2,
                true,
                targetEntropy,
                1,
                0,
                "dense(16) > relu");
    }

    @Override
    protected Environment environment() {
        return new Aim(0, 1);
    }

    @Override
    protected long environmentSteps() {
        return 6000;
    }

    @Override
    protected double learnedAt() {
        return -0.3;
    }

    @Override
    protected int rounds() {
        return 8;
    }

    @Test
    void theTemperatureMovesTowardsTheWantedEntropy() {
        // Before learning the entropy of an element is about ln 2, never above: 3 wants more noise, −3 less.
        assertThat(temperatureAfter(settings(3))).isGreaterThan(0.2);
        assertThat(temperatureAfter(settings(-3))).isLessThan(0.2);
    }

    private double temperatureAfter(Sac.Settings settings) {
        SerialTraining training = new SerialTraining(new Sac(settings), this::environment, 1000, 1, Cores.SERIAL);
        Map<String, Double> metrics = new HashMap<>();
        for (int round = 0; round < 8; round++) {
            training.learner().update(training.gather(), metrics::put);
        }
        assertThat(metrics.get("policy/entropy")).isLessThanOrEqualTo(2 * Math.log(2) + 1e-6);
        return metrics.get("policy/temperature");
    }

    @Test
    void learnsNothingBeforeItsStart() {
        SerialTraining training = training(1, Cores.SERIAL);
        while (training.environmentStepsTaken() < 40) {
            training.learner().update(training.gather(), MetricSink.NONE);
            assertThat(training.learner().updates()).isZero();
        }
        training.learner().update(training.gather(), MetricSink.NONE);
        assertThat(training.learner().updates()).isEqualTo(4);
    }

    @Test
    void needsABox() {
        TaskSpec task = new TaskSpec(Box.unbounded(1), new Discrete(2), false, 10);
        assertThatThrownBy(() -> algorithm().policy(task, Seeds.of(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("must be a box for sac. Maybe use dqn or ppo.");
    }
}
