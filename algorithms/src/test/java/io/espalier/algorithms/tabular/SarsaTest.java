package io.espalier.algorithms.tabular;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.nn.Schedule;
import io.espalier.policy.RolloutAlgorithm;
import io.espalier.policy.RolloutLearner;
import io.espalier.testkit.AlgorithmContract;
import org.junit.jupiter.api.Test;

class SarsaTest extends AlgorithmContract {
    @Override
    protected RolloutAlgorithm algorithm() {
        return sarsa(2, 0.5, 0.9, "linear(1, 0.1)", false);
    }

    @Override
    protected long environmentSteps() {
        return 4000;
    }

    @Override
    protected int rounds() {
        return 12;
    }

    private static Sarsa sarsa(int environments, double rate, double gamma, String epsilon, boolean expected) {
        return new Sarsa(new Sarsa.Settings(
                environments, 3, gamma, Schedule.constant(rate), 0, Schedule.valueOf(epsilon), 0, expected));
    }

    private final RolloutLearner learner = Walk.learner(sarsa(1, 0.5, 0.5, "0.2", false));

    @Test
    void movesTowardsTheRewardAndThePairThatFollowed() {
        // Q(1, 1) = ½·4 = 2, Q(1, 0) = ½·8 = 4
        new Walk(2).step(1, 1, 4, 3).terminated().step(1, 0, 8, 3).terminated().teach(learner);
        assertThat(Walk.q(learner, 1, 1)).isEqualTo(2);
        assertThat(Walk.q(learner, 1, 0)).isEqualTo(4);
        new Walk(2).step(0, 0, 10, 1).step(1, 1, 0, 3).terminated().teach(learner);
        // the pair that followed was (1, 1), not the better (1, 0): ½·(10 + ½·2) = 5.5; then 2 + ½·(0 − 2) = 1
        assertThat(Walk.q(learner, 0, 0)).isEqualTo(5.5f);
        assertThat(Walk.q(learner, 1, 1)).isEqualTo(1);
    }

    @Test
    void theLastRowWaitsForTheNextBlock() {
        new Walk(2).step(1, 1, 4, 3).terminated().step(0, 0, 10, 1).teach(learner);
        assertThat(Walk.q(learner, 0, 0)).isZero();
        assertThat(learner.updates()).isEqualTo(1);
        new Walk(1).step(1, 1, 6, 2).teach(learner);
        // ½·(10 + ½·2), and (1, 1) itself waits again
        assertThat(Walk.q(learner, 0, 0)).isEqualTo(5.5f);
        assertThat(Walk.q(learner, 1, 1)).isEqualTo(2);
        assertThat(learner.updates()).isEqualTo(2);
    }

    @Test
    void aVoidRowOrAnotherBeginningTellsNothingOfWhatFollowed() {
        new Walk(2).step(0, 0, 10, 1).step(1, 1, 6, 2).discarded().teach(learner);
        new Walk(2).step(0, 1, 10, 1).step(2, 1, 6, 3).teach(learner);
        assertThat(learner.updates()).isZero();
        assertThat(Walk.q(learner, 0, 0)).isZero();
        assertThat(Walk.q(learner, 0, 1)).isZero();
    }

    @Test
    void whereItIsCutOffTheMeanOfThePolicyFollows() {
        new Walk(2).step(1, 1, 4, 3).terminated().step(0, 0, 10, 1).truncated().teach(learner);
        // Σ π·Q = 0.9·2 + 0.1·0 = 1.8;  ½·(10 + ½·1.8) = 5.45
        assertThat(Walk.q(learner, 0, 0)).isEqualTo(5.45f);
    }

    @Test
    void expectedSarsaTakesTheMeanOfThePolicyAtOnce() {
        RolloutLearner expected = Walk.learner(sarsa(1, 0.5, 0.5, "0.2", true));
        new Walk(2).step(1, 1, 4, 3).terminated().step(0, 0, 10, 1).teach(expected);
        assertThat(Walk.q(expected, 0, 0)).isEqualTo(5.45f);
        assertThat(expected.updates()).isEqualTo(2);
    }
}
