package io.espalier.algorithms.onpolicy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.espalier.core.Cores;
import io.espalier.nn.Schedule;
import io.espalier.policy.RolloutAlgorithm;
import io.espalier.testkit.AlgorithmContract;
import io.espalier.testkit.SerialTraining;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class A3cTest extends AlgorithmContract {
    @Override
    protected RolloutAlgorithm algorithm() {
        return new A3c(settings(4, 10, 0.95, 1, Schedule.constant(0.003), "rmsprop(epsilon=1e-5)", 0.01));
    }

    static A3c.Settings settings(
            int environments, int steps, double gamma, double rhoBar, Schedule rate, String optimizer, double entropy) {
        return new A3c.Settings(
                environments,
                steps,
                gamma,
                rhoBar,
                rate,
                optimizer,
                entropy,
                0.5,
                0,
                false,
                false,
                false,
                "dense(16) > tanh",
                false,
                0);
    }

    @Test
    void eachEnvironmentUpdatesByItselfAndLaterOnesAreCorrected() {
        Lagging lagging = new Lagging(new A3c(settings(2, 1, 0.5, 1, Schedule.constant(1), "sgd", 0)), 1, 2);
        lagging.rollout.terminated[0] = true;
        Map<String, Double> metrics = new HashMap<>();
        double[] moved = lagging.update(metrics::put);
        // environment 0: A = R = 1, w = 3/2 cut to 1: logits move by (¼, −¼), the value by 1 − 1
        double odds = 3 * StrictMath.exp(0.5);
        double p = odds / (1 + odds);
        // environment 1: A = R = 2, w = (1 − p)/½ by then: logits by 2·w·(−p, p), the value by 2 − 1
        double weight = (1 - p) / 0.5;
        assertThat(weight).isLessThan(0.4);
        assertThat(moved)
                .containsExactly(new double[] {0.25 - 2 * weight * p, -0.25 + 2 * weight * p, 1}, within(1e-6));
        assertThat(lagging.learner.updates()).isEqualTo(2);
        assertThat(metrics.get("policy/ratio")).isCloseTo((1.5 + weight) / 2, within(1e-6));
    }

    @Test
    void withoutALimitOfImportanceNothingIsWeighed() {
        Lagging lagging = new Lagging(new A3c(settings(2, 1, 0.5, 0, Schedule.constant(1), "sgd", 0)), 1, 2);
        lagging.rollout.terminated[0] = true;
        double odds = 3 * StrictMath.exp(0.5);
        double p = odds / (1 + odds);
        assertThat(lagging.update((name, value) -> {}))
                .containsExactly(new double[] {0.25 - 2 * p, -0.25 + 2 * p, 1}, within(1e-6));
    }

    /** One environment and its own policy: A2C with λ = 1, bit for bit. */
    @Test
    void oneEnvironmentAloneIsA2c() {
        SerialTraining one = new SerialTraining(
                new A3c(settings(1, 10, 0.95, 0, Schedule.constant(0.003), "adam", 0.01)),
                this::environment,
                1000,
                3,
                Cores.SERIAL);
        SerialTraining other = new SerialTraining(
                new A2c(new A2c.Settings(
                        1,
                        10,
                        0.95,
                        1,
                        Schedule.constant(0.003),
                        "adam",
                        0.01,
                        0.5,
                        0,
                        false,
                        false,
                        false,
                        "dense(16) > tanh",
                        false,
                        0)),
                this::environment,
                1000,
                3,
                Cores.SERIAL);
        one.run();
        other.run();
        assertThat(one.learner().policy().weights().digest())
                .isEqualTo(other.learner().policy().weights().digest());
    }

    @Test
    void refusesSettingsThatCannotWorkAllAtOnce() {
        assertThatThrownBy(() -> settings(0, 10, 2, -1, Schedule.constant(0.1), "sgd", 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("environments (0) must be at least 1")
                .hasMessageContaining("gamma (2.0) must be from 0.0 to 1.0")
                .hasMessageContaining("rhoBar (-1.0) must not be negative. Maybe use 1.");
    }
}
