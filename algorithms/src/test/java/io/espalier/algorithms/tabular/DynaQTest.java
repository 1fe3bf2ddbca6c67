package io.espalier.algorithms.tabular;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.espalier.nn.Schedule;
import io.espalier.policy.RolloutAlgorithm;
import io.espalier.policy.RolloutLearner;
import io.espalier.testkit.AlgorithmContract;
import org.junit.jupiter.api.Test;

class DynaQTest extends AlgorithmContract {
    @Override
    protected RolloutAlgorithm algorithm() {
        return dyna(2, 0.5, 0.9, 5, 1e-4);
    }

    @Override
    protected long environmentSteps() {
        return 1000;
    }

    @Override
    protected int rounds() {
        return 12;
    }

    private static DynaQ dyna(int environments, double rate, double gamma, int updates, double bonus) {
        return new DynaQ(new DynaQ.Settings(
                environments, 3, gamma, Schedule.constant(rate), 0, Schedule.linear(1, 0.1, 0.5), 0, updates, bonus));
    }

    @Test
    void withoutMemoriesItIsQLearning() {
        RolloutLearner learner = Walk.learner(dyna(1, 0.5, 0.5, 0, 0));
        new Walk(2).step(1, 1, 8, 3).terminated().step(0, 0, 2, 1).teach(learner);
        // ½·8; ½·(2 + ½·4)
        assertThat(Walk.q(learner, 1, 1)).isEqualTo(4);
        assertThat(Walk.q(learner, 0, 0)).isEqualTo(2);
        assertThat(learner.updates()).isEqualTo(2);
    }

    @Test
    void memoriesCarryARewardBackToTheStart() {
        RolloutLearner learner = Walk.learner(dyna(1, 1, 0.5, 100, 0));
        new Walk(3)
                .step(0, 0, 0, 1)
                .step(1, 1, 0, 2)
                .step(2, 0, 8, 3)
                .terminated()
                .teach(learner);
        // after one walk all is known: 8, 4, 2; Q-learning would know the last alone
        assertThat(Walk.q(learner, 2, 0)).isEqualTo(8);
        assertThat(Walk.q(learner, 1, 1)).isEqualTo(4);
        assertThat(Walk.q(learner, 0, 0)).isEqualTo(2);
        // what was never tried stays as it was
        assertThat(Walk.q(learner, 0, 1)).isZero();
        assertThat(learner.updates()).isEqualTo(3 + 300);
    }

    @Test
    void theBonusGrowsWithTheTimeSincePairsWereTried() {
        RolloutLearner learner = Walk.learner(dyna(1, 1, 0, 200, 2));
        new Walk(3)
                .step(0, 0, 0, 1)
                .step(1, 1, 0, 2)
                .step(2, 0, 8, 3)
                .terminated()
                .teach(learner);
        // by hand at the last of steps 0, 1, 2, with γ = 0: r + 2·√τ
        assertThat(Walk.q(learner, 2, 0)).isEqualTo(8);
        assertThat(Walk.q(learner, 1, 1)).isEqualTo(2);
        assertThat(Walk.q(learner, 0, 0)).isCloseTo(2.828427f, within(1e-6f));
        // never tried: since the beginning, but only in states that were seen
        assertThat(Walk.q(learner, 0, 1)).isCloseTo(2.828427f, within(1e-6f));
        assertThat(Walk.q(learner, 3, 1)).isZero();
    }

    @Test
    void refusesWhatIsNoBonus() {
        assertThatThrownBy(() -> dyna(1, 1, 0, -1, Double.NaN))
                .hasMessageContaining("planningUpdates (-1)")
                .hasMessageContaining("bonus (NaN)");
    }
}
