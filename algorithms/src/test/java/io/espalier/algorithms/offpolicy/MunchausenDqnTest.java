package io.espalier.algorithms.offpolicy;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.nn.Schedule;
import io.espalier.policy.RolloutAlgorithm;
import io.espalier.testkit.AlgorithmContract;
import org.junit.jupiter.api.Test;

class MunchausenDqnTest extends AlgorithmContract {
    @Override
    protected RolloutAlgorithm algorithm() {
        return new MunchausenDqn(settings(0.03, 0.9, -1));
    }

    @Override
    protected long environmentSteps() {
        return 6000;
    }

    private static MunchausenDqn.Settings settings(double temperature, double scale, double lowest) {
        return new MunchausenDqn.Settings(
                2,
                4,
                2,
                80,
                2000,
                16,
                0.99,
                Schedule.constant(0.003),
                50,
                1,
                Schedule.linear(1, 0.05, 0.5),
                temperature,
                scale,
                lowest,
                1,
                10,
                "dense(16) > relu > dense(16) > relu");
    }

    @Test
    void refusesBadSettings() {
        assertThatThrownBy(() -> settings(0, 2, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("temperature (0.0) must be from 1.0E-6 to 1000000.0. Maybe use 0.03.")
                .hasMessageContaining("bonusScale (2.0) must be from 0.0 to 1.0. Maybe use 0.9.")
                .hasMessageContaining("lowestBonus (1.0)");
    }
}
