package io.espalier.algorithms.offpolicy;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.algorithms.Aim;
import io.espalier.core.Cores;
import io.espalier.core.Environment;
import io.espalier.core.State;
import io.espalier.nn.Schedule;
import io.espalier.policy.RolloutAlgorithm;
import io.espalier.testkit.AlgorithmContract;
import org.junit.jupiter.api.Test;

class DdpgTest extends AlgorithmContract {
    @Override
    protected RolloutAlgorithm algorithm() {
        return new Ddpg(new Ddpg.Settings(
                2,
                4,
                3,
                70,
                4000,
                40,
                0.5,
                Schedule.constant(0.005),
                0.02,
                Schedule.constant(0.2),
                1,
                0,
                "dense(16) > relu"));
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
    void itHasASingleValue() {
        State state = new State();
        training(1, Cores.SERIAL).learner().save(state);
        // 1 observation and 2 actions: (3 + 1)·16 + 16 + 1
        assertThat(state.floats("target")).hasSize(81);
    }
}
