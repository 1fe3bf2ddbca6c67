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

class NpgTest extends AlgorithmContract {
    @Override
    protected RolloutAlgorithm algorithm() {
        return new Npg(settings(0.02));
    }

    private static Npg.Settings settings(double klStep) {
        return new Npg.Settings(
                4,
                50,
                0.95,
                0.9,
                klStep,
                10,
                0.01,
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
    void aStepHasAboutTheLengthThatWasAskedFor() {
        for (double length : new double[] {0.0005, 0.002}) {
            SerialTraining training =
                    new SerialTraining(new Npg(settings(length)), this::environment, 20_000, 1, Cores.SERIAL);
            Map<String, Double> metrics = new HashMap<>();
            training.learner().update(training.gather(), metrics::put);
            assertThat(metrics.get("update/accepted")).isEqualTo(1);
            // less by what the damping takes, more or less by what is not quadratic
            assertThat(metrics.get("policy/kl")).isBetween(0.5 * length, 1.2 * length);
        }
    }

    @Test
    void refusesALengthOfNothingByItsOwnName() {
        assertThatThrownBy(() -> settings(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("klStep (0.0) must be above 0");
    }
}
