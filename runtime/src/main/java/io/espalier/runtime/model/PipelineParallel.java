package io.espalier.runtime.model;

import io.espalier.core.Cores;
import io.espalier.core.MetricSink;
import io.espalier.nn.Network;
import io.espalier.nn.NetworkStages;
import io.espalier.nn.Optimizer;
import io.espalier.runtime.LearnerPlacement;
import io.espalier.runtime.workers.Message;
import io.espalier.runtime.workers.Resources;
import io.espalier.runtime.workers.WorkerPool;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Trains networks in stages on several workers: the layers are {@linkplain NetworkStages cut} so that all stages cost about
 * the same, and a minibatch flows through them in micro-batches. What comes of it is, bit for bit, what the uncut network
 * would have learned, for each number of stages and each {@link PipelineSchedule}, also when a stage's worker is lost on
 * the way.
 *
 * <pre>{@code
 * try (WorkerPool pool = new LocalPool();
 *         PipelineParallel pipeline = new PipelineParallel(pool, 2, PipelineSchedule.ONE_FORWARD_ONE_BACKWARD)) {
 *     Trainer.of(algorithm, CartPole::new).learnerPlacement(pipeline).run();
 * }
 * }</pre>
 *
 * <p>Activations and gradients pass from stage to stage through the links of whoever employs them, for workers have no links
 * to each other. Inputs and losses are computed where the learner is; so is the policy, of which it keeps all parameters.
 * Closing it ends the workers.
 */
public final class PipelineParallel implements LearnerPlacement {
    private final WorkerPool pool;
    private final int stages;
    private final PipelineSchedule schedule;
    private final Resources needs;
    private final List<PipelineUpdate> placed = new CopyOnWriteArrayList<>();

    /**
     * Each stage needs a processor.
     *
     * @param pool where the stages run; one that is closed later than this
     */
    public PipelineParallel(WorkerPool pool, int stages, PipelineSchedule schedule) {
        this(pool, stages, schedule, Resources.ONE_CPU);
    }

    /**
     * A pipeline of so many stages for each network that is trained.
     *
     * @param needs what each stage needs
     * @throws IllegalArgumentException if there is no stage
     */
    public PipelineParallel(WorkerPool pool, int stages, PipelineSchedule schedule, Resources needs) {
        if (stages < 1) {
            throw new IllegalArgumentException("stages (" + stages + ") must be at least 1. Maybe use 2.");
        }
        this.pool = pool;
        this.stages = stages;
        this.schedule = schedule;
        this.needs = needs;
    }

    @Override
    public Cores around(Cores cores) {
        return new PlacedCores(cores, this::place);
    }

    @Override
    public int processors() {
        return (int) Math.ceil(stages * needs.cpus());
    }

    /**
     * Gives, if anything was computed since: "pipeline/bubble", the part of the stages' time that they waited, of the
     * passes of minibatches; "pipeline/bubble-ideal", what it would be with equal stages, links without delay and a
     * processor for each; "pipeline/stages-lost".
     */
    @Override
    public void report(MetricSink metrics) {
        WorkTimes times = new WorkTimes();
        placed.forEach(update -> update.times.moveTo(times));
        if (times.any()) {
            metrics.put("pipeline/bubble", times.idle());
            metrics.put("pipeline/bubble-ideal", times.idealBubble());
            metrics.put("pipeline/stages-lost", times.workersLost());
        }
    }

    /** Of how many micro-batches each stage of a network kept the activations at most, in the last pass. */
    long[] stored(int network) {
        return placed.get(network).stored();
    }

    /** Sends a stage something that it has not asked for. */
    void sendTo(int network, int stage, Message message) {
        placed.get(network).sendTo(stage, message);
    }

    @Override
    public void close() {
        placed.forEach(PipelineUpdate::close);
    }

    private PipelineUpdate place(Network network, Optimizer optimizer, int mostRows) {
        if (network.stateSize() > 0 || network.noisy()) {
            throw new IllegalArgumentException("network (" + network.spec() + ") must be without memory and noise to be"
                    + " trained in stages. Maybe use dense layers, or train it uncut.");
        }
        NetworkStages cut = NetworkStages.cut(network.spec(), network.inputShape(), stages);
        PipelineUpdate update =
                new PipelineUpdate(cut, schedule, network, optimizer, mostRows, placed.size() * stages, pool, needs);
        placed.add(update);
        update.start();
        return update;
    }
}
