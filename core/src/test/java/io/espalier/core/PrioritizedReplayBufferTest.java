package io.espalier.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class PrioritizedReplayBufferTest {
    private static PrioritizedReplayBuffer empty(int capacity, double alpha) {
        return new PrioritizedReplayBuffer(
                new ReplayBuffer(capacity, Box.unbounded(2), new Discrete(3), true, 2, 1, 0.9), alpha, 0.5);
    }

    private static Rollout sound(int steps) {
        return new Rollout(steps, 2, Box.unbounded(2), new Discrete(3), true);
    }

    /** Gives rows 0, 1, ... these errors. */
    private static void tell(PrioritizedReplayBuffer buffer, double... errors) {
        ReplayBuffer.Batch batch = buffer.batch(errors.length);
        for (int i = 0; i < errors.length; i++) {
            batch.indices[i] = i;
        }
        buffer.update(batch, errors);
    }

    @Test
    void drawsInProportionToPriorityAndWeighsTheBiasBack() {
        PrioritizedReplayBuffer buffer = empty(5, 1);
        buffer.add(sound(2));
        assertThat(buffer.size()).isEqualTo(4);
        // Priorities |δ| + ε = 1, 2, 4, 1: probabilities 1/8, 1/4, 1/2, 1/8.
        tell(buffer, 0.5, -1.5, 3.5, -0.5);
        assertThat(buffer.priority(2)).isEqualTo(4);
        int[] counts = new int[5];
        RandomStream random = new RandomStream(4);
        ReplayBuffer.Batch batch = buffer.batch(10);
        for (int i = 0; i < 1000; i++) {
            buffer.sample(random, 0.5, batch);
            for (int k = 0; k < 10; k++) {
                counts[batch.indices[k]]++;
                // (min p / p)^0.5; a batch of ten slices always holds a row of priority 1.
                double weight = Math.sqrt(1 / buffer.priority(batch.indices[k]));
                assertThat(batch.weights[k]).isEqualTo((float) weight, within(1e-6f));
            }
        }
        // Slices leave little to chance: each count is within 3 standard deviations of at most 1/2 a draw per batch.
        assertThat(counts[0]).isCloseTo(1250, within(50));
        assertThat(counts[1]).isCloseTo(2500, within(50));
        assertThat(counts[2]).isCloseTo(5000, within(50));
        assertThat(counts[3]).isCloseTo(1250, within(50));
        assertThat(counts[4]).isZero();
        assertThat(random.drawn()).isEqualTo(10_000);
    }

    @Test
    void theWeightsOfTheWholeCorrectionAreInverseToProbability() {
        PrioritizedReplayBuffer buffer = empty(4, 1);
        buffer.add(sound(2));
        tell(buffer, 0.5, 1.5, 3.5, 7.5);
        ReplayBuffer.Batch batch = buffer.batch(64);
        buffer.sample(new RandomStream(8), 1, batch);
        for (int k = 0; k < 64; k++) {
            // By hand: p = 1, 2, 4, 8: w = 1, 1/2, 1/4, 1/8.
            assertThat(batch.weights[k]).isEqualTo(1f / (1 << batch.indices[k]));
        }
        buffer.sample(new RandomStream(8), 0, batch);
        assertThat(batch.weights).containsOnly(1);
    }

    @Test
    void aNewRowHasTheGreatestPrioritySoFar() {
        PrioritizedReplayBuffer buffer = empty(8, 0.5);
        buffer.add(sound(1));
        assertThat(buffer.priority(0)).isEqualTo(1);
        // (8.5 + 0.5)^0.5 = 3.
        tell(buffer, 8.5, 3.5);
        double greatest = buffer.priority(0);
        assertThat(greatest).isEqualTo(3, within(1e-14));
        assertThat(buffer.priority(1)).isEqualTo(2, within(1e-14));
        buffer.add(sound(1));
        assertThat(buffer.priority(2)).isEqualTo(greatest);
        tell(buffer, 0, 0, 0, 0);
        buffer.add(sound(1));
        assertThat(buffer.priority(5)).isEqualTo(greatest);
        assertThat(buffer.priority(6)).isZero();
    }

    @Test
    void sumsDoNotDriftAndEmptyRowsAreNeverDrawn() {
        PrioritizedReplayBuffer buffer = empty(100, 1);
        buffer.add(sound(30));
        RandomStream random = new RandomStream(6);
        ReplayBuffer.Batch batch = buffer.batch(16);
        double[] errors = new double[16];
        boolean inside = true;
        for (int round = 0; round < 20_000; round++) {
            buffer.draw(random, 0.4, batch);
            for (int i = 0; i < 16; i++) {
                inside &= batch.indices[i] < 60;
                // From 10^-8 to 10^8, to provoke rounding.
                errors[i] = StrictMath.pow(10, random.uniform(-8, 8));
            }
            buffer.update(batch, errors);
        }
        assertThat(inside).isTrue();
        tell(buffer, new double[60]);
        // All 60 rows now have priority 1/2: a drift of the sums would show as uneven counts.
        int[] counts = new int[60];
        ReplayBuffer.Batch even = buffer.batch(60);
        buffer.draw(random, 1, even);
        for (int index : even.indices) {
            counts[index]++;
        }
        assertThat(counts).containsOnly(1);
    }

    @Test
    void isResumedBitForBit() {
        PrioritizedReplayBuffer straight = empty(11, 0.7);
        PrioritizedReplayBuffer resumed = empty(11, 0.7);
        straight.add(sound(3));
        tell(straight, 1, 2, 3, 4, 5, 6);
        State state = new State();
        straight.save(state);
        resumed.add(sound(9));
        resumed.load(state);
        RandomStream one = new RandomStream(1);
        RandomStream two = new RandomStream(1);
        ReplayBuffer.Batch left = straight.batch(7);
        ReplayBuffer.Batch right = resumed.batch(7);
        for (int i = 0; i < 50; i++) {
            straight.sample(one, 0.5, left);
            resumed.sample(two, 0.5, right);
            assertThat(right.indices).isEqualTo(left.indices);
            assertThat(right.weights).isEqualTo(left.weights);
            double[] errors = {i, 1, 2, 3, 4, 5, 6};
            straight.update(left, errors);
            resumed.update(right, errors);
            straight.add(sound(1));
            resumed.add(sound(1));
        }
        assertThat(resumed.inserted()).isEqualTo(straight.inserted());
    }

    @Test
    void aBlockLargerThanTheBufferLeavesItsNewestRows() {
        PrioritizedReplayBuffer buffer = empty(3, 1);
        buffer.add(sound(4));
        assertThat(buffer.size()).isEqualTo(3);
        for (int row = 0; row < 3; row++) {
            assertThat(buffer.priority(row)).isEqualTo(1);
        }
    }

    @Test
    void refusesWhatDoesNotFit() {
        PrioritizedReplayBuffer buffer = empty(8, 1);
        ReplayBuffer.Batch batch = buffer.batch(1);
        assertThatIllegalStateException().isThrownBy(() -> buffer.sample(new RandomStream(1), 1, batch));
        buffer.add(sound(1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> buffer.update(batch, new double[] {Double.NaN}))
                .withMessageContaining("errors[0] (NaN) must be finite");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> buffer.sample(new RandomStream(1), 1.5, batch))
                .withMessageContaining("beta (1.5)");
        assertThatIllegalArgumentException().isThrownBy(() -> empty(8, 2)).withMessageContaining("alpha (2.0)");
        ReplayBuffer used = new ReplayBuffer(8, Box.unbounded(2), new Discrete(3), true, 2, 1, 0.9);
        used.add(sound(1));
        assertThatIllegalArgumentException().isThrownBy(() -> new PrioritizedReplayBuffer(used, 1, 1));
    }

    @Test
    void pointsOfItsMassLieInTheRowsInTheirOrder() {
        PrioritizedReplayBuffer buffer = empty(5, 1);
        assertThatIllegalStateException().isThrownBy(() -> buffer.rowAt(0)).withMessageContaining("Nothing is stored");
        buffer.add(sound(2));
        tell(buffer, 0.5, -1.5, 3.5, -0.5);
        // Priorities 1, 2, 4, 1.
        assertThat(buffer.mass()).isEqualTo(8);
        assertThat(new int[] {buffer.rowAt(0.9), buffer.rowAt(1), buffer.rowAt(3), buffer.rowAt(7), buffer.rowAt(8)})
                .containsExactly(0, 1, 2, 3, 3);
        buffer.surprise(8.5);
        buffer.add(sound(1));
        assertThat(buffer.priority(4)).isEqualTo(9);
    }
}
