package io.espalier.algorithms.parts;

import io.espalier.core.Cores;
import io.espalier.nn.Gradients;
import io.espalier.nn.Network;
import io.espalier.nn.Optimizer;
import java.util.Arrays;

/**
 * The sum of the shards' gradients, its norm, and the optimiser's step along it. Shards are added in their order, squares
 * within fixed blocks of parameters and then block by block, so the bits do not depend on who does what.
 *
 * <p>With {@linkplain HeadGroups groups} each is summed and stepped by one thread, the one that computed its gradients: then
 * they stay in that processor's cache.
 */
final class BlockedStep {
    /**
     * With fewer parameters than this, handing blocks to other threads costs more than it saves: two more meetings of the
     * threads for about two microseconds of work, and each is a chance to wait on a crowded machine.
     */
    private static final int WORTH_SHARING = 16384;

    private final Network network;
    private final Optimizer optimizer;
    private final float[][] gradients;
    private final HeadGroups groups;
    private final boolean byGroup;
    private final Cores cores;
    private final int size;
    private final double[] norms;
    private final int[] groupOfBlock;
    private final Cores.Task sumTask = (index, thread) -> sumBlock(index);
    private final Cores.Task stepTask = (index, thread) -> stepBlock(index);
    private final Cores.Task stepGroupTask = (index, thread) -> stepGroup(index);

    private int shards;
    private float[] along = {};
    private int from;
    private int to;
    private float learningRate;
    private float scale;

    /**
     * @param gradients of each shard; [0] becomes the sum
     * @param byGroup whether each group has a thread of its own; then they are summed by {@link #sumGroup} and
     *     {@link #sumMixed}, not by {@link #sum}
     */
    BlockedStep(
            Network network,
            Optimizer optimizer,
            float[][] gradients,
            HeadGroups groups,
            boolean byGroup,
            Cores cores) {
        this.network = network;
        this.optimizer = optimizer;
        this.gradients = gradients;
        this.groups = groups;
        this.byGroup = byGroup;
        this.cores = cores;
        int parameters = network.parameterCount();
        size = parameters < 32768 ? 1024 : 4096;
        norms = new double[(parameters + size - 1) / size];
        groupOfBlock = new int[norms.length];
        Arrays.setAll(groupOfBlock, block -> groups.ofParameters(start(block), end(block)));
    }

    /** Parameters of a block. */
    int size() {
        return size;
    }

    /** The squared norm of each block of the sum. */
    double[] norms() {
        return norms;
    }

    /** How many shards there are to sum; 1 if they are summed already. */
    void shards(int count) {
        shards = count;
    }

    /** Sums everything. */
    void sum() {
        share(norms.length, sumTask);
    }

    /** Sums a group, as far as blocks are all of it; {@link #sumMixed} has to follow when all are. */
    void sumGroup(int group) {
        for (int range = 0; range < groups.ranges(); range++) {
            if (groups.ofRange(range) == group) {
                add(groups.start(range), groups.end(range));
            }
        }
        for (int block = 0; block < norms.length; block++) {
            if (groupOfBlock[block] == group) {
                norm(block);
            }
        }
    }

    /** The norms of blocks that belong to several groups. */
    void sumMixed() {
        for (int block = 0; block < norms.length; block++) {
            if (groupOfBlock[block] == HeadGroups.MIXED) {
                norm(block);
            }
        }
    }

    /** Says how the parameters [first, end) are to be stepped. */
    void plan(float[] gradient, int first, int end, float rate, float gradientScale) {
        along = gradient;
        from = first;
        to = end;
        learningRate = rate;
        scale = gradientScale;
    }

    /** Steps as planned. */
    void step() {
        if (byGroup) {
            cores.run(groups.count(), stepGroupTask);
        } else {
            share((to - from + size - 1) / size, stepTask);
        }
    }

    /** Steps a group. */
    void stepGroup(int group) {
        for (int range = 0; range < groups.ranges(); range++) {
            if (groups.ofRange(range) == group) {
                step(groups.start(range), groups.end(range));
            }
        }
    }

    private void share(int tasks, Cores.Task task) {
        if (network.parameterCount() >= WORTH_SHARING) {
            cores.run(tasks, task);
        } else {
            Cores.SERIAL.run(tasks, task);
        }
    }

    private int start(int block) {
        return block * size;
    }

    private int end(int block) {
        return Math.min(start(block) + size, network.parameterCount());
    }

    private void sumBlock(int block) {
        add(start(block), end(block));
        norm(block);
    }

    private void add(int first, int end) {
        for (int shard = 1; shard < shards; shard++) {
            Gradients.add(gradients[0], gradients[shard], first, end);
        }
    }

    private void norm(int block) {
        norms[block] = Gradients.squaredNorm(gradients[0], start(block), end(block));
    }

    private void stepBlock(int block) {
        int first = from + block * size;
        step(first, Math.min(first + size, to));
    }

    private void step(int first, int end) {
        optimizer.step(network.parameters(), along, first, end, learningRate, scale);
    }
}
