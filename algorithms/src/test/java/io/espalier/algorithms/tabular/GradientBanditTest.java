package io.espalier.algorithms.tabular;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.espalier.core.Box;
import io.espalier.core.Discrete;
import io.espalier.core.Environment;
import io.espalier.core.Seeds;
import io.espalier.core.wrappers.TimeLimit;
import io.espalier.envs.Bandit;
import io.espalier.policy.RolloutAlgorithm;
import io.espalier.policy.RolloutLearner;
import io.espalier.policy.TaskSpec;
import io.espalier.testkit.AlgorithmContract;
import org.junit.jupiter.api.Test;

class GradientBanditTest extends AlgorithmContract {
    private static final double[] LEVERS = {0.2, -0.8, 1.5, 0.9};

    @Override
    protected RolloutAlgorithm algorithm() {
        return new GradientBandit(new GradientBandit.Settings(2, 1, 0.2, true));
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

    @Test
    void raisesWhatPaidMoreThanTheMean() {
        for (boolean baseline : new boolean[] {true, false}) {
            RolloutLearner learner =
                    Pulls.learner(new GradientBandit(new GradientBandit.Settings(1, 1, 0.3, baseline)));
            Pulls.teach(learner, 0, 2);
            // π = ⅓ each: 0.3·2·(1 − ⅓) = 0.4 and 0.3·2·(−⅓) = −0.2
            assertThat(learner.weights().get(0)).isCloseTo(0.4f, within(1e-6f));
            assertThat(learner.weights().get(1)).isCloseTo(-0.2f, within(1e-6f));
            Pulls.teach(learner, 1, 2);
            // with the mean 2 taken off, nothing is left to learn; else π = 1.4918, 0.8187, 0.8187 over 3.1293
            float second = baseline ? -0.2f : (float) (-0.2 + 0.3 * 2 * (1 - 0.261632));
            assertThat(learner.weights().get(1)).isCloseTo(second, within(1e-5f));
        }
    }

    @Test
    void refusesWhatIsNoBandit() {
        for (RolloutAlgorithm bandit : new RolloutAlgorithm[] {
            algorithm(),
            new UcbBandit(UcbBandit.Settings.defaults()),
            new ThompsonBandit(ThompsonBandit.Settings.defaults()),
            new EpsilonGreedyBandit(EpsilonGreedyBandit.Settings.defaults())
        }) {
            assertThatThrownBy(
                            () -> bandit.policy(new TaskSpec(new Discrete(2), new Discrete(2), false, 10), Seeds.of(1)))
                    .hasMessageContaining("must be discrete(1)")
                    .hasMessageContaining("Maybe use q-learning.");
            assertThatThrownBy(() ->
                            bandit.policy(new TaskSpec(new Discrete(1), Box.unbounded(2), false, 10), Seeds.of(1)))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }
}
