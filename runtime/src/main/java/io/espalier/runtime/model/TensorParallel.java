package io.espalier.runtime.model;

import io.espalier.core.Cores;
import io.espalier.core.MetricSink;
import io.espalier.nn.DenseSlices;
import io.espalier.nn.Network;
import io.espalier.nn.NetworkSpec;
import io.espalier.nn.Optimizer;
import io.espalier.runtime.LearnerPlacement;
import io.espalier.runtime.workers.Resources;
import io.espalier.runtime.workers.WorkerPool;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Trains chains of dense layers {@linkplain DenseSlices cut across}, of which each worker holds a slice of every layer: for
 * layers that are too wide for one. All workers wait for each other after each block, so it is for links that are fast.
 *
 * <p>What is learned depends on the number of slices in its last bits, as {@link DenseSlices} says, and on nothing else: not
 * on who is faster, nor on workers that are lost on the way. With one slice it is what the uncut network learns. Sums are
 * made where the learner is, through the links of whoever employs the workers. Closing it ends the workers.
 */
public final class TensorParallel implements LearnerPlacement {
    private final WorkerPool pool;
    private final int slices;
    private final Resources needs;
    private final List<TensorUpdate> placed = new CopyOnWriteArrayList<>();

    /** Each slice needs a processor. */
    public TensorParallel(WorkerPool pool, int slices) {
        this(pool, slices, Resources.ONE_CPU);
    }

    /**
     * So many slices of each network that is trained.
     *
     * @param needs what each slice needs
     * @throws IllegalArgumentException if there is no slice
     */
    public TensorParallel(WorkerPool pool, int slices, Resources needs) {
        if (slices < 1) {
            throw new IllegalArgumentException("slices (" + slices + ") must be at least 1. Maybe use 2.");
        }
        this.pool = pool;
        this.slices = slices;
        this.needs = needs;
    }

    @Override
    public Cores around(Cores cores) {
        return new PlacedCores(cores, this::place);
    }

    @Override
    public int processors() {
        return (int) Math.ceil(slices * needs.cpus());
    }

    /** Gives, if anything was computed since: "tensor/idle", the part of the workers' time that they waited; "tensor/lost". */
    @Override
    public void report(MetricSink metrics) {
        WorkTimes times = new WorkTimes();
        placed.forEach(update -> update.times.moveTo(times));
        if (times.any()) {
            metrics.put("tensor/idle", times.idle());
            metrics.put("tensor/lost", times.workersLost());
        }
    }

    @Override
    public void close() {
        placed.forEach(TensorUpdate::close);
    }

    private TensorUpdate place(Network network, Optimizer optimizer, int mostRows) {
        NetworkSpec chain = network.spec();
        if (chain instanceof NetworkSpec.Heads heads && heads.heads().size() == 1) {
            chain = heads.heads().get(0).spec();
        }
        DenseSlices cut = DenseSlices.cut(chain, network.inputSize(), slices);
        TensorUpdate update = new TensorUpdate(cut, network, optimizer, mostRows, placed.size() * slices, pool, needs);
        placed.add(update);
        update.start();
        return update;
    }
}
