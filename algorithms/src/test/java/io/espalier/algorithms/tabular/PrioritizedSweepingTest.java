package io.espalier.algorithms.tabular;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.core.RandomStream;
import io.espalier.nn.Schedule;
import io.espalier.policy.RolloutAlgorithm;
import io.espalier.policy.RolloutLearner;
import io.espalier.testkit.AlgorithmContract;
import org.junit.jupiter.api.Test;

class PrioritizedSweepingTest extends AlgorithmContract {
    @Override
    protected RolloutAlgorithm algorithm() {
        // small steps, so that something is left to learn for as long as the contract looks
        return sweeping(2, 0.1, 0.9, 3, 1e-6);
    }

    @Override
    protected long environmentSteps() {
        return 1000;
    }

    @Override
    protected int rounds() {
        return 12;
    }

    private static PrioritizedSweeping sweeping(
            int environments, double rate, double gamma, int updates, double threshold) {
        return new PrioritizedSweeping(new PrioritizedSweeping.Settings(
                environments,
                3,
                gamma,
                Schedule.constant(rate),
                0,
                Schedule.linear(1, 0.1, 0.5),
                0,
                updates,
                threshold));
    }

    @Test
    void worksBackwardsFromASurpriseWithoutWaste() {
        RolloutLearner learner = Walk.learner(sweeping(1, 1, 0.5, 100, 1e-4));
        new Walk(3)
                .step(0, 0, 0, 1)
                .step(1, 1, 0, 2)
                .step(2, 0, 8, 3)
                .terminated()
                .teach(learner);
        assertThat(Walk.q(learner, 2, 0)).isEqualTo(8);
        assertThat(Walk.q(learner, 1, 1)).isEqualTo(4);
        assertThat(Walk.q(learner, 0, 0)).isEqualTo(2);
        assertThat(learner.updates()).isEqualTo(3);
    }

    @Test
    void smallSurprisesAreLeftAlone() {
        RolloutLearner learner = Walk.learner(sweeping(1, 1, 0.5, 100, 3));
        new Walk(3)
                .step(0, 0, 0, 1)
                .step(1, 1, 0, 2)
                .step(2, 0, 8, 3)
                .terminated()
                .teach(learner);
        // surprises 8 and 4 are above 3, 2 is not
        assertThat(Walk.q(learner, 1, 1)).isEqualTo(4);
        assertThat(Walk.q(learner, 0, 0)).isZero();
    }

    @Test
    void whatLedElsewhereBeforeDoesSoNoMore() {
        RolloutLearner learner = Walk.learner(sweeping(1, 1, 0.5, 100, 1e-4));
        new Walk(3)
                .step(0, 0, 0, 1)
                .step(0, 0, 0, 2)
                .step(1, 1, 8, 3)
                .terminated()
                .teach(learner);
        // (0, 0) leads to 2 by now, so the worth of 1 does not reach it
        assertThat(Walk.q(learner, 1, 1)).isEqualTo(8);
        assertThat(Walk.q(learner, 0, 0)).isZero();
    }

    @Test
    void theGreatestPriorityIsFirst() {
        RandomStream random = new RandomStream(1);
        Priorities queue = new Priorities(13);
        double[] plain = new double[13];
        for (int i = 0; i < 200; i++) {
            int pair = random.nextInt(13);
            plain[pair] = random.nextInt(4);
            queue.set(pair, plain[pair]);
            int first = -1;
            for (int j = 0; j < 13; j++) {
                first = plain[j] > (first < 0 ? 0 : plain[first]) ? j : first;
            }
            assertThat(queue.first()).isEqualTo(first);
        }
    }
}
