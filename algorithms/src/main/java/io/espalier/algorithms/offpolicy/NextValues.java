package io.espalier.algorithms.offpolicy;

import io.espalier.algorithms.parts.Critics;
import io.espalier.algorithms.parts.ShardedUpdate;
import io.espalier.core.ReplayBuffer;
import io.espalier.core.ReplayMemory;
import io.espalier.core.Space;
import io.espalier.nn.Network;

/**
 * What every loss of action values begins with: the rows of a sample, and what a slower copy of the network says of the
 * states they reached; with {@code doubled}, also what the network itself says of them, by which the next action is then
 * chosen (van Hasselt et al., arXiv:1509.06461, equation 4). Each shard, or piece of one, has networks of its own.
 */
final class NextValues {
    final ReplayBuffer.Batch batch;
    /** Actions to choose from. */
    final int actions;

    private final Space space;
    private final ReplayMemory memory;
    private final Network[] targets;
    private final Network[] choosers;
    private final float[][] reached;

    /**
     * @param space of observations
     * @param network Q
     * @param target Q̄
     * @param places how many shards, or pieces of one, are worked on at a time
     */
    NextValues(
            Space space,
            int actions,
            ReplayMemory memory,
            ReplayBuffer.Batch batch,
            Network network,
            Network target,
            boolean doubled,
            int places) {
        this.space = space;
        this.actions = actions;
        this.memory = memory;
        this.batch = batch;
        int rows = shardRows();
        targets = Critics.replicas(target, places, rows);
        choosers = doubled ? Critics.replicas(network, places, rows) : targets;
        reached = new float[places][rows * network.inputSize()];
    }

    /** How many shards, or pieces of one, are worked on at a time. */
    int places() {
        return targets.length;
    }

    /** The most rows of a shard. */
    int shardRows() {
        return ShardedUpdate.shardRows(batch.rows);
    }

    /** Numbers that the network gives for each action. */
    int outputsPerAction() {
        return targets[0].headSize(0) / actions;
    }

    /** Fills rows of the batch, and runs the networks on what they reached. */
    void forward(int shard, int from, int rows) {
        memory.gather(batch, from, from + rows);
        encode(batch.reached, from, rows, reached[shard]);
        targets[shard].forward(reached[shard], 0, rows);
        if (choosers != targets) {
            choosers[shard].forward(reached[shard], 0, rows);
        }
    }

    /**
     * Runs the slower copy on other states; {@link #values} is then what it says of them.
     *
     * @param states encoded [rows, input]
     */
    void again(int shard, float[] states, int rows) {
        targets[shard].forward(states, 0, rows);
    }

    /** What the slower copy says of the states reached, [rows, outputs]. */
    float[] values(int shard) {
        return targets[shard].output(0);
    }

    /** By what the next actions are chosen, [rows, outputs]. */
    float[] choices(int shard) {
        return choosers[shard].output(0);
    }

    /**
     * The best action allowed in what a row reached, the lowest among equals.
     *
     * @param values [actions] from {@code at}
     */
    int best(float[] values, int at, int row) {
        boolean masked = batch.reachedMasks.length > 0;
        int best = -1;
        for (int action = 0; action < actions; action++) {
            boolean allowed = !masked || batch.reachedMasks[row * actions + action];
            if (allowed && (best < 0 || values[at + action] > values[at + best])) {
                best = action;
            }
        }
        return Math.max(best, 0);
    }

    /** R + Γ·value of a row; what ends the task counts 0 even where the value is infinite. */
    double wanted(int row, double value) {
        double ahead = batch.discounts[row] == 0 ? 0 : batch.discounts[row] * value;
        return batch.rewards[row] + ahead;
    }

    /** Writes rows of the batch's observations as the network reads them. */
    void encode(float[] observations, int from, int rows, float[] into) {
        int size = space.size();
        int width = space.encodedSize();
        for (int i = 0; i < rows; i++) {
            space.encode(observations, (from + i) * size, into, i * width);
        }
    }
}
