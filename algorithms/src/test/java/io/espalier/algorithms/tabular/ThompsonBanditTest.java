package io.espalier.algorithms.tabular;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.espalier.core.Discrete;
import io.espalier.core.Environment;
import io.espalier.core.RandomStream;
import io.espalier.core.Space;
import io.espalier.core.Step;
import io.espalier.core.wrappers.TimeLimit;
import io.espalier.envs.Bandit;
import io.espalier.policy.RolloutAlgorithm;
import io.espalier.policy.RolloutLearner;
import io.espalier.testkit.AlgorithmContract;
import org.junit.jupiter.api.Test;

class ThompsonBanditTest extends AlgorithmContract {
    private static final double[] LEVERS = {0.2, -0.8, 1.5, 0.9};

    @Override
    protected RolloutAlgorithm algorithm() {
        return thompson(false);
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

    private static ThompsonBandit thompson(boolean bernoulli) {
        return new ThompsonBandit(new ThompsonBandit.Settings(1, 1, bernoulli, 1, 2, 0.5));
    }

    @Test
    void knowsTheGaussianPosterior() {
        RolloutLearner learner = Pulls.learner(thompson(false));
        Pulls.teach(learner, 0, 4);
        Pulls.teach(learner, 0, 2);
        // precisions ¼ and 4 each: (1·¼ + 6·4) / 8.25; untouched levers keep the prior
        assertThat(learner.weights().get(0)).isCloseTo((float) (24.25 / 8.25), within(1e-6f));
        assertThat(learner.weights().get(1)).isEqualTo(1);
        double sum = 0;
        double squares = 0;
        for (int i = 0; i < 4000; i++) {
            Pulls.teach(learner, 1, Double.NaN);
            double off = learner.weights().get(3) - 24.25 / 8.25;
            sum += off;
            squares += off * off;
        }
        // four standard errors of mean and variance 1 / 8.25 over 4000 draws
        assertThat(sum / 4000).isCloseTo(0, within(4 * 0.3482 / 63));
        assertThat(squares / 4000).isCloseTo(1 / 8.25, within(4 * 1.4142 / 8.25 / 63));
    }

    @Test
    void knowsTheBetaPosterior() {
        RolloutLearner learner = Pulls.learner(thompson(true));
        Pulls.teach(learner, 0, 1);
        Pulls.teach(learner, 0, 1);
        Pulls.teach(learner, 0, 0);
        // Beta(3, 2): mean 3/5, variance 3·2 / (25·6) = 1/25
        assertThat(learner.weights().get(0)).isEqualTo(0.6f);
        double sum = 0;
        double squares = 0;
        for (int i = 0; i < 4000; i++) {
            Pulls.teach(learner, 1, Double.NaN);
            double off = learner.weights().get(3) - 0.6;
            sum += off;
            squares += off * off;
        }
        assertThat(sum / 4000).isCloseTo(0, within(4 * 0.2 / 63));
        assertThat(squares / 4000).isCloseTo(0.04, within(0.005));
    }

    @Test
    void findsTheCoinThatFallsOnHeads() {
        RolloutLearner learner = Pulls.learner(thompson(true), 3);
        Coins coins = new Coins(0.4, 0.6, 0.3);
        coins.reset(1);
        Pulls.play(learner, coins, 2000);
        assertThat(learner.policy().actDiscrete(new float[] {0})).isEqualTo(1);
        // the best is pulled most of the time
        assertThat(coins.pulls[1]).isGreaterThan(1600);
    }

    @Test
    void refusesRewardsThatAreNoChances() {
        RolloutLearner learner = Pulls.learner(thompson(true));
        assertThatThrownBy(() -> Pulls.teach(learner, 0, 2)).hasMessageContaining("reward (2.0) must be from 0 to 1");
    }

    /** Levers that pay 1 or nothing. */
    private static final class Coins implements Environment {
        private final double[] chances;
        private final int[] pulls;
        private final RandomStream random = new RandomStream(0);

        Coins(double... chances) {
            this.chances = chances;
            pulls = new int[chances.length];
        }

        @Override
        public Space observationSpace() {
            return new Discrete(1);
        }

        @Override
        public Space actionSpace() {
            return new Discrete(chances.length);
        }

        @Override
        public void reset(long seed) {
            random.reseed(seed);
        }

        @Override
        public Step step(float[] actions, int at) {
            int lever = (int) actions[at];
            pulls[lever]++;
            return Step.transition(random.nextDouble() < chances[lever] ? 1 : 0);
        }

        @Override
        public void observe(float[] into, int at) {
            into[at] = 0;
        }
    }
}
