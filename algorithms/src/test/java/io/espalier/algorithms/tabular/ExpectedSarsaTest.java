package io.espalier.algorithms.tabular;

import io.espalier.nn.Schedule;
import io.espalier.policy.RolloutAlgorithm;
import io.espalier.testkit.AlgorithmContract;

/** The expected form keeps the contract too; its targets are in {@link SarsaTest}. */
class ExpectedSarsaTest extends AlgorithmContract {
    @Override
    protected RolloutAlgorithm algorithm() {
        return new Sarsa(new Sarsa.Settings(
                2, 3, 0.9, Schedule.constant(0.5), 0.2, Schedule.valueOf("linear(1, 0.1)"), 0, true));
    }

    @Override
    protected long environmentSteps() {
        return 3000;
    }

    @Override
    protected int rounds() {
        return 12;
    }
}
