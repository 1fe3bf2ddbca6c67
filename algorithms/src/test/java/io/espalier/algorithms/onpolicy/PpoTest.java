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

class PpoTest extends AlgorithmContract {
    @Override
    protected RolloutAlgorithm algorithm() {
        return new Ppo(settings(4, 32, 0, 0));
    }

    private static Ppo.Settings settings(int environments, int minibatchSteps, double klStop, double klTarget) {
        return new Ppo.Settings(
                environments,
                minibatchSteps,
                2,
                4,
                0.99,
                0.95,
                Schedule.linear(0.005, 0.001),
                Schedule.linear(0.2, 0.1),
                0,
                0.01,
                0.5,
                0.5,
                true,
                false,
                true,
                klStop,
                klTarget,
                "dense(16) > tanh",
                false,
                0);
    }

    @Test
    void followsItsSchedules() {
        SerialTraining training = training(1, Cores.SERIAL);
        Map<String, Double> metrics = new HashMap<>();
        training.learner().update(training.gather(), metrics::put);
        assertThat(metrics.get("update/learning-rate")).isEqualTo(0.005);
        training.learner().update(training.gather(), metrics::put);
        // 128 of 20,000 steps before this round
        assertThat(metrics.get("update/learning-rate")).isEqualTo(0.005 + (0.001 - 0.005) * 128 / 20_000);
        assertThat(metrics)
                .containsKeys(
                        "loss/policy",
                        "loss/value",
                        "policy/entropy",
                        "policy/kl",
                        "policy/clip-fraction",
                        "value/explained-variance",
                        "update/gradient-norm")
                .containsEntry("update/skipped", 0.0);
        assertThat(metrics.get("policy/entropy")).isBetween(0.5, Math.log(2) + 1e-6);
    }

    @Test
    void theFirstMinibatchSeesThePolicyThatActed() {
        Ppo.Settings once = new Ppo.Settings(
                4,
                32,
                1,
                1,
                0.99,
                0.95,
                Schedule.constant(0.001),
                Schedule.constant(0.2),
                0,
                0,
                0.5,
                0.5,
                true,
                false,
                false,
                0,
                0,
                "dense(16) > tanh",
                false,
                0);
        SerialTraining training = new SerialTraining(new Ppo(once), this::environment, 1000, 1, Cores.SERIAL);
        Map<String, Double> metrics = new HashMap<>();
        for (int round = 0; round < 3; round++) {
            training.learner().update(training.gather(), metrics::put);
            assertThat(metrics.get("policy/kl")).isBetween(-1e-6, 1e-6);
            assertThat(metrics.get("policy/clip-fraction")).isZero();
        }
    }

    @Test
    void stopsARoundWhenThePolicyHasMovedFar() {
        SerialTraining free =
                new SerialTraining(new Ppo(settings(4, 32, 0, 0)), this::environment, 20_000, 1, Cores.SERIAL);
        SerialTraining strict =
                new SerialTraining(new Ppo(settings(4, 32, 1e-4, 0)), this::environment, 20_000, 1, Cores.SERIAL);
        free.learner().update(free.gather(), (name, value) -> {});
        strict.learner().update(strict.gather(), (name, value) -> {});
        assertThat(free.learner().updates()).isEqualTo(8);
        assertThat(strict.learner().updates()).isBetween(1L, 7L);
    }

    @Test
    void adaptsItsStepSizeToTheDivergence() {
        SerialTraining training =
                new SerialTraining(new Ppo(settings(4, 32, 0, 1e-6)), this::environment, 20_000, 1, Cores.SERIAL);
        Map<String, Double> metrics = new HashMap<>();
        training.learner().update(training.gather(), metrics::put);
        double first = metrics.get("update/learning-rate");
        training.learner().update(training.gather(), metrics::put);
        assertThat(metrics.get("update/learning-rate")).isBetween(first / 1.52, first / 1.48);
    }

    @Test
    void refusesSettingsThatCannotWorkAllAtOnce() {
        Ppo.Settings d = Ppo.Settings.defaults();
        assertThatThrownBy(() -> new Ppo.Settings(
                        4,
                        128,
                        5,
                        d.epochs(),
                        1.5,
                        d.lambda(),
                        d.learningRate(),
                        d.clip(),
                        d.valueClip(),
                        d.entropyCoefficient(),
                        d.valueCoefficient(),
                        Double.NaN,
                        true,
                        false,
                        false,
                        0,
                        0,
                        "dense(64) > tnah",
                        false,
                        0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("gamma (1.5) must be from 0.0 to 1.0. Maybe use 0.99.")
                .hasMessageContaining("gradientNorm (NaN) must be finite and not negative.")
                .hasMessageContaining("trunk (dense(64) > tnah) must be a network: ")
                .hasMessageContaining("minibatches (5) must divide rolloutSteps * environments (128 * 4)."
                        + " Maybe use a power of two for all three.");
    }
}
