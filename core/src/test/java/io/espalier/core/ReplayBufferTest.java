package io.espalier.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReplayBufferTest {
    private static final Space OBSERVATION = Box.unbounded(2);
    private static final Space ACTION = new Discrete(3);

    /** Transitions told apart by a running number: it is their observation, and twice it their action's tenth. */
    static final class Source {
        final Rollout rollout;
        private final RandomStream random;
        int number;

        Source(int steps, int environments, long seed) {
            rollout = new Rollout(steps, environments, OBSERVATION, ACTION, true);
            Arrays.fill(rollout.begun, false);
            random = new RandomStream(seed);
        }

        Rollout next() {
            for (int row = 0; row < rollout.rows(); row++, number++) {
                int event = random.nextInt(8);
                rollout.terminated[row] = event == 0;
                rollout.truncated[row] = event == 1 || event == 2;
                rollout.discarded[row] = event == 2;
                rollout.rewards[row] = random.nextGaussian();
                rollout.observations[2 * row] = number;
                rollout.observations[2 * row + 1] = -number;
                rollout.reached[2 * row] = number + 0.5f;
                rollout.reached[2 * row + 1] = -number - 0.5f;
                rollout.actions[row] = number % 3;
                rollout.masks[3 * row] = number % 3 == 0;
                rollout.masks[3 * row + 2] = true;
                rollout.reachedMasks[3 * row] = number % 2 == 0;
                rollout.reachedMasks[3 * row + 1] = true;
                rollout.reachedMasks[3 * row + 2] = number % 5 == 0;
            }
            return rollout;
        }
    }

    /** One row, for tests by hand. */
    private static Rollout row(int number, double reward, boolean terminated, boolean truncated, boolean discarded) {
        Rollout rollout = new Rollout(1, 1, OBSERVATION, ACTION, false);
        rollout.begun[0] = false;
        rollout.observations[0] = number;
        rollout.reached[0] = number + 1;
        rollout.rewards[0] = reward;
        rollout.terminated[0] = terminated;
        rollout.truncated[0] = truncated;
        rollout.discarded[0] = discarded;
        return rollout;
    }

    private static ReplayBuffer single(int capacity, int nStep) {
        return new ReplayBuffer(capacity, OBSERVATION, ACTION, false, 1, nStep, 0.5);
    }

    private static ReplayBuffer.Batch all(ReplayBuffer buffer) {
        ReplayBuffer.Batch batch = buffer.batch(buffer.size());
        for (int i = 0; i < batch.rows; i++) {
            batch.indices[i] = i;
        }
        buffer.gather(batch, 0, batch.rows);
        return batch;
    }

    private static float[] first(float[] pairs) {
        float[] firsts = new float[pairs.length / 2];
        for (int i = 0; i < firsts.length; i++) {
            firsts[i] = pairs[2 * i];
        }
        return firsts;
    }

    @Test
    void manyStepsAreSummedUpToTheEndOfTheEpisode() {
        ReplayBuffer buffer = single(100, 3);
        buffer.add(row(0, 1, false, false, false));
        buffer.add(row(1, 2, false, false, false));
        buffer.add(row(2, 4, false, false, false));
        buffer.add(row(3, 8, true, false, false));
        buffer.add(row(10, 16, false, false, false));
        buffer.add(row(11, 32, false, true, false));
        buffer.add(row(20, 64, false, false, false));
        ReplayBuffer.Batch batch = all(buffer);
        assertThat(first(batch.observations)).containsExactly(0, 1, 2, 3, 10, 11, 20);
        // By hand: 1 + 2/2 + 4/4 = 3; 2 + 4/2 + 8/4 = 6; 4 + 8/2 = 8; 8; 16 + 32/2 = 32; 32; 64.
        assertThat(batch.rewards).containsExactly(3, 6, 8, 8, 32, 32, 64);
        // Nothing after a termination; what a truncation reached counts, and what the newest row reached.
        assertThat(batch.discounts).containsExactly(0.125, 0, 0, 0, 0.25, 0.5, 0.5);
        assertThat(first(batch.reached)).containsExactly(3, 4, 4, 4, 12, 12, 21);
        assertThat(batch.reachedMasks).isEmpty();
    }

    @Test
    void aRowThatBeginsAnEpisodeIsNotJoinedToTheOneBefore() {
        ReplayBuffer buffer = single(100, 3);
        buffer.add(row(0, 1, false, false, false));
        // A run that was cut short goes on with another episode, though the one before never ended.
        Rollout begins = row(10, 2, false, false, false);
        begins.begun[0] = true;
        buffer.add(begins);
        ReplayBuffer.Batch batch = all(buffer);
        assertThat(batch.rewards).containsExactly(1, 2);
        assertThat(first(batch.reached)).containsExactly(1, 11);
    }

    @Test
    void aDiscardedRowIsNotStoredAndCutsTheEpisode() {
        ReplayBuffer buffer = single(100, 3);
        buffer.add(row(0, 1, false, false, false));
        buffer.add(row(1, 2, false, true, true));
        buffer.add(row(10, 4, false, false, false));
        ReplayBuffer.Batch batch = all(buffer);
        assertThat(buffer.size()).isEqualTo(2);
        assertThat(first(batch.observations)).containsExactly(0, 10);
        assertThat(batch.rewards).containsExactly(1, 4);
        assertThat(first(batch.reached)).containsExactly(1, 11);
        assertThat(batch.discounts).containsExactly(0.5, 0.5);
    }

    @Test
    void theOldestRowsAreOverwritten() {
        ReplayBuffer buffer = single(3, 2);
        for (int i = 0; i < 5; i++) {
            buffer.add(row(i, 1, false, false, false));
        }
        ReplayBuffer.Batch batch = all(buffer);
        assertThat(first(batch.observations)).containsExactly(3, 4, 2);
        assertThat(batch.rewards).containsExactly(1.5, 1, 1.5);
        assertThat(first(batch.reached)).containsExactly(5, 5, 4);
        assertThat(buffer.inserted()).isEqualTo(5);
        assertThat(buffer.size()).isEqualTo(3);
    }

    /** What is in a buffer, kept the slow way: every transition ever, newest last. */
    private record Kept(
            int environment, int number, double reward, boolean terminated, boolean last, List<Boolean> mask) {}

    @Test
    void agreesWithASlowBufferOnRandomTransitions() {
        RandomStream random = new RandomStream(31);
        for (int round = 0; round < 40; round++) {
            int environments = 1 + random.nextInt(4);
            int capacity = 1 + random.nextInt(60);
            int n = 1 + random.nextInt(5);
            ReplayBuffer buffer = new ReplayBuffer(capacity, OBSERVATION, ACTION, true, environments, n, 0.9);
            Source source = new Source(1 + random.nextInt(9), environments, round);
            List<Kept> ever = new ArrayList<>();
            Deque<Integer> rows = new ArrayDeque<>();
            for (int block = 0; block < 12; block++) {
                Rollout rollout = source.next();
                for (int row = 0; row < rollout.rows(); row++) {
                    List<Boolean> mask = three(rollout.reachedMasks, row);
                    if (rollout.discarded[row]) {
                        cut(ever, row % environments);
                        continue;
                    }
                    rows.add(ever.size());
                    if (rows.size() > capacity) {
                        rows.remove();
                    }
                    ever.add(new Kept(
                            row % environments,
                            (int) rollout.observations[2 * row],
                            rollout.rewards[row],
                            rollout.terminated[row],
                            rollout.last(row),
                            mask));
                }
                buffer.add(rollout);
                assertThat(buffer.size()).isEqualTo(rows.size());
                ReplayBuffer.Batch batch = all(buffer);
                for (int k : rows) {
                    check(batch, k % capacity, ever, k, n);
                }
            }
        }
    }

    private static List<Boolean> three(boolean[] masks, int row) {
        return List.of(masks[3 * row], masks[3 * row + 1], masks[3 * row + 2]);
    }

    private static void cut(List<Kept> ever, int environment) {
        for (int k = ever.size() - 1; k >= 0; k--) {
            Kept kept = ever.get(k);
            if (kept.environment == environment) {
                ever.set(k, new Kept(environment, kept.number, kept.reward, kept.terminated, true, kept.mask));
                return;
            }
        }
    }

    private static void check(ReplayBuffer.Batch batch, int row, List<Kept> ever, int k, int n) {
        Kept now = ever.get(k);
        assertThat(batch.observations[2 * row]).isEqualTo(now.number);
        assertThat(batch.actions[row]).isEqualTo(now.number % 3);
        assertThat(three(batch.masks, row)).containsExactly(now.number % 3 == 0, false, true);
        double sum = 0;
        double discount = 1;
        int taken = 0;
        for (int next = k; next < ever.size(); next++) {
            if (ever.get(next).environment == now.environment) {
                now = ever.get(next);
                sum += discount * now.reward;
                discount *= 0.9;
                if (now.last || ++taken == n) {
                    break;
                }
            }
        }
        assertThat(batch.rewards[row]).isEqualTo(sum, within(1e-12));
        assertThat(batch.discounts[row]).isEqualTo(now.terminated ? 0 : discount, within(1e-12));
        assertThat(batch.reached[2 * row]).isEqualTo(now.number + 0.5f);
        assertThat(three(batch.reachedMasks, row)).isEqualTo(now.mask);
    }

    @Test
    void samplesAreUniformAndFollowTheStreamAlone() {
        ReplayBuffer buffer = single(50, 1);
        for (int i = 0; i < 40; i++) {
            buffer.add(row(i, i, false, false, false));
        }
        int[] counts = new int[40];
        boolean matches = true;
        RandomStream random = new RandomStream(9);
        ReplayBuffer.Batch batch = buffer.batch(1000);
        for (int i = 0; i < 40; i++) {
            buffer.sample(random, batch);
            for (int k = 0; k < 1000; k++) {
                counts[batch.indices[k]]++;
                matches &= batch.observations[2 * k] == batch.indices[k];
            }
        }
        assertThat(matches).isTrue();
        // 1000 each; the chi-square of 39 degrees of freedom is below 72 with probability 0.999.
        double chi = 0;
        for (int count : counts) {
            chi += (count - 1000.0) * (count - 1000.0) / 1000;
        }
        assertThat(chi).isLessThan(72);
        assertThat(random.drawn()).isEqualTo(40_000);
        assertThat(batch.weights).containsOnly(1);
        ReplayBuffer.Batch again = buffer.batch(1000);
        RandomStream same = new RandomStream(9);
        for (int i = 0; i < 40; i++) {
            buffer.sample(same, again);
        }
        assertThat(again.indices).isEqualTo(batch.indices);
    }

    @Test
    void isResumedBitForBit() {
        ReplayBuffer straight = new ReplayBuffer(37, OBSERVATION, ACTION, true, 3, 3, 0.9);
        ReplayBuffer resumed = new ReplayBuffer(37, OBSERVATION, ACTION, true, 3, 3, 0.9);
        for (int blocks : new int[] {1, 2, 9}) {
            Source source = new Source(4, 3, blocks);
            for (int i = 0; i < blocks; i++) {
                straight.add(source.next());
            }
            State state = new State();
            straight.save(state);
            resumed.load(state);
            for (int i = 0; i < 5; i++) {
                Rollout rollout = source.next();
                straight.add(rollout);
                resumed.add(rollout);
                ReplayBuffer.Batch one = all(straight);
                ReplayBuffer.Batch other = all(resumed);
                assertThat(other.observations).isEqualTo(one.observations);
                assertThat(other.actions).isEqualTo(one.actions);
                assertThat(other.rewards).isEqualTo(one.rewards);
                assertThat(other.discounts).isEqualTo(one.discounts);
                assertThat(other.reached).isEqualTo(one.reached);
                assertThat(other.masks).isEqualTo(one.masks);
                assertThat(other.reachedMasks).isEqualTo(one.reachedMasks);
            }
        }
        State state = new State();
        straight.save(state);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ReplayBuffer(37, OBSERVATION, ACTION, true, 2, 3, 0.9).load(state))
                .withMessageContaining("Maybe it was saved with other settings");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ReplayBuffer(20, OBSERVATION, ACTION, true, 3, 3, 0.9).load(state));
    }

    @Test
    void addingAndSamplingAllocateNothing() {
        ReplayBuffer buffer = new ReplayBuffer(1000, OBSERVATION, ACTION, true, 4, 3, 0.9);
        PrioritizedReplayBuffer prioritized =
                new PrioritizedReplayBuffer(new ReplayBuffer(1000, OBSERVATION, ACTION, true, 4, 3, 0.9), 0.6, 1e-6);
        Rollout rollout = new Source(8, 4, 1).next();
        ReplayBuffer.Batch batch = buffer.batch(32);
        RandomStream random = new RandomStream(3);
        double[] errors = new double[32];
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long least = Long.MAX_VALUE;
        for (int window = 0; window < 10 && least > 0; window++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 100; i++) {
                buffer.add(rollout);
                buffer.sample(random, batch);
                prioritized.add(rollout);
                prioritized.sample(random, 0.5, batch);
                prioritized.update(batch, errors);
            }
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }
        assertThat(least).isZero();
    }

    @Test
    void refusesWhatDoesNotFit() {
        ReplayBuffer buffer = single(10, 1);
        assertThatIllegalStateException()
                .isThrownBy(() -> buffer.sample(new RandomStream(1), buffer.batch(1)))
                .withMessageContaining("Nothing is stored yet");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> buffer.add(new Rollout(1, 2, OBSERVATION, ACTION, false)))
                .withMessageContaining("(2, 2, 1, 0) must be the buffer's (1, 2, 1, 0)");
        assertThatIllegalArgumentException().isThrownBy(() -> single(0, 1)).withMessageContaining("capacity (0)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ReplayBuffer(1 << 30, Box.unbounded(100), ACTION, false, 1, 1, 0.9))
                .withMessageContaining("Maybe keep fewer transitions");
    }

    @Test
    void ofARewardThatIsNoNumberNothingIsStored() {
        ReplayBuffer buffer = single(8, 3);
        buffer.add(row(1, 1, false, false, false));
        buffer.add(row(2, Double.NaN, false, false, false));
        buffer.add(row(3, Double.NEGATIVE_INFINITY, false, false, false));
        buffer.add(row(4, 4, false, false, false));
        buffer.add(row(5, 2, false, false, false));
        assertThat(buffer.size()).isEqualTo(3);
        ReplayBuffer.Batch batch = all(buffer);
        buffer.gather(batch, 0, batch.rows);
        // 1 has nobody to follow it; 4 is followed by 5: 4 + 0.5·2.
        assertThat(batch.rewards).containsExactly(1, 5, 2);
    }

    @Test
    void aSpecMakesTheMemoryThatDrawsAsItSays() {
        ReplaySpec spec = new ReplaySpec(8, OBSERVATION, ACTION, true, 1, 1, 0.9, 0, 0);
        assertThat(spec.maskSize()).isEqualTo(3);
        assertThat(spec.create()).isInstanceOf(ReplayBuffer.class);
        ReplaySpec prior = new ReplaySpec(8, OBSERVATION, ACTION, true, 1, 1, 0.9, 0, 0.6);
        assertThat(Cores.SERIAL.replay().memory(prior)).isInstanceOf(PrioritizedReplayBuffer.class);
        ReplayMemory elsewhere = spec.create();
        Cores cores = Cores.SERIAL.withReplay(any -> elsewhere).with(GradientExchange.NONE);
        assertThat(cores.replay().memory(prior)).isSameAs(elsewhere);
    }

    @Test
    void groupsGoOnWhereTheirOwnLastBlockStopped() {
        ReplayBuffer buffer = single(100, 3);
        buffer.add(row(0, 1, false, false, false), 0);
        buffer.add(row(10, 16, false, false, false), 2);
        buffer.add(row(1, 2, false, false, false), 0);
        buffer.add(row(11, 32, true, false, false), 2);
        buffer.add(row(2, 4, false, false, false), 0);
        Rollout apart = row(12, 64, false, false, false);
        apart.joined = false;
        buffer.add(apart, 2);
        ReplayBuffer.Batch batch = all(buffer);
        assertThat(first(batch.observations)).containsExactly(0, 10, 1, 11, 2, 12);
        // By hand: 1 + 2/2 + 4/4; 16 + 32/2; 2 + 4/2; 32; 4; 64.
        assertThat(batch.rewards).containsExactly(3, 32, 4, 32, 4, 64);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> buffer.add(row(3, 1, false, false, false), -1))
                .withMessageContaining("group (-1) must be from 0 to 9999");
    }

    @Test
    void transitionsAreFoundByTheirNumbersUntilTheyAreOverwritten() {
        ReplayBuffer buffer = single(3, 1);
        for (int i = 0; i < 5; i++) {
            buffer.add(row(i, 1, false, false, false));
        }
        // Rows hold the transitions 3, 4 and 2.
        assertThat(new long[] {buffer.number(0), buffer.number(1), buffer.number(2)})
                .containsExactly(3, 4, 2);
        assertThat(new int[] {buffer.row(1), buffer.row(2), buffer.row(3), buffer.row(4), buffer.row(5)})
                .containsExactly(-1, 2, 0, 1, -1);
    }
}
