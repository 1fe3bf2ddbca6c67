package io.espalier.algorithms.onpolicy;

import io.espalier.algorithms.Aim;
import io.espalier.core.Environment;
import io.espalier.nn.Schedule;
import io.espalier.policy.RolloutAlgorithm;
import io.espalier.testkit.AlgorithmContract;

/** Two real actions, everything normalised, a shared trunk, several updates on each rollout. */
class VTraceContinuousTest extends AlgorithmContract {
    @Override
    protected RolloutAlgorithm algorithm() {
        return new VTrace(new VTrace.Settings(
                4,
                10,
                2,
                0.5,
                0.9,
                1,
                1,
                Schedule.linear(0.01, 0.001),
                "adam(epsilon=1e-5)",
                0,
                0.5,
                0.5,
                true,
                true,
                true,
                "dense(16) > tanh",
                true,
                -0.5));
    }

    @Override
    protected Environment environment() {
        return new Aim();
    }

    @Override
    protected double learnedAt() {
        return -0.3;
    }
}
