package io.espalier.algorithms.tabular;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.espalier.core.Environment;
import io.espalier.core.wrappers.TimeLimit;
import io.espalier.envs.Bandit;
import io.espalier.policy.RolloutAlgorithm;
import io.espalier.policy.RolloutLearner;
import io.espalier.testkit.AlgorithmContract;
import org.junit.jupiter.api.Test;

class UcbBanditTest extends AlgorithmContract {
    private static final double[] LEVERS = {0.2, -0.8, 1.5, 0.9};

    @Override
    protected RolloutAlgorithm algorithm() {
        return new UcbBandit(new UcbBandit.Settings(1, 1, 1.5));
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
    void boundsShrinkWithThePulls() {
        RolloutLearner learner = Pulls.learner(new UcbBandit(new UcbBandit.Settings(1, 1, 2)));
        Pulls.teach(learner, 0, 4);
        Pulls.teach(learner, 0, 2);
        Pulls.teach(learner, 1, 1);
        // ln 3 = 1.0986: 3 + 2·√(1.0986/2) and 1 + 2·√1.0986; lever 2 comes first of all
        assertThat(learner.weights().get(3)).isCloseTo(4.482304f, within(1e-5f));
        assertThat(learner.weights().get(4)).isCloseTo(3.096294f, within(1e-5f));
        assertThat(learner.weights().get(5)).isGreaterThan(1e20f);
        // what is best is another matter
        assertThat(learner.weights().get(0)).isEqualTo(3);
        assertThat(learner.policy().actDiscrete(new float[] {0})).isZero();
    }

    @Test
    void regretGrowsSlowly() {
        Bandit bandit = Bandit.fixed(LEVERS);
        RolloutLearner learner = Pulls.learner(new UcbBandit(new UcbBandit.Settings(1, 1, 1.5)), LEVERS.length);
        double early = Pulls.play(learner, bandit, 2000);
        double late = Pulls.play(learner, bandit, 2000);
        // Auer et al., theorem 1, with c = 1.5: the mean of further pulls of a lever is about c² · Δln t / Δ²
        assertThat(late).isLessThan(early / 2);
        assertThat(late).isLessThan(20);
    }
}
