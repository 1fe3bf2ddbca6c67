package io.espalier.algorithms.parts;

import io.espalier.core.RandomStream;
import io.espalier.core.Rollout;
import io.espalier.core.State;
import io.espalier.core.Stateful;
import io.espalier.nn.Network;

/**
 * A rollout cut into sequences of a fixed number of steps, and minibatches of whole sequences in random order, laid out as
 * {@link ShardedUpdate} takes them: the rows of each shard are [steps, sequences]. Sequences begin with what the policy
 * that acted remembered there ({@link Unrolling}); where an episode begins within one, memory is emptied.
 *
 * <p>Used as {@code take}, then {@code shuffle} and {@code minibatch} again and again; allocates nothing.
 */
public final class Sequences implements Stateful {
    private final int length;
    private final int environments;
    private final int mostShard;
    private final Unrolling unrolling;
    private final OnPolicyBatch batch;
    private final Minibatches order;
    private final int[] rows;
    private final int[] learned;
    private final int[] placed;
    private final boolean[] starts;
    private final float[] states;
    private int rowCount;
    private int learnedCount;

    /**
     * @param length steps of a sequence; divides those of the rollout
     * @param most sequences of the largest minibatch
     * @param random decides the order
     */
    public Sequences(
            Unrolling unrolling,
            OnPolicyBatch batch,
            int environments,
            int length,
            int steps,
            int most,
            RandomStream random) {
        this.unrolling = unrolling;
        this.batch = batch;
        this.environments = environments;
        this.length = length;
        mostShard = ShardedUpdate.shardRows(most * length, length) / length;
        order = new Minibatches(steps / length * environments, random);
        rows = new int[most * length];
        learned = new int[most * length];
        placed = new int[most];
        starts = new boolean[most * length];
        states = new float[Math.multiplyExact(most, unrolling.stateSize())];
    }

    /** Takes all sequences of the batch's rollout with anything in them to be learned from. */
    public void take() {
        order.clear();
        Rollout rollout = batch.rollout();
        for (int sequence = 0; sequence < rollout.rows() / length; sequence++) {
            boolean any = false;
            for (int t = 0; t < length; t++) {
                any |= !batch.skips(row(sequence, t));
            }
            if (any) {
                order.add(sequence);
            }
        }
    }

    /** Puts the sequences into a new random order. */
    public void shuffle() {
        order.shuffle();
    }

    /** Lays minibatch {@code index} of {@code minibatches} out. */
    public void minibatch(int index, int minibatches) {
        int from = order.start(index, minibatches);
        int to = order.start(index + 1, minibatches);
        rowCount = 0;
        learnedCount = 0;
        for (int shard = from; shard < to; shard += mostShard) {
            int end = Math.min(to, shard + mostShard);
            for (int t = 0; t < length; t++) {
                for (int s = shard; s < end; s++) {
                    place(row(order.rows()[s], t));
                }
            }
        }
        System.arraycopy(order.rows(), from, placed, 0, to - from);
    }

    private void place(int row) {
        starts[rowCount] = batch.rollout().begins(row);
        rows[rowCount++] = row;
        if (!batch.skips(row)) {
            learned[learnedCount++] = row;
        }
    }

    private int row(int sequence, int t) {
        return (sequence / environments * length + t) * environments + sequence % environments;
    }

    /** The rows of the minibatch: of the rollout, in the order of the shards. */
    public int[] rows() {
        return rows;
    }

    /** How many rows the minibatch has. */
    public int rowCount() {
        return rowCount;
    }

    /** Those rows of the minibatch that may be learned from. */
    public int[] learned() {
        return learned;
    }

    /** How many rows of the minibatch may be learned from. */
    public int learnedCount() {
        return learnedCount;
    }

    /** Runs a network through a shard of the minibatch; see {@link ShardedUpdate.Loss#forward}. */
    public void forward(Network network, int from, int count, float[] inputs) {
        int size = unrolling.stateSize();
        int first = from / length;
        int sequences = count / length;
        for (int s = first; s < first + sequences; s++) {
            System.arraycopy(unrolling.begins(), placed[s] * size, states, s * size, size);
        }
        network.forward(inputs, 0, length, sequences, starts, from, states, first * size);
    }

    @Override
    public void save(State into) {
        order.save(into);
    }

    @Override
    public void load(State from) {
        order.load(from);
    }
}
