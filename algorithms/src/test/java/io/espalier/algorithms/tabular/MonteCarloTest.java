package io.espalier.algorithms.tabular;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.espalier.nn.Schedule;
import io.espalier.policy.RolloutAlgorithm;
import io.espalier.policy.RolloutLearner;
import io.espalier.testkit.AlgorithmContract;
import org.junit.jupiter.api.Test;

class MonteCarloTest extends AlgorithmContract {
    @Override
    protected RolloutAlgorithm algorithm() {
        return new MonteCarlo(
                new MonteCarlo.Settings(2, 8, 0.9, Schedule.constant(1), 0.7, Schedule.linear(1, 0.1), 0, true, false));
    }

    @Override
    protected long environmentSteps() {
        return 10_000;
    }

    @Override
    protected int rounds() {
        return 12;
    }

    private static RolloutLearner learner(double exponent, boolean firstVisit, boolean offPolicy) {
        return Walk.learner(new MonteCarlo(new MonteCarlo.Settings(
                1, 3, 0.5, Schedule.constant(1), exponent, Schedule.constant(0.2), 0, firstVisit, offPolicy)));
    }

    @Test
    void everyPairLearnsFromTheReturnThatFollowed() {
        RolloutLearner learner = learner(1, true, false);
        new Walk(2).step(0, 0, 4, 1).step(1, 1, 2, 2).teach(learner);
        assertThat(learner.updates()).isZero();
        new Walk(1).step(2, 0, 8, 3).terminated().teach(learner);
        // G₂ = 8, G₁ = 2 + ½·8 = 6, G₀ = 4 + ½·6 = 7
        assertThat(Walk.q(learner, 2, 0)).isEqualTo(8);
        assertThat(Walk.q(learner, 1, 1)).isEqualTo(6);
        assertThat(Walk.q(learner, 0, 0)).isEqualTo(7);
        new Walk(1).step(0, 0, 1, 3).terminated().teach(learner);
        // the mean of 7 and 1
        assertThat(Walk.q(learner, 0, 0)).isEqualTo(4);
    }

    @Test
    void firstVisitsOrEveryVisit() {
        RolloutLearner first = learner(1, true, false);
        RolloutLearner every = learner(1, false, false);
        for (RolloutLearner learner : new RolloutLearner[] {first, every}) {
            new Walk(2).step(0, 0, 4, 0).step(0, 0, 2, 3).terminated().teach(learner);
        }
        // G₁ = 2, G₀ = 4 + ½·2 = 5
        assertThat(Walk.q(first, 0, 0)).isEqualTo(5);
        assertThat(Walk.q(every, 0, 0)).isEqualTo(3.5f);
        assertThat(first.updates()).isEqualTo(1);
        assertThat(every.updates()).isEqualTo(2);
    }

    @Test
    void aCutEpisodeEndsWithTheMeanOfThePolicy() {
        RolloutLearner learner = learner(0, true, false);
        new Walk(2).step(1, 1, 10, 3).terminated().step(0, 0, 4, 1).truncated().teach(learner);
        // 4 + ½·(0.9·10 + 0.1·0)
        assertThat(Walk.q(learner, 0, 0)).isEqualTo(8.5f);
    }

    @Test
    void aVoidRowLosesWhatCameBefore() {
        RolloutLearner learner = learner(1, true, false);
        new Walk(3)
                .step(0, 0, 4, 1)
                .step(1, 0, 4, 2)
                .discarded()
                .step(2, 0, 8, 3)
                .terminated()
                .teach(learner);
        assertThat(Walk.q(learner, 2, 0)).isEqualTo(8);
        assertThat(learner.updates()).isEqualTo(1);
    }

    @Test
    void offPolicyReturnsAreWeighedByHowUnlikelyTheirActionsWere() {
        RolloutLearner learner = learner(1, true, true);
        // The last action is greedy: (0, 0) gets G = 0 + ½·4 = 2 with weight 1/0.5 = 2.
        new Walk(2)
                .step(0, 0, 0, 1)
                .chosenWith(0.5)
                .step(1, 0, 4, 3)
                .chosenWith(0.5)
                .terminated()
                .teach(learner);
        assertThat(Walk.q(learner, 0, 0)).isEqualTo(2);
        // And G = 0 + ½·4 + ... = 8 + ½·4 = 10 with weight 1/0.25 = 4: (2·2 + 4·10) / 6.
        new Walk(2)
                .step(0, 0, 8, 1)
                .chosenWith(0.5)
                .step(1, 0, 4, 3)
                .chosenWith(0.25)
                .terminated()
                .teach(learner);
        assertThat(Walk.q(learner, 0, 0)).isCloseTo(44 / 6f, within(1e-5f));
    }

    @Test
    void offPolicyLeavesOutWhatCameBeforeAnActionThatIsNotGreedy() {
        RolloutLearner learner = learner(1, true, true);
        new Walk(1).step(1, 1, 9, 3).chosenWith(0.5).terminated().teach(learner);
        new Walk(2)
                .step(0, 0, 8, 1)
                .chosenWith(0.5)
                .step(1, 0, 4, 3)
                .chosenWith(0.5)
                .terminated()
                .teach(learner);
        assertThat(Walk.q(learner, 1, 0)).isEqualTo(4);
        assertThat(Walk.q(learner, 0, 0)).isZero();
        assertThat(learner.updates()).isEqualTo(2);
    }
}
