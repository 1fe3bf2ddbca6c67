package io.espalier.algorithms.evolution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.espalier.core.Box;
import io.espalier.core.Cores;
import io.espalier.core.Discrete;
import io.espalier.core.MetricSink;
import io.espalier.core.Seeds;
import io.espalier.core.State;
import io.espalier.nn.Schedule;
import io.espalier.policy.EpisodeAlgorithm;
import io.espalier.policy.Policy;
import io.espalier.policy.TaskSpec;
import io.espalier.testkit.EpisodeAlgorithmContract;
import org.junit.jupiter.api.Test;

class ArsTest extends EpisodeAlgorithmContract {
    private static final TaskSpec TASK = new TaskSpec(Box.unbounded(2), new Discrete(2), false, 1000);

    private static Ars.Settings settings(int directions, int top) {
        return new Ars.Settings(directions, top, 1, 0.1, Schedule.constant(0.05), true, "linear");
    }

    @Override
    protected EpisodeAlgorithm algorithm() {
        return new Ars(settings(8, 4));
    }

    private static float[] learned(int top, double... returns) {
        Ars algorithm = new Ars(settings(returns.length / 2, top));
        Policy initial = algorithm.policy(TASK, Seeds.of(1));
        Ars.Search search = new Ars.Search(algorithm.settings(), initial, Cores.SERIAL);
        search.learn(9, returns, 0, MetricSink.NONE);
        return search.parameters();
    }

    @Test
    void onlyTheDirectionsWithTheBestCandidatesCount() {
        // The better ones: 4, 3, 5. The best two are directions 2 and 0, with returns 5, 1, 2, 4:
        // mean 3, variance (4 + 4 + 1 + 1) / 4 = 2.5. Differences 4 and −2.
        float[] moved = learned(2, 2, 4, 3, -7, 5, 1);
        float[][] noise = new float[3][6];
        for (int k = 0; k < 3; k++) {
            new Noise().fill(Noise.seed(9, k), 0, 6, noise[k]);
        }
        double scale = 0.05 / (2 * Math.sqrt(2.5));
        for (int i = 0; i < 6; i++) {
            assertThat((double) moved[i]).isCloseTo(scale * (4 * noise[2][i] - 2 * noise[0][i]), within(1e-7));
        }
    }

    @Test
    void whereAllReturnsAreEqualNothingMoves() {
        assertThat(learned(2, -500, -500, -500, -500)).containsOnly(0f);
    }

    @Test
    void bothSidesOfADirectionAreTried() {
        Antithetic candidates = new Antithetic(0.1, 6);
        State round = new State();
        Antithetic.announce(9, new float[] {1, 2, 3, 4, 5, 6}, round);
        candidates.begin(round);
        float[] up = new float[6];
        float[] down = new float[6];
        float[] noise = new float[6];
        candidates.parameters(4, 0, up);
        candidates.parameters(4, 1, down);
        new Noise().fill(Noise.seed(9, 4), 0, 6, noise);
        for (int i = 0; i < 6; i++) {
            assertThat(up[i]).isCloseTo(i + 1 + 0.1f * noise[i], within(1e-6f));
            assertThat(up[i] + down[i]).isCloseTo(2 * (i + 1), within(1e-6f));
        }
    }

    @Test
    void noMoreDirectionsCountThanThereAre() {
        assertThatThrownBy(() -> settings(4, 5))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("top (5) must be from 1 to directions (4). Maybe");
    }
}
