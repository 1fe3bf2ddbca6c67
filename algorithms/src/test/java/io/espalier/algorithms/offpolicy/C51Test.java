package io.espalier.algorithms.offpolicy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.core.Cores;
import io.espalier.nn.Schedule;
import io.espalier.policy.ActionHead;
import io.espalier.policy.Policy;
import io.espalier.policy.RolloutAlgorithm;
import io.espalier.testkit.AlgorithmContract;
import io.espalier.testkit.SerialTraining;
import org.junit.jupiter.api.Test;

class C51Test extends AlgorithmContract {
    @Override
    protected RolloutAlgorithm algorithm() {
        return new C51(settings(11, -1, 1));
    }

    @Override
    protected long environmentSteps() {
        return 6000;
    }

    private static C51.Settings settings(int atoms, double low, double high) {
        return new C51.Settings(
                2,
                4,
                2,
                80,
                2000,
                16,
                0.99,
                Schedule.constant(0.003),
                1e-5,
                50,
                1,
                Schedule.linear(1, 0.05, 0.5),
                atoms,
                low,
                high,
                false,
                1,
                10,
                "dense(16) > relu > dense(16) > relu");
    }

    @Test
    void publishesItsAtomsInTheHead() throws Exception {
        SerialTraining training = training(1, Cores.SERIAL);
        training.run();
        Policy policy = training.learner().policy();
        assertThat(policy.head()).isEqualTo(new ActionHead.EpsilonGreedyAtoms(0.05, 11, -1, 1));
        assertThat(Policy.fromBytes(policy.toBytes())).isEqualTo(policy);
    }

    @Test
    void refusesAtomsWithoutARange() {
        assertThatThrownBy(() -> settings(1, 1, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("atoms (1) must be at least 2. Maybe use 51.")
                .hasMessageContaining("lowestReturn (1.0) must be below highestReturn (1.0). Maybe use -100 and 100.");
        assertThatThrownBy(() -> settings(5, Double.NaN, 1)).hasMessageContaining("lowestReturn (NaN)");
    }
}
