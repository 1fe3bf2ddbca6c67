package io.espalier.algorithms.onpolicy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.algorithms.Echo;
import io.espalier.core.Cores;
import io.espalier.core.Environment;
import io.espalier.nn.Schedule;
import io.espalier.policy.RolloutAlgorithm;
import io.espalier.testkit.AlgorithmContract;
import io.espalier.testkit.SerialTraining;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The contract on a task that takes memory: a policy without gets 0 on average, whatever it does. */
class RecurrentPpoTest extends AlgorithmContract {
    @Override
    protected RolloutAlgorithm algorithm() {
        return new RecurrentPpo(settings("gru(12, init=orthogonal(1))", 8, false));
    }

    static RecurrentPpo.Settings settings(String trunk, int length, boolean normalize) {
        return new RecurrentPpo.Settings(
                12,
                16,
                length,
                2,
                4,
                0.95,
                0.95,
                Schedule.linear(0.01, 0.002),
                Schedule.constant(0.2),
                0,
                0.01,
                0.5,
                0.5,
                true,
                normalize,
                normalize,
                0,
                trunk,
                true,
                0);
    }

    @Override
    protected Environment environment() {
        return new Echo();
    }

    @Override
    protected double learnedAt() {
        return 1;
    }

    @Test
    void longShortTermMemoryLearnsItToo() {
        RecurrentPpo.Settings settings = settings("dense(8) > tanh > lstm(12, init=orthogonal(1))", 16, true);
        SerialTraining training =
                new SerialTraining(new RecurrentPpo(settings), Echo::new, environmentSteps(), 1, Cores.SERIAL);
        training.run();
        assertThat(training.evaluate(20)).isEqualTo(1);
    }

    @Test
    void attentionLearnsItToo() {
        RecurrentPpo.Settings settings = settings("dense(8) > tanh > gtrxl(8, 2, 3)", 8, false);
        SerialTraining training = new SerialTraining(new RecurrentPpo(settings), Echo::new, 10_000, 1, Cores.SERIAL);
        training.run();
        assertThat(training.evaluate(20)).isEqualTo(1);
    }

    @Test
    void followsItsSchedulesAndReports() {
        SerialTraining training = training(1, Cores.SERIAL);
        Map<String, Double> metrics = new HashMap<>();
        training.learner().update(training.gather(), metrics::put);
        training.learner().update(training.gather(), metrics::put);
        // 192 of 20,000 steps before this round
        assertThat(metrics.get("update/learning-rate")).isEqualTo(0.01 + (0.002 - 0.01) * 192 / 20_000);
        assertThat(metrics)
                .containsKeys(
                        "loss/policy",
                        "loss/value",
                        "policy/kl",
                        "policy/clip-fraction",
                        "value/explained-variance",
                        "update/gradient-norm")
                .containsEntry("update/skipped", 0.0);
        assertThat(metrics.get("policy/entropy")).isBetween(0.5, Math.log(2) + 1e-6);
        assertThat(training.learner().updates()).isEqualTo(2 * 2 * 4);
    }

    @ParameterizedTest
    @ValueSource(strings = {"lstm(8)", "dense(6) > gtrxl(6, 2, 5) > gru(4)"})
    void theFirstMinibatchSeesThePolicyThatActed(String trunk) {
        RecurrentPpo.Settings s = settings(trunk, 4, false);
        RecurrentPpo.Settings once = new RecurrentPpo.Settings(
                12,
                16,
                4,
                1,
                1,
                0.95,
                0.95,
                s.learningRate(),
                s.clip(),
                0,
                0,
                0.5,
                0.5,
                true,
                false,
                false,
                0,
                s.trunk(),
                false,
                0);
        SerialTraining training = new SerialTraining(new RecurrentPpo(once), Echo::new, 10_000, 3, Cores.SERIAL);
        for (int round = 0; round < 3; round++) {
            Map<String, Double> metrics = new HashMap<>();
            training.learner().update(training.gather(), metrics::put);
            // Cut into sequences of 4 steps the rollout of 16 gives exactly the log-probabilities that acting gave.
            assertThat(metrics.get("policy/kl")).isZero();
            assertThat(metrics.get("policy/clip-fraction")).isZero();
        }
    }

    @Test
    void stopsARoundWhenThePolicyHasMovedFar() {
        RecurrentPpo.Settings s = settings("gru(8)", 8, false);
        RecurrentPpo.Settings stopping = new RecurrentPpo.Settings(
                12,
                16,
                8,
                2,
                10,
                0.95,
                0.95,
                Schedule.constant(0.05),
                s.clip(),
                0,
                0,
                0.5,
                0.5,
                true,
                false,
                false,
                0.01,
                s.trunk(),
                true,
                0);
        SerialTraining training = new SerialTraining(new RecurrentPpo(stopping), Echo::new, 10_000, 3, Cores.SERIAL);
        training.learner().update(training.gather(), (name, value) -> {});
        assertThat(training.learner().updates()).isBetween(1L, 19L);
    }

    @Test
    void refusesWhatDoesNotFit() {
        assertThatThrownBy(() -> settings("dense(8) > tanh", 8, false))
                .hasMessageContaining("trunk (dense(8) > tanh) must have a layer with memory. Maybe");
        assertThatThrownBy(() -> settings("gru(8)", 5, false))
                .hasMessageContaining("sequenceLength (5) must divide rolloutSteps (16). Maybe");
        assertThatThrownBy(() -> settings("gru(8)", 0, false)).hasMessageContaining("sequenceLength (0)");
        Ppo.Settings plain = Ppo.Settings.defaults();
        assertThatThrownBy(() -> new Ppo.Settings(
                        8,
                        128,
                        8,
                        10,
                        0.99,
                        0.95,
                        plain.learningRate(),
                        plain.clip(),
                        0,
                        0,
                        0.5,
                        0.5,
                        true,
                        false,
                        false,
                        0,
                        0,
                        "gru(8)",
                        false,
                        0))
                .hasMessageContaining("trunk (gru(8)) must have no memory. Maybe use ppo-recurrent");
    }
}
