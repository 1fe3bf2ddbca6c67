package io.espalier.runtime;

import io.espalier.core.Cores;
import io.espalier.core.Rollout;
import io.espalier.core.Seeds;
import io.espalier.core.State;
import io.espalier.policy.Policy;
import io.espalier.policy.RolloutAlgorithm;
import io.espalier.policy.RolloutLearner;
import io.espalier.policy.TaskSpec;
import io.espalier.runtime.workers.Command;
import io.espalier.runtime.workers.Message;
import io.espalier.runtime.workers.Worker;
import io.espalier.runtime.workers.WorkerContext;
import java.nio.charset.StandardCharsets;

/**
 * A whole learner with environments of its own, beside the run, perhaps on another machine. For each "train" it learns
 * from so many blocks and reports the common part of what it knows; "average" puts another in the place of that part.
 */
final class ReplicaStation implements Worker {
    private static final String AVERAGE = "average";
    private static final String TRAIN = "train";
    /** The name of what it answers. */
    static final String TRAINED = "trained";

    private final WorkerContext context;
    private final String algorithm;
    private final Watchdog watchdog;
    private final RolloutWorker worker;
    private final RolloutLearner learner;
    private final Rollout rollout;
    private final State fresh = new State();
    private Order order = new Order(0, 0, 0, 0, LocalSgd.Optimizers.LOCAL);
    private State average = new State();
    private State report = new State();
    private MetricMeans means = new MetricMeans();
    private int done;
    private long samples;
    private long began;

    /**
     * What is asked for.
     *
     * @param number comes back with the report
     * @param blocks from how many to learn
     * @param stepsBefore environment steps of the run so far
     * @param stepsPerBlock environment steps of the whole run while one replica collects a block
     */
    record Order(long number, int blocks, long stepsBefore, long stepsPerBlock, LocalSgd.Optimizers optimizers) {
        Command command() {
            State body = new State();
            body.put(TRAIN, new long[] {number, blocks, stepsBefore, stepsPerBlock});
            body.put("optimizer", optimizers.name().getBytes(StandardCharsets.UTF_8));
            return new Command(TRAIN, body);
        }

        static Order of(Command command) {
            long[] asked = command.body().longs(TRAIN);
            LocalSgd.Optimizers optimizers =
                    LocalSgd.Optimizers.valueOf(new String(command.body().bytes("optimizer"), StandardCharsets.UTF_8));
            return new Order(asked[0], (int) asked[1], asked[2], asked[3], optimizers);
        }
    }

    /** Go on from this common part. */
    static Command average(State shared) {
        return new Command(AVERAGE, shared);
    }

    ReplicaStation(ReplicaRecipe recipe, WorkerContext context) {
        this.context = context;
        RunPlan plan = recipe.plan();
        algorithm = plan.algorithm().name();
        if (!(plan.algorithm() instanceof RolloutAlgorithm rollouts)) {
            throw new IllegalArgumentException(algorithm + " does not learn from rollouts.");
        }
        watchdog = new Watchdog(plan.guard(), context::event, (stuck, fault) -> context.giveUp(stuck));
        watchdog.start();
        EnvironmentSource source = new EnvironmentSource(
                plan.factory(), "environment", plan.environmentName(), plan.guard(), watchdog, context::event);
        TaskSpec task =
                new TaskSpec(source.observationSpace(), source.actionSpace(), source.masked(), plan.environmentSteps());
        Seeds seeds = Seeds.of(plan.seed());
        Policy initial = rollouts.policy(task, seeds.child("policy"));
        Seeds own = seeds.child("learner");
        // The first one alone is the learner of a run without others.
        learner = rollouts.learner(
                task, initial, recipe.number() == 0 ? own : own.child("replica", recipe.number()), Cores.SERIAL);
        learner.save(fresh);
        int environments = rollouts.environments();
        int first = recipe.number() * environments;
        Seeds played = recipe.life() == 0 ? seeds : seeds.child("restart", recipe.life());
        worker = new RolloutWorker(first, environments, source, initial, played);
        rollout = new Rollout(
                rollouts.rolloutSteps(),
                environments,
                task.observationSpace(),
                task.actionSpace(),
                task.masked(),
                initial.stateSize());
    }

    @Override
    public void receive(Message message) {
        if (!(message instanceof Command command)) {
            throw new IllegalArgumentException(
                    "replicas take commands, not a " + message.getClass().getSimpleName() + ".");
        }
        switch (command.name()) {
            // How moments are dealt with is said by the order that follows.
            case AVERAGE -> average = command.body();
            case TRAIN -> {
                order = Order.of(command);
                State own = new State();
                learner.save(own);
                learner.load(Averaging.adopt(own, average, fresh, order.optimizers()));
                report = new State();
                means = new MetricMeans();
                done = 0;
                samples = 0;
                began = System.nanoTime();
                train();
            }
            default -> throw new IllegalArgumentException("replicas do not know \"" + command.name() + "\".");
        }
    }

    private void train() {
        while (done < order.blocks()) {
            worker.begin(learner.policy());
            worker.collect(rollout);
            learn();
        }
        hand();
    }

    @Override
    public void resume() {
        worker.resume(rollout);
        learn();
        train();
    }

    private void learn() {
        worker.episodes().save(report.child("episodes", done));
        for (int row = 0; row < rollout.rows(); row++) {
            samples += rollout.discarded[row] ? 0 : 1;
        }
        rollout.weightsVersion = learner.policy().weights().version();
        rollout.environmentStepsBefore = order.stepsBefore() + done * order.stepsPerBlock();
        learner.update(rollout, means);
        done++;
    }

    private void hand() {
        State own = new State();
        learner.save(own);
        Averaging.share(own, order.optimizers() == LocalSgd.Optimizers.AVERAGED, algorithm)
                .entries()
                .forEach(report.child("learner")::put);
        means.save(report.child("metrics"));
        long rows = (long) order.blocks() * rollout.rows();
        report.put(TRAINED, new long[] {order.number(), rows, samples, worker.faults(), System.nanoTime() - began});
        context.send(new Command(TRAINED, report));
        report = new State();
    }

    @Override
    public void close() {
        worker.close();
        watchdog.close();
    }
}
