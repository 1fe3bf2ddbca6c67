package io.espalier.runtime;

import io.espalier.core.Rollout;
import io.espalier.core.Seeds;
import io.espalier.core.State;
import io.espalier.policy.Policy;
import io.espalier.policy.RolloutAlgorithm;
import io.espalier.policy.TaskSpec;
import io.espalier.runtime.workers.Command;
import io.espalier.runtime.workers.Experience;
import io.espalier.runtime.workers.Message;
import io.espalier.runtime.workers.PolicyUpdate;
import io.espalier.runtime.workers.Worker;
import io.espalier.runtime.workers.WorkerContext;

/**
 * A {@link RolloutWorker} beside the run, perhaps on another machine, with a watchdog of its own. It takes the newest
 * policy, and for each "collect" it sends one {@link Experience}.
 */
final class RolloutStation implements Worker {
    /** Collect a block; the body has its number, and whether to say where the environments stand after it. */
    private static final String COLLECT = "collect";
    /** Go on where a worker before this one stood; the body is the {@link Experience#after} of its last block. */
    private static final String RESTORE = "restore";

    private final WorkerContext context;
    private final RolloutAlgorithm algorithm;
    private final int environments;
    private final Watchdog watchdog;
    private final TaskSpec task;
    private final RolloutWorker worker;
    private Policy policy;
    private Rollout rollout;
    private Command doing = Command.of("");
    private long began;

    static Command collect(long number, boolean after) {
        State body = new State();
        body.put("collect", new long[] {number, after ? 1 : 0});
        return new Command(COLLECT, body);
    }

    static Command restore(State after) {
        return new Command(RESTORE, after);
    }

    RolloutStation(RolloutRecipe recipe, WorkerContext context) {
        this.context = context;
        RunPlan plan = recipe.plan();
        if (!(plan.algorithm() instanceof RolloutAlgorithm rollouts)) {
            throw new IllegalArgumentException(plan.algorithm().name() + " does not learn from rollouts.");
        }
        algorithm = rollouts;
        environments = recipe.environments();
        watchdog = new Watchdog(plan.guard(), context::event, (stuck, fault) -> context.giveUp(stuck));
        watchdog.start();
        EnvironmentSource source = new EnvironmentSource(
                plan.factory(), "environment", plan.environmentName(), plan.guard(), watchdog, context::event);
        task = new TaskSpec(source.observationSpace(), source.actionSpace(), source.masked(), plan.environmentSteps());
        Seeds seeds = Seeds.of(plan.seed());
        policy = algorithm.policy(task, seeds.child("policy"));
        Seeds played = recipe.life() == 0 ? seeds : seeds.child("restart", recipe.life());
        worker = new RolloutWorker(recipe.first(), environments, source, policy, played);
        rollout = fresh();
    }

    /** A block that will be the receiver's. */
    private Rollout fresh() {
        return new Rollout(
                algorithm.rolloutSteps(),
                environments,
                task.observationSpace(),
                task.actionSpace(),
                task.masked(),
                policy.stateSize());
    }

    @Override
    public void receive(Message message) {
        if (message instanceof PolicyUpdate update) {
            policy = update.onto(policy);
        } else if (message instanceof Command command) {
            doing = command;
            began = System.nanoTime();
            switch (command.name()) {
                case COLLECT -> {
                    worker.begin(policy);
                    rollout = fresh();
                    worker.collect(rollout);
                    hand();
                }
                case RESTORE -> worker.load(command.body());
                default -> throw new IllegalArgumentException("rollouts do not know \"" + command.name() + "\".");
            }
        }
    }

    @Override
    public void resume() {
        if (!doing.name().equals(COLLECT)) {
            throw new IllegalStateException("an environment hung while it was restored, where nobody can go on.");
        }
        worker.resume(rollout);
        hand();
    }

    private void hand() {
        rollout.weightsVersion = policy.weights().version();
        State after = new State();
        long[] asked = doing.body().longs("collect");
        if (asked[1] != 0) {
            worker.save(after);
        }
        State episodes = new State();
        worker.episodes().save(episodes);
        context.send(new Experience(asked[0], rollout, episodes, after, worker.faults(), System.nanoTime() - began));
    }

    @Override
    public void close() {
        worker.close();
        watchdog.close();
    }
}
