package io.espalier.algorithms.evolution;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.algorithms.Aim;
import io.espalier.core.Cores;
import io.espalier.core.Environment;
import io.espalier.core.MetricSink;
import io.espalier.nn.Schedule;
import io.espalier.policy.EpisodeAlgorithm;
import io.espalier.policy.Normalizer;
import io.espalier.testkit.EpisodeAlgorithmContract;
import io.espalier.testkit.SerialEpisodes;
import org.junit.jupiter.api.Test;

/** Boxes to see, far from 0, and boxes to act in: the moments of observations take part in everything. */
class EvolutionOfRealActionsTest extends EpisodeAlgorithmContract {
    @Override
    protected EpisodeAlgorithm algorithm() {
        return new Ars(new Ars.Settings(8, 4, 2, 0.1, Schedule.constant(0.05), true, "linear"));
    }

    @Override
    protected Environment environment() {
        return new Aim();
    }

    @Override
    protected double learnedAt() {
        return -0.1;
    }

    @Test
    void thePolicyNormalisesByWhatAllCandidatesHaveSeen() {
        SerialEpisodes training = training(1, Cores.SERIAL);
        assertThat(training.learner().policy().normalizer().isIdentity()).isTrue();
        for (int round = 0; round < 20; round++) {
            training.learner().update(training.gather(), MetricSink.NONE);
        }
        Normalizer normalizer = training.learner().policy().normalizer();
        // 20 generations of 16 candidates, 2 episodes of 5 steps each; x is uniform from −1 to 1, shown as 50 + 0.1·x.
        assertThat(normalizer.count()).isEqualTo(20 * 16 * 2 * 5);
        assertThat(normalizer.mean(0)).isBetween(49.9, 50.1);
        // 200 different numbers, for all candidates meet the same.
        assertThat(normalizer.variance(0)).isBetween(0.01 / 3 * 0.75, 0.01 / 3 * 1.25);
    }

    @Test
    void withoutNormalisationTheMomentsAreNotKept() {
        Ars.Settings v1 = new Ars.Settings(8, 4, 2, 0.1, Schedule.constant(0.05), false, "linear");
        SerialEpisodes training = new SerialEpisodes(new Ars(v1), Aim::new, 1000, 1, Cores.SERIAL);
        training.learner().update(training.gather(), MetricSink.NONE);
        assertThat(training.learner().policy().normalizer().isIdentity()).isTrue();
        assertThat(training.learner().policy().head().text()).isEqualTo("squashed-deterministic(0.0)");
    }
}
