package io.espalier.algorithms.tabular;

import io.espalier.nn.Schedule;
import io.espalier.policy.RolloutAlgorithm;
import io.espalier.testkit.AlgorithmContract;

/** The form with importance sampling keeps the contract too; its arithmetic is in {@link MonteCarloTest}. */
class OffPolicyMonteCarloTest extends AlgorithmContract {
    @Override
    protected RolloutAlgorithm algorithm() {
        return new MonteCarlo(
                new MonteCarlo.Settings(2, 8, 0.9, Schedule.constant(1), 1, Schedule.constant(0.3), 0, false, true));
    }

    @Override
    protected int rounds() {
        return 12;
    }
}
