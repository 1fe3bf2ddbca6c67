package io.espalier.algorithms.onpolicy;

import io.espalier.algorithms.Aim;
import io.espalier.core.Environment;
import io.espalier.nn.Schedule;
import io.espalier.policy.RolloutAlgorithm;
import io.espalier.testkit.AlgorithmContract;

/** Two real actions, everything normalised, more rows than shards of their smallest size hold. */
class TrpoContinuousTest extends AlgorithmContract {
    @Override
    protected RolloutAlgorithm algorithm() {
        return new Trpo(new Trpo.Settings(
                6,
                30,
                0.5,
                0.9,
                0.03,
                10,
                0.01,
                10,
                0.8,
                Schedule.linear(0.01, 0.001),
                5,
                3,
                true,
                true,
                true,
                "dense(16) > tanh",
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
