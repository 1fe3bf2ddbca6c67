package io.espalier.algorithms.offpolicy;

import io.espalier.nn.Schedule;
import io.espalier.policy.RolloutAlgorithm;
import io.espalier.testkit.AlgorithmContract;

/** Double, dueling, three steps, priorities, a soft target. */
class DqnWithAllOptionsTest extends AlgorithmContract {
    @Override
    protected RolloutAlgorithm algorithm() {
        return new Dqn(new Dqn.Settings(
                2,
                4,
                -1,
                40,
                1000,
                16,
                0.99,
                Schedule.linear(0.003, 0.001),
                1,
                0.05,
                Schedule.linear(1, 0.05, 0.5),
                true,
                true,
                3,
                0.6,
                Schedule.linear(0.4, 1),
                1,
                10,
                "dense(16) > relu > dense(16) > relu"));
    }

    @Override
    protected long environmentSteps() {
        return 4000;
    }
}
