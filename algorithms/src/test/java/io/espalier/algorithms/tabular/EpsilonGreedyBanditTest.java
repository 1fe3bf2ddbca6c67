package io.espalier.algorithms.tabular;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.core.Environment;
import io.espalier.core.wrappers.TimeLimit;
import io.espalier.envs.Bandit;
import io.espalier.nn.Schedule;
import io.espalier.policy.RolloutAlgorithm;
import io.espalier.policy.RolloutLearner;
import io.espalier.testkit.AlgorithmContract;
import org.junit.jupiter.api.Test;

class EpsilonGreedyBanditTest extends AlgorithmContract {
    private static final double[] LEVERS = {0.2, -0.8, 1.5, 0.9};

    @Override
    protected RolloutAlgorithm algorithm() {
        return bandit(0, 0);
    }

    @Override
    protected Environment environment() {
        return new TimeLimit(Bandit.fixed(LEVERS), 50);
    }

    @Override
    protected long environmentSteps() {
        return 2000;
    }

    /** The best lever brings 75 in the mean of 50 pulls, the second 45; the mean of 20 episodes is off by 1.6. */
    @Override
    protected double learnedAt() {
        return 68;
    }

    @Override
    protected int rounds() {
        return 12;
    }

    private static EpsilonGreedyBandit bandit(double stepSize, double initialValue) {
        return new EpsilonGreedyBandit(
                new EpsilonGreedyBandit.Settings(1, 2, Schedule.constant(0.1), stepSize, initialValue));
    }

    @Test
    void keepsMeansOrForgets() {
        RolloutLearner means = Pulls.learner(bandit(0, 5));
        RolloutLearner forgets = Pulls.learner(bandit(0.5, 5));
        for (RolloutLearner learner : new RolloutLearner[] {means, forgets}) {
            Pulls.teach(learner, 0, 4);
            Pulls.teach(learner, 0, 1);
            Pulls.teach(learner, 0, 1);
        }
        // (4 + 1 + 1) / 3; 5, 4.5, 2.75, 1.875
        assertThat(means.weights().get(0)).isEqualTo(2);
        assertThat(forgets.weights().get(0)).isEqualTo(1.875f);
        assertThat(means.weights().get(1)).isEqualTo(5);
    }
}
