package io.espalier.algorithms.parts;

import io.espalier.core.Cores;
import io.espalier.core.GradientExchange;
import io.espalier.core.State;
import io.espalier.core.Stateful;
import io.espalier.nn.Network;
import io.espalier.nn.Optimizer;
import io.espalier.policy.NetworkCores;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Gradient updates of one network on all cores, with the same bits on any number of them.
 *
 * <p>A minibatch is cut into shards whose number of rows depends on nothing but the largest minibatch. Each thread has a
 * replica of the network (shared parameters, own activations) and takes shards through forward, loss and backward; each
 * shard has its own gradients. They are then summed in shard order, block of parameters by block, with the squared norm in
 * fixed blocks; and the optimiser steps block by block. If the norm or a figure of the loss is not finite the whole update
 * is left out: parameters and optimiser stay as they were, bit for bit, and the update is counted as skipped.
 *
 * <p>Heads that the loss calls {@linkplain Loss#apart apart}, and that share no layers, are pieces of work of their own in
 * every shard. With a thread for each of them, that thread also sums and steps them: what it wrote it finds in its own
 * cache, and what travels between processors is a norm instead of gradients and parameters.
 *
 * <p>With {@link NetworkCores} shards are computed, summed and stepped along elsewhere, as by stages of a pipeline, of
 * which each shard is a micro-batch; inputs, loss, clipping and what is left out stay here, and the bits are the same.
 *
 * <p>Where the cores have a {@link GradientExchange}, some shards may be computed by another learner, or the step be taken
 * elsewhere.
 *
 * <p>Used as {@code gradients(rows)}, perhaps a look at {@link #figure}, then {@code apply(learningRate)}; or, of several
 * updates in a row, {@link #applyNext} and at last {@link #settle}. None of them allocates.
 */
public final class ShardedUpdate implements Stateful {
    /** Rows of a shard, as long as that makes at most {@link #MOST_SHARDS} of them; with 32, one thread is 6 % slower. */
    static final int SHARD_ROWS = 64;

    /** The most shards: bounds the memory for gradients when minibatches are large. */
    static final int MOST_SHARDS = 16;

    /** Doubles between the figures of two shards, so that threads do not write to one cache line. */
    private static final int FIGURES = 16;

    private final Network network;
    private final Optimizer optimizer;
    private final Cores cores;
    private final Loss loss;
    private final double clipNorm;
    private final int shardRows;
    private final Network[] replicas;
    private final float[][] inputs;
    private final float[][] gradients;
    private final double[] figures;
    private final HeadGroups groups;
    private final double[] groupFigures;
    private final BlockedStep step;
    /** Whether there is a thread for each group, which does all of it. */
    private final boolean groupsStay;
    /** Where a shard's rows are divided among threads. */
    private final @Nullable RowPieces pieces;

    private final NetworkCores.@Nullable Placed placed;
    private final NetworkCores.Parts parts = new Shards();
    private final GradientExchange.Part part;
    private final Cores.Task shardTask = this::shard;
    private final Cores.Task groupTask = this::shardOfGroup;
    private final Cores.Task wholeGroupTask = this::wholeGroup;

    private int rows;
    private int shards;
    /** Whether a step was decided on and not taken yet. */
    private boolean owed;
    /** Whether the gradients under way begin with it. */
    private boolean stepFirst;

    private double gradientNorm;
    private long updates;
    private long skipped;

    /** What is minimised, as far as it depends on the algorithm. Called for several shards at a time. */
    public interface Loss {
        /**
         * Writes the network's inputs for some rows of the minibatch. With heads {@link #apart}, several threads may ask for
         * those of the same shard at a time.
         *
         * @param shard which shard they are: scratch space may be chosen by it
         * @param from the first row within the minibatch
         * @param rows how many
         * @param into receives [rows, input size]
         */
        void inputs(int shard, int from, int rows, float[] into);

        /**
         * Runs the network on those rows; otherwise than as rows by themselves where it has memory.
         *
         * @param inputs what {@link #inputs} wrote
         */
        default void forward(Network network, int from, int rows, float[] inputs) {
            network.forward(inputs, 0, rows);
        }

        /**
         * Reads the outputs of the network for those rows, writes the gradients of the minibatch's mean loss with
         * respect to them (every head that is wanted, every row), and adds figures.
         *
         * @param network holds outputs and takes their gradients, [rows, head size] each
         * @param figures receives up to 16 sums over the rows, from {@code at}; zero before
         */
        void gradients(Network network, int from, int rows, double[] figures, int at);

        /**
         * Heads whose gradients depend on no output but their own, and on whose outputs nobody else's depend. Where heads
         * share no layers, {@link #gradients} may be called several times for the same rows, by several threads: each time
         * with a network that {@linkplain Network#wants wants} one of these heads, or all others, and then reads, writes
         * and adds figures of these alone.
         */
        default List<String> apart() {
            return List.of();
        }

        /**
         * Adds figures of rows of which {@link #gradients} were computed, in their order, where that has left them out. Not
         * for losses with heads {@link #apart}.
         *
         * @param figures receives up to 16 sums over the rows, from {@code at}
         */
        default void figures(int from, int rows, double[] figures, int at) {}

        /**
         * Whether several threads may each ask for the {@link #inputs} and {@link #gradients} of some rows of a shard at a
         * time, with a number below {@link ShardedUpdate#places} in the place of the shard's, where {@link #forward} treats
         * rows as rows by themselves, and all figures are left to {@link #figures}. Not for losses with heads {@link #apart}.
         */
        default boolean takesPieces() {
            return false;
        }
    }

    /**
     * @param network the parameters to be updated
     * @param optimizer made for that many parameters
     * @param mostRows rows of the largest minibatch
     * @param clipNorm the largest norm of the whole gradient; a larger one is scaled down to it; 0 for no limit
     */
    public ShardedUpdate(Network network, Optimizer optimizer, int mostRows, double clipNorm, Loss loss, Cores cores) {
        this(network, optimizer, mostRows, 1, clipNorm, loss, cores);
    }

    /**
     * As the other constructor, for minibatches of sequences.
     *
     * @param together how many rows, as those of a sequence, are never parted: minibatches and shards have a multiple
     */
    public ShardedUpdate(
            Network network, Optimizer optimizer, int mostRows, int together, double clipNorm, Loss loss, Cores cores) {
        this.network = network;
        this.optimizer = optimizer;
        this.cores = cores;
        this.clipNorm = clipNorm;
        this.loss = loss;
        shardRows = shardRows(mostRows, together);
        int most = (mostRows + shardRows - 1) / shardRows;
        placed = cores instanceof NetworkCores elsewhere ? elsewhere.place(network, optimizer, shardRows) : null;
        part = cores.exchange().join(new Joined());
        boolean divides = placed == null
                && most == 1
                && part == GradientExchange.Part.ALONE
                && loss.takesPieces()
                && RowPieces.pay(network, mostRows, cores);
        int here = placed != null ? 0 : divides ? 1 : cores.count();
        replicas = new Network[here];
        Arrays.setAll(replicas, i -> network.replica(shardRows));
        inputs = new float[here][shardRows * network.inputSize()];
        gradients = new float[placed == null ? most : 0][network.parameterCount()];
        figures = new double[most * FIGURES];
        groups = HeadGroups.of(network, here > 0 ? loss.apart() : List.of());
        groupFigures = new double[groups.count() > 1 ? figures.length * groups.count() : 0];
        pieces = divides ? new RowPieces(replicas[0], loss, cores) : null;
        groupsStay = groups.count() > 1 && here > 1 && here <= groups.count() && part == GradientExchange.Part.ALONE;
        step = new BlockedStep(network, optimizer, gradients, groups, groupsStay, cores);
    }

    /** Rows of each shard, but perhaps the last, when the largest minibatch has {@code mostRows}. */
    public static int shardRows(int mostRows) {
        if (mostRows <= SHARD_ROWS * MOST_SHARDS) {
            return Math.min(SHARD_ROWS, mostRows);
        }
        int least = (mostRows + MOST_SHARDS - 1) / MOST_SHARDS;
        return (least + 15) / 16 * 16;
    }

    /** As {@link #shardRows(int)}, a multiple of {@code together}. */
    public static int shardRows(int mostRows, int together) {
        return (shardRows(mostRows) + together - 1) / together * together;
    }

    /** Shards of the largest minibatch. */
    public static int shards(int mostRows) {
        return (mostRows + shardRows(mostRows) - 1) / shardRows(mostRows);
    }

    /** Below what number losses that {@linkplain Loss#takesPieces take pieces} are asked for inputs at a time. */
    public static int places(Network network, int mostRows, Cores cores) {
        return RowPieces.pay(network, mostRows, cores) ? RowPieces.count(cores) : shards(mostRows);
    }

    /** Computes the gradient of the loss over a minibatch of that many rows, and the loss's figures. */
    public void gradients(int minibatchRows) {
        rows = minibatchRows;
        shards = (rows + shardRows - 1) / shardRows;
        step.shards(shards);
        if (placed != null) {
            placed.gradients(shards, parts);
        } else if (pieces != null) {
            Arrays.fill(figures, 0, FIGURES, 0);
            pieces.gradients(rows, gradients[0], figures);
        } else if (groups.count() == 1 || cores.count() == 1) {
            cores.run(shards, shardTask);
        } else {
            if (groupsStay) {
                stepFirst = owed;
                owed = false;
                if (stepFirst) {
                    network.parametersChanged();
                }
                cores.run(groups.count(), wholeGroupTask);
            } else {
                cores.run(shards * groups.count(), groupTask);
            }
            for (int shard = 0; shard < shards; shard++) {
                addFigures(shard);
            }
        }
        if (part.complete(shards, gradients, figures)) {
            step.shards(1);
        }
    }

    private void shard(int index, int thread) {
        if (part.computes(index)) {
            compute(index, thread);
        }
    }

    /** With a thread for each group, it steps by itself, and sums its shards before the threads meet. */
    private void wholeGroup(int group, int thread) {
        if (stepFirst) {
            step.stepGroup(group);
        }
        for (int shard = 0; shard < shards; shard++) {
            shardOfGroup(shard * groups.count() + group, thread);
        }
        step.sumGroup(group);
    }

    private void shardOfGroup(int index, int thread) {
        int shard = index / groups.count();
        if (part.computes(shard)) {
            int at = index * FIGURES;
            Arrays.fill(groupFigures, at, at + FIGURES, 0);
            parts.inputs(shard, inputs[thread]);
            compute(shard, thread, index % groups.count(), groupFigures, at);
        }
    }

    private void addFigures(int shard) {
        if (!part.computes(shard)) {
            return;
        }
        int at = shard * FIGURES;
        Arrays.fill(figures, at, at + FIGURES, 0);
        for (int group = 0; group < groups.count(); group++) {
            int from = (shard * groups.count() + group) * FIGURES;
            for (int i = 0; i < FIGURES; i++) {
                figures[at + i] += groupFigures[from + i];
            }
        }
    }

    private void compute(int shard, int thread) {
        int at = shard * FIGURES;
        Arrays.fill(figures, at, at + FIGURES, 0);
        parts.inputs(shard, inputs[thread]);
        for (int group = 0; group < groups.count(); group++) {
            compute(shard, thread, group, figures, at);
        }
        loss.figures(shard * shardRows, parts.rows(shard), figures, at);
    }

    private void compute(int shard, int thread, int group, double[] sums, int at) {
        Network replica = replicas[thread];
        groups.want(replica, group);
        replica.gradients(gradients[shard]);
        int from = shard * shardRows;
        int number = parts.rows(shard);
        loss.forward(replica, from, number, inputs[thread]);
        loss.gradients(replica, from, number, sums, at);
        replica.backward();
    }

    private final class Shards implements NetworkCores.Parts {
        @Override
        public int rows(int shard) {
            return Math.min(shardRows, rows - shard * shardRows);
        }

        @Override
        public void inputs(int shard, float[] into) {
            loss.inputs(shard, shard * shardRows, rows(shard), into);
        }

        @Override
        public void loss(int shard, Network network) {
            int at = shard * FIGURES;
            Arrays.fill(figures, at, at + FIGURES, 0);
            loss.gradients(network, shard * shardRows, rows(shard), figures, at);
            loss.figures(shard * shardRows, rows(shard), figures, at);
        }
    }

    /** Figure {@code i} of the loss: its sum over all rows of the minibatch. */
    public double figure(int i) {
        double sum = 0;
        for (int shard = 0; shard < shards; shard++) {
            sum += figures[shard * FIGURES + i];
        }
        return sum;
    }

    /**
     * Steps along the gradient that {@link #gradients} computed.
     *
     * @return false if the gradient or a figure was not finite, and nothing was changed
     */
    public boolean apply(double rate) {
        boolean done = applyNext(rate);
        settle();
        return done;
    }

    /**
     * As {@link #apply}, but the step may be taken only when the next {@link #gradients} begins, by the threads that meet
     * for it then; until that, or until {@link #settle}, nobody may look at the parameters.
     */
    public boolean applyNext(double rate) {
        if (placed != null) {
            placed.norms(step.size(), step.norms());
        } else if (groupsStay) {
            step.sumMixed();
        } else {
            step.sum();
        }
        double squares = 0;
        for (double norm : step.norms()) {
            squares += norm;
        }
        gradientNorm = StrictMath.sqrt(squares);
        double sound = squares;
        for (int i = 0; i < shards * FIGURES; i++) {
            sound += figures[i] * 0;
        }
        if (!Double.isFinite(sound)) {
            skipped++;
            return false;
        }
        if (placed == null && part.steps(gradients[0], rate)) {
            updates++;
            return true;
        }
        float scale = clipNorm > 0 && gradientNorm > clipNorm ? (float) (clipNorm / (gradientNorm + 1e-6)) : 1;
        if (placed != null) {
            placed.step((float) rate, scale);
        } else {
            optimizer.beginStep();
            step.plan(gradients[0], 0, network.parameterCount(), (float) rate, scale);
            owed = true;
            if (!groupsStay) {
                settle();
            }
        }
        updates++;
        return true;
    }

    /** Takes the step that {@link #applyNext} may have left to do. */
    public void settle() {
        if (!owed) {
            return;
        }
        owed = false;
        step.step();
        network.parametersChanged();
    }

    /** These updates, for a {@link GradientExchange}. */
    private final class Joined implements GradientExchange.Update {
        @Override
        public float[] parameters() {
            return network.parameters();
        }

        @Override
        public void parametersChanged() {
            network.parametersChanged();
        }

        @Override
        public void compute(int shard) {
            ShardedUpdate.this.compute(shard, 0);
        }

        @Override
        public double clipNorm() {
            return clipNorm;
        }

        @Override
        public void step(float[] gradient, int from, int to, long steps, double rate, float scale) {
            optimizer.restore(steps);
            ShardedUpdate.this.step.plan(gradient, from, to, (float) rate, scale);
            ShardedUpdate.this.step.step();
            network.parametersChanged();
        }
    }

    /** The norm of the last gradient, before it was clipped. */
    public double gradientNorm() {
        return gradientNorm;
    }

    /** Updates made. */
    public long updates() {
        return updates;
    }

    /** Updates left out because something was not finite. */
    public long skipped() {
        return skipped;
    }

    @Override
    public void save(State into) {
        settle();
        into.put("parameters", network.parameters());
        for (int i = 0; i < optimizer.slots(); i++) {
            into.put("optimizer/" + i, optimizer.slot(i));
        }
        into.put("counts", new long[] {optimizer.steps(), updates, skipped});
    }

    @Override
    public void load(State from) {
        owed = false;
        int count = network.parameterCount();
        System.arraycopy(from.floats("parameters", count), 0, network.parameters(), 0, count);
        network.parametersChanged();
        for (int i = 0; i < optimizer.slots(); i++) {
            float[] slot = optimizer.slot(i);
            System.arraycopy(from.floats("optimizer/" + i, slot.length), 0, slot, 0, slot.length);
        }
        long[] counts = from.longs("counts");
        optimizer.restore(counts[0]);
        updates = counts[1];
        skipped = counts[2];
        if (placed != null) {
            placed.reload();
        }
    }
}
