package io.espalier.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ValueDistributionsTest {
    @Test
    void meansOfQuantilesAndOfAtoms() {
        float[] means = new float[3];
        ValueDistributions.quantileMeans(new float[] {9, 1, 3, -2, 6}, 1, 2, 2, means, 1);
        assertThat(means).containsExactly(0, 2, 2);
        // atoms -1, 1, 3
        ValueDistributions.atomMeans(new float[] {0.5f, 0.25f, 0.25f, 0, 0, 1}, 0, 2, 3, -1, 3, means, 0);
        assertThat(means).containsExactly(0.5f, 3, 2);
        assertThat(ValueDistributions.atom(1, 3, -1, 3)).isEqualTo(1);
    }

    @Test
    void quantileRegressionByHand() {
        // θ = (0, 2) at τ = (¼, ¾), targets (1, -3), κ = 1:
        // u for θ₀: 1, -3 -> ¼·½ + ¾·2.5 = 2; slope -¼·1 + ¾·1 = ½
        // u for θ₁: -1, -5 -> ¼·½ + ¼·4.5 = 1.25; slope ¼·1 + ¼·1 = ½
        float[] gradients = new float[3];
        double loss = ValueDistributions.quantileHuber(
                new float[] {0, 2}, 0, 2, new float[] {7, 1, -3}, 1, 2, 1, 4, gradients, 1);
        assertThat(loss).isCloseTo((2 + 1.25) / 2, within(1e-6));
        assertThat(gradients).containsExactly(0, 1, 1);
        // κ = 2 in the middle of the parabola: u = 1 and τ = ½: ½·½/2
        loss = ValueDistributions.quantileHuber(new float[] {0}, 0, 1, new float[] {1}, 0, 1, 2, 1, gradients, 0);
        assertThat(loss).isEqualTo(0.125);
        assertThat(gradients[0]).isEqualTo(-0.25f);
        // κ = 0: |τ − [u < 0]| · |u|
        loss = ValueDistributions.quantileHuber(
                new float[] {0, 2}, 0, 2, new float[] {1, -3}, 0, 2, 0, 1, gradients, 0);
        assertThat(loss).isCloseTo((0.25 + 2.25) / 2 + (0.25 + 1.25) / 2, within(1e-6));
        assertThat(gradients[0]).isEqualTo((-0.25f + 0.75f) / 2);
        assertThat(gradients[1]).isEqualTo((0.25f + 0.25f) / 2);
    }

    @Test
    void quantilesGradientAgreesWithCentralDifferences() {
        SplittableRandom random = new SplittableRandom(5);
        float[] quantiles = random(random, 7);
        float[] targets = random(random, 9);
        float[] gradients = new float[7];
        float[] ignored = new float[7];
        ValueDistributions.quantileHuber(quantiles, 0, 7, targets, 0, 9, 0.7f, 3, gradients, 0);
        for (int i = 0; i < 7; i++) {
            float before = quantiles[i];
            double difference = 0;
            for (int sign = -1; sign <= 1; sign += 2) {
                quantiles[i] = before + sign * 0.01f;
                difference +=
                        sign * ValueDistributions.quantileHuber(quantiles, 0, 7, targets, 0, 9, 0.7f, 3, ignored, 0);
            }
            quantiles[i] = before;
            assertThat((double) gradients[i]).isCloseTo(3 * difference / 0.02, within(2e-2));
        }
    }

    private static float[] random(SplittableRandom random, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) (4 * random.nextDouble() - 2);
        }
        return values;
    }

    @Test
    void projectionByHand() {
        // atoms 0, 1, 2, 3 with (0.1, 0.2, 0.3, 0.4); moved to 0.5 + 0.5·z = 0.5, 1, 1.5, 2
        float[] into = new float[5];
        float[] from = {9, 0.1f, 0.2f, 0.3f, 0.4f};
        ValueDistributions.project(from, 1, 4, 0, 3, 0.5, 0.5, into, 1);
        float[] wanted = {0, 0.05f, 0.05f + 0.2f + 0.15f, 0.15f + 0.4f, 0};
        for (int j = 0; j < 5; j++) {
            assertThat(into[j]).isCloseTo(wanted[j], within(1e-6f));
        }
        // beyond the ends everything gathers there
        ValueDistributions.project(from, 1, 4, 0, 3, 10, 1, into, 1);
        assertThat(into[4]).isCloseTo(1, within(1e-6f));
        ValueDistributions.project(from, 1, 4, 0, 3, -10, 1, into, 1);
        assertThat(into[1]).isCloseTo(1, within(1e-6f));
        // where the task ended only the reward counts, whatever the network says
        ValueDistributions.project(new float[] {Float.NaN, 0, 0, 0}, 0, 4, 0, 3, 2.25, 0, into, 1);
        assertThat(into).containsExactly(0, 0, 0, 0.75f, 0.25f);
    }

    @Test
    void projectionKeepsTheMassAndInsideTheBoundsTheMean() {
        SplittableRandom random = new SplittableRandom(6);
        float[] mean = new float[2];
        for (int round = 0; round < 50; round++) {
            float[] logits = random(random, 51);
            float[] probabilities = new float[51];
            Losses.softmax(logits, 0, 1, 51, null, 0, probabilities, 0, new float[51], 0);
            float[] projected = new float[51];
            double reward = random.nextDouble() - 0.5;
            ValueDistributions.project(probabilities, 0, 51, -10, 10, reward, 0.9, projected, 0);
            double mass = 0;
            for (float p : projected) {
                mass += p;
            }
            assertThat(mass).isCloseTo(1, within(1e-5));
            ValueDistributions.atomMeans(probabilities, 0, 1, 51, -10, 10, mean, 0);
            ValueDistributions.atomMeans(projected, 0, 1, 51, -10, 10, mean, 1);
            assertThat(mean[1]).isCloseTo((float) (reward + 0.9 * mean[0]), within(1e-4f));
        }
    }

    @Test
    void divergenceIsNothingOfWhatIsTheSameAndItsSlopeIsTheDifference() {
        SplittableRandom random = new SplittableRandom(7);
        float[] logits = random(random, 5);
        float[] target = {0.5f, 0, 0.25f, 0.25f, 0};
        float[] p = new float[5];
        float[] logs = new float[5];
        float[] gradients = new float[5];
        Losses.softmax(logits, 0, 1, 5, null, 0, p, 0, logs, 0);
        assertThat(ValueDistributions.divergence(p, 0, p, logs, 0, 5, 2, gradients, 0))
                .isCloseTo(0, within(1e-6));
        assertThat(gradients).containsOnly(0);
        ValueDistributions.divergence(target, 0, p, logs, 0, 5, 2, gradients, 0);
        float[] slopes = gradients.clone();
        for (int i = 0; i < 5; i++) {
            float before = logits[i];
            double difference = 0;
            for (int sign = -1; sign <= 1; sign += 2) {
                logits[i] = before + sign * 0.01f;
                Losses.softmax(logits, 0, 1, 5, null, 0, p, 0, logs, 0);
                difference += sign * ValueDistributions.divergence(target, 0, p, logs, 0, 5, 2, gradients, 0);
            }
            logits[i] = before;
            assertThat((double) slopes[i]).isCloseTo(2 * difference / 0.02, within(1e-3));
        }
    }
}
