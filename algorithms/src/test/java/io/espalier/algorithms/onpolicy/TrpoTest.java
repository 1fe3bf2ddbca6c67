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

class TrpoTest extends AlgorithmContract {
    private static final double LIMIT = 0.05;

    @Override
    protected RolloutAlgorithm algorithm() {
        return new Trpo(settings(LIMIT, 4, 0.8));
    }

    static Trpo.Settings settings(double klLimit, int environments, double factor) {
        return new Trpo.Settings(
                environments,
                50,
                0.95,
                0.9,
                klLimit,
                10,
                0.01,
                10,
                factor,
                Schedule.constant(0.01),
                5,
                4,
                true,
                false,
                false,
                "dense(16) > tanh",
                0);
    }

    @Test
    void everyAcceptedStepIsWithinItsLimitAndSaysSo() {
        SerialTraining training = training(1, Cores.SERIAL);
        int accepted = 0;
        double most = 0;
        for (int round = 0; round < 40; round++) {
            Map<String, Double> metrics = new HashMap<>();
            String before = training.learner().policy().weights().digest();
            training.learner().update(training.gather(), metrics::put);
            assertThat(metrics.get("policy/kl")).isBetween(0.0, LIMIT);
            if (metrics.get("update/accepted") > 0) {
                accepted++;
                assertThat(metrics.get("policy/kl")).isPositive();
                most = Math.max(most, metrics.get("policy/kl"));
            }
            assertThat(training.learner().policy().weights().digest()).isNotEqualTo(before);
            assertThat(metrics).containsKeys("loss/value", "value/explained-variance", "update/learning-rate");
        }
        assertThat(accepted).isGreaterThan(15);
        // the limit is used, not only kept
        assertThat(most).isGreaterThan(LIMIT / 2);
    }

    @Test
    void refusesSettingsThatCannotWorkAllAtOnce() {
        assertThatThrownBy(() -> settings(0, 0, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("environments (0) must be at least 1. Maybe use 2.")
                .hasMessageContaining("klLimit (0.0) must be above 0, at most 10. Maybe use 0.01.")
                .hasMessageContaining("lineSearchFactor (1.0) must be between 0 and 1");
    }
}
