package io.espalier.algorithms.offpolicy;

import io.espalier.algorithms.parts.SequenceReplay;
import io.espalier.algorithms.parts.ShardedUpdate;
import io.espalier.core.Space;
import io.espalier.nn.Losses;
import io.espalier.nn.Network;
import java.util.Arrays;

/**
 * The loss of {@link R2d2} on B sequences of b + l + 1 steps. The network Q and its slower copy Q̄ go through the first b
 * from the stored states, which gives the states for the rest. In it, with m ≤ n the number of steps until the episode
 * ends or step t + m is one that has no successor:
 *
 * <pre>
 *   yₜ = rₜ + γ·rₜ₊₁ + ... + γᵐ⁻¹·rₜ₊ₘ₋₁ + γᵐ·Q̄(hₜ₊ₘ, argmaxₐ Q(hₜ₊ₘ, a))      the last term 0 where the task ended
 *   L  = 1/M Σₜ huber(Q(hₜ, aₜ) − yₜ)
 * </pre>
 *
 * <p>The last step, and one that was cut off or failed, has no successor with a value: it is bootstrapped from, not learned
 * from. M counts those that are. The maximum is over the allowed actions.
 */
final class SequenceDifference implements ShardedUpdate.Loss {
    /** Figures: sums over rows. */
    static final int LOSS = 0, VALUE = 1, ERROR = 2;

    private final R2d2.Settings settings;
    private final SequenceReplay replay;
    private final Space space;
    private final int burnIn;
    private final int length;
    private final int stateSize;
    private final int actions;
    private final int shardSequences;
    private final Network[] targets;
    private final float[] targetStates;
    private final float[] states;
    private final long[] sequences;
    private final int[] rows;
    private final boolean[] starts;
    private final boolean[] open;
    private int learned;

    SequenceDifference(R2d2.Settings settings, SequenceReplay replay, Network network, Network target, Space space) {
        this.settings = settings;
        this.replay = replay;
        this.space = space;
        burnIn = settings.burnIn();
        length = settings.unrolled();
        stateSize = network.stateSize();
        actions = network.headSize(0);
        int all = settings.batch() * length;
        int shardRows = ShardedUpdate.shardRows(all, length);
        shardSequences = shardRows / length;
        targets = new Network[(all + shardRows - 1) / shardRows];
        Arrays.setAll(targets, i -> target.replica(shardRows));
        states = new float[Math.multiplyExact(settings.batch(), stateSize)];
        targetStates = new float[states.length];
        sequences = new long[settings.batch()];
        rows = new int[all];
        starts = new boolean[all];
        open = new boolean[all];
    }

    /** The numbers of the sequences; to be filled before {@link #prepare}. */
    long[] sequences() {
        return sequences;
    }

    /** Lays the sequences out for the shards; returns M. */
    int prepare() {
        learned = 0;
        int at = 0;
        for (int shard = 0; shard < sequences.length; shard += shardSequences) {
            int end = Math.min(sequences.length, shard + shardSequences);
            for (int u = 0; u < length; u++) {
                for (int s = shard; s < end; s++) {
                    int row = replay.row(sequences[s], u);
                    rows[at] = row;
                    // What was remembered before a sequence is nothing where an episode begins with it.
                    starts[at] = u > 0 && replay.begins(row);
                    boolean last = u == length - 1;
                    open[at] = last
                            || replay.unfit(row)
                            || (!replay.terminated(row) && replay.begins(replay.row(sequences[s], u + 1)));
                    learned += u >= burnIn && !open[at] ? 1 : 0;
                    at++;
                }
            }
        }
        return learned;
    }

    @Override
    public void inputs(int shard, int from, int count, float[] into) {
        int size = space.size();
        int width = space.encodedSize();
        for (int k = 0; k < count; k++) {
            space.encode(replay.observations(), rows[from + k] * size, into, k * width);
        }
        unroll(targets[shard], from, count, into, targetStates);
    }

    @Override
    public void forward(Network network, int from, int count, float[] inputs) {
        unroll(network, from, count, inputs, states);
    }

    /** Through the burn-in, then through the rest, whose outputs stay. */
    private void unroll(Network network, int from, int count, float[] inputs, float[] memory) {
        int number = count / length;
        int first = from / length;
        for (int s = first; s < first + number; s++) {
            replay.state(sequences[s], memory, s * stateSize);
        }
        int at = first * stateSize;
        if (burnIn > 0) {
            network.forward(inputs, 0, burnIn, number, starts, from, memory, at);
        }
        int skipped = burnIn * number;
        network.forward(
                inputs, skipped * network.inputSize(), length - burnIn, number, starts, from + skipped, memory, at);
    }

    @Override
    public void gradients(Network network, int from, int count, double[] figures, int at) {
        int number = count / length;
        int first = from + burnIn * number;
        int kept = count - burnIn * number;
        float[] values = network.output(0);
        float[] gradient = network.outputGradient(0);
        float[] next = targets[from / length / shardSequences].output(0);
        float delta = (float) settings.huberDelta();
        Arrays.fill(gradient, 0, kept * actions, 0);
        for (int k = 0; k < kept; k++) {
            if (open[first + k]) {
                continue;
            }
            int taken = k * actions + replay.action(rows[first + k]);
            float error = values[taken] - wanted(first, k, number, values, next);
            gradient[taken] = (delta == 0 ? 2 * error : Losses.huberGradient(error, delta)) / learned;
            figures[at + LOSS] += delta == 0 ? error * error : Losses.huber(error, delta);
            figures[at + VALUE] += values[taken];
            figures[at + ERROR] += Math.abs(error);
        }
    }

    /** yₜ of row k, counted from the end of the burn-in. */
    private float wanted(int first, int k, int number, float[] values, float[] next) {
        double sum = 0;
        double discount = 1;
        int j = k;
        for (int m = 0; m < settings.nStep(); m++) {
            int row = rows[first + j];
            sum += discount * replay.reward(row);
            discount *= settings.gamma();
            if (replay.terminated(row)) {
                return (float) sum;
            }
            j += number;
            if (open[first + j]) {
                break;
            }
        }
        return (float) (sum + discount * next[j * actions + best(values, j * actions, rows[first + j])]);
    }

    private int best(float[] values, int at, int row) {
        int best = -1;
        for (int action = 0; action < actions; action++) {
            if (replay.allowed(row, action) && (best < 0 || values[at + action] > values[at + best])) {
                best = action;
            }
        }
        return Math.max(best, 0);
    }
}
