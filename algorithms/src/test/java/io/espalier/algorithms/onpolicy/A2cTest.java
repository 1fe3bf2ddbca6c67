package io.espalier.algorithms.onpolicy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.core.Cores;
import io.espalier.nn.Schedule;
import io.espalier.policy.RolloutAlgorithm;
import io.espalier.testkit.AlgorithmContract;
import io.espalier.testkit.SerialTraining;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class A2cTest extends AlgorithmContract {
    @Override
    protected RolloutAlgorithm algorithm() {
        return new A2c(settings("rmsprop(epsilon=1e-5)", 8));
    }

    static A2c.Settings settings(String optimizer, int environments) {
        return new A2c.Settings(
                environments,
                10,
                0.95,
                1,
                Schedule.linear(0.005, 0.001),
                optimizer,
                0.01,
                0.5,
                0.5,
                false,
                false,
                false,
                "dense(16) > tanh",
                false,
                0);
    }

    @Test
    void makesOneUpdateOfEachRolloutAndFollowsItsSchedule() {
        SerialTraining training =
                new SerialTraining(new A2c(settings("adam", 4)), this::environment, 400, 1, Cores.SERIAL);
        Map<String, Double> metrics = new HashMap<>();
        training.learner().update(training.gather(), metrics::put);
        assertThat(metrics.get("update/learning-rate")).isEqualTo(0.005);
        training.learner().update(training.gather(), metrics::put);
        // 40 of 400 steps before this round
        assertThat(metrics.get("update/learning-rate")).isEqualTo(0.005 + (0.001 - 0.005) * 0.1);
        assertThat(training.learner().updates()).isEqualTo(2);
        assertThat(metrics).containsEntry("update/skipped", 0.0).containsKeys("loss/policy", "loss/value");
        assertThat(metrics.get("policy/entropy")).isBetween(0.5, Math.log(2) + 1e-6);
    }

    @Test
    void refusesSettingsThatCannotWorkAllAtOnce() {
        assertThatThrownBy(() -> settings("rmsprob", 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("environments (0) must be at least 1. Maybe use 8.")
                .hasMessageContaining("optimizer (rmsprob) must be an optimiser: ");
    }
}
