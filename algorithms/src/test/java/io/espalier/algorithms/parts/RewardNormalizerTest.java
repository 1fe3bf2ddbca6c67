package io.espalier.algorithms.parts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.espalier.core.Discrete;
import io.espalier.core.Rollout;
import io.espalier.core.State;
import org.junit.jupiter.api.Test;

class RewardNormalizerTest {
    private final Rollout rollout = new Rollout(2, 2, new Discrete(2), new Discrete(2), false);
    private final boolean[] skipped = new boolean[4];

    @Test
    void dividesByTheDeviationOfTheDiscountedReturn() {
        RewardNormalizer normalizer = new RewardNormalizer(0.5, 2);
        double[] rewards = {1, 3, 2, -2};
        rollout.terminated[1] = true;
        normalizer.step(rewards, rollout, skipped, 0);
        // By hand: returns (1, 3), batch mean 2 and squares 2; n = 10⁻⁴ with mean 0, variance 1:
        // variance = (1·10⁻⁴ + 2 + 4·10⁻⁴·2 / 2.0001) / 2.0001
        double first = (1e-4 + 2 + 4e-4 * 2 / 2.0001) / 2.0001;
        assertThat(normalizer.variance()).isCloseTo(first, within(1e-12));
        assertThat(rewards[0]).isCloseTo(1 / Math.sqrt(first), within(1e-7));
        assertThat(rewards[1]).isCloseTo(3 / Math.sqrt(first), within(1e-7));
        // the second environment's return began anew: returns (0.5·1 + 2, −2), mean 0.25, squares 2·2.25²
        normalizer.step(rewards, rollout, skipped, 2);
        double mean = 2 * 2 / 2.0001;
        double delta = 0.25 - mean;
        double second = (first * 2.0001 + 2 * 2.25 * 2.25 + delta * delta * 2.0001 * 2 / 4.0001) / 4.0001;
        assertThat(normalizer.variance()).isCloseTo(second, within(1e-12));
        assertThat(rewards[3]).isCloseTo(-2 / Math.sqrt(second), within(1e-7));
    }

    @Test
    void clipsAtTen() {
        RewardNormalizer normalizer = new RewardNormalizer(0, 2);
        double[] rewards = {0, 0, 1000, 0};
        for (int i = 0; i < 500; i++) {
            normalizer.step(rewards, rollout, skipped, 0);
        }
        normalizer.step(rewards, rollout, skipped, 2);
        assertThat(rewards[2]).isEqualTo(10);
    }

    @Test
    void whatIsSkippedDoesNotCountAndEndsTheReturn() {
        RewardNormalizer one = new RewardNormalizer(0.9, 2);
        RewardNormalizer other = new RewardNormalizer(0.9, 2);
        skipped[1] = true;
        double[] poisoned = {1, Double.NaN, 1, 1};
        double[] clean = {1, 77, 1, 1};
        for (int at = 0; at <= 2; at += 2) {
            one.step(poisoned, rollout, skipped, at);
            other.step(clean, rollout, skipped, at);
        }
        assertThat(poisoned).containsExactly(clean).doesNotContain(Double.NaN);
        assertThat(poisoned[1]).isZero();
        assertThat(one.variance()).isFinite().isEqualTo(other.variance());
    }

    @Test
    void goesOnWhereItWasSaved() {
        RewardNormalizer normalizer = new RewardNormalizer(0.9, 2);
        normalizer.step(new double[] {1, 5, 2, 3}, rollout, skipped, 0);
        State state = new State();
        normalizer.save(state);
        RewardNormalizer resumed = new RewardNormalizer(0.9, 2);
        resumed.load(state);
        double[] a = {1, 5, 2, 3};
        double[] b = a.clone();
        normalizer.step(a, rollout, skipped, 2);
        resumed.step(b, rollout, skipped, 2);
        assertThat(b).containsExactly(a);
        assertThat(resumed.variance()).isEqualTo(normalizer.variance());
    }
}
