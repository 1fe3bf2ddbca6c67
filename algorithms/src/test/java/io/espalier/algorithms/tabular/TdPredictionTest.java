package io.espalier.algorithms.tabular;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.espalier.core.Box;
import io.espalier.core.Discrete;
import io.espalier.core.RandomStream;
import io.espalier.core.Rollout;
import org.junit.jupiter.api.Test;

class TdPredictionTest {
    private static final Discrete STATES = new Discrete(4);

    /** 0 → 1 → 2 → end with a reward of 16 for the last step. */
    private static Rollout walk() {
        Rollout rollout = new Rollout(3, 1, STATES, new Discrete(2), false);
        for (int t = 0; t < 3; t++) {
            rollout.observations[t] = t;
            rollout.reached[t] = t + 1;
        }
        rollout.rewards[2] = 16;
        rollout.terminated[2] = true;
        return rollout;
    }

    @Test
    void oneStepLooksOneStepAhead() {
        TdPrediction prediction = new TdPrediction(STATES, 1, 0.5, 0, 0.5, 0);
        prediction.learn(walk());
        assertThat(prediction.values()).containsExactly(0, 0, 8, 0);
        prediction.learn(walk());
        // V(1) = ½·½·8; V(2) = 8 + ½·(16 − 8)
        assertThat(prediction.values()).containsExactly(0, 2, 12, 0);
    }

    @Test
    void tracesCarryTheSurpriseBack() {
        TdPrediction prediction = new TdPrediction(STATES, 1, 0.5, 1, 0.5, 0);
        prediction.learn(walk());
        // ½·16 times 1, ½, ¼
        assertThat(prediction.values()).containsExactly(2, 4, 8, 0);
    }

    @Test
    void truncationKeepsWhatFollowsAndVoidRowsBreakTraces() {
        TdPrediction prediction = new TdPrediction(STATES, 1, 0.5, 1, 0.5, 0);
        prediction.learn(walk());
        Rollout cut = walk();
        cut.discarded[1] = true;
        cut.terminated[2] = false;
        cut.truncated[2] = true;
        cut.reached[2] = 1;
        prediction.learn(cut);
        // V(0): δ = ½·4 − 2 = 0. V(2) = 8 + ½·(16 + ½·4 − 8) = 13, and nothing of it for 0 and 1
        assertThat(prediction.values()).containsExactly(2, 4, 13, 0);
    }

    /** The random walk of Sutton and Barto's example 6.2: five states in a row, 1 at the right end. */
    @Test
    void knowsTheRandomWalk() {
        for (double lambda : new double[] {0, 0.8, 1}) {
            TdPrediction prediction = new TdPrediction(new Discrete(5), 1, 1, lambda, 1, 0.75);
            RandomStream random = new RandomStream(5);
            Rollout rollout = new Rollout(1, 1, new Discrete(5), new Discrete(2), false);
            int state = 2;
            for (int step = 0; step < 300_000; step++) {
                int next = state + (random.nextInt(2) == 0 ? -1 : 1);
                boolean ends = next < 0 || next > 4;
                rollout.observations[0] = state;
                rollout.reached[0] = ends ? state : next;
                rollout.rewards[0] = next > 4 ? 1 : 0;
                rollout.terminated[0] = ends;
                prediction.learn(rollout);
                state = ends ? 2 : next;
            }
            for (int s = 0; s < 5; s++) {
                assertThat(prediction.values()[s]).as("λ = %s", lambda).isCloseTo((s + 1) / 6f, within(0.03f));
            }
        }
    }

    @Test
    void refusesWhatDoesNotFit() {
        assertThatThrownBy(() -> new TdPrediction(Box.unbounded(1), 1, 1, 0, 0.1, 0))
                .hasMessageContaining("must be discrete");
        assertThatThrownBy(() -> new TdPrediction(STATES, 1, 2, -1, 0.1, 0))
                .hasMessageContaining("gamma (2.0)")
                .hasMessageContaining("lambda (-1.0)");
        TdPrediction two = new TdPrediction(STATES, 2, 1, 0, 0.1, 0);
        assertThatThrownBy(() -> two.learn(walk())).hasMessageContaining("environments of the block (1) must be 2");
    }
}
