package io.espalier.algorithms.onpolicy;

import io.espalier.algorithms.Aim;
import io.espalier.core.Environment;
import io.espalier.nn.Schedule;
import io.espalier.policy.RolloutAlgorithm;
import io.espalier.testkit.AlgorithmContract;

/** Two real actions, normalised observations, a shared trunk, clipped values. */
class PpoContinuousTest extends AlgorithmContract {
    @Override
    protected RolloutAlgorithm algorithm() {
        return new Ppo(new Ppo.Settings(
                3,
                40,
                2,
                6,
                0.9,
                0.9,
                Schedule.constant(0.005),
                Schedule.constant(0.2),
                0.3,
                0.001,
                0.5,
                0.5,
                true,
                true,
                true,
                0,
                0.02,
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
        return -0.15;
    }
}
