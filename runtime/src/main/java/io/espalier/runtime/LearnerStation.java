package io.espalier.runtime;

import io.espalier.core.Cores;
import io.espalier.core.GradientExchange;
import io.espalier.core.Rollout;
import io.espalier.core.Seeds;
import io.espalier.core.State;
import io.espalier.policy.Policy;
import io.espalier.policy.RolloutAlgorithm;
import io.espalier.policy.RolloutLearner;
import io.espalier.policy.TaskSpec;
import io.espalier.runtime.workers.Command;
import io.espalier.runtime.workers.Experience;
import io.espalier.runtime.workers.Message;
import io.espalier.runtime.workers.Worker;
import io.espalier.runtime.workers.WorkerContext;

/**
 * A replica of the run's learner, perhaps on another machine. It takes the same blocks and makes the same updates; of each
 * minibatch it computes every n-th shard, and gets the sum of all from {@link LeadingLearner}.
 */
final class LearnerStation implements Worker {
    /** To it: become this state. */
    static final String LOAD = "load";
    /** From it: the shards it has computed. To it: the sum of all, and all figures. */
    static final String SHARDS = "shards";
    /** From it: the update is made. */
    static final String DONE = "done";

    private final LearnerRecipe recipe;
    private final WorkerContext context;
    private final RolloutLearner learner;
    private final Coroutine update;
    private long minibatch;
    private State sum = new State();

    LearnerStation(LearnerRecipe recipe, WorkerContext context) {
        this.recipe = recipe;
        this.context = context;
        RunPlan plan = recipe.plan();
        if (!(plan.algorithm() instanceof RolloutAlgorithm algorithm)) {
            throw new IllegalArgumentException(plan.algorithm().name() + " does not learn from rollouts.");
        }
        TaskSpec task = task(plan, context);
        Seeds seeds = Seeds.of(plan.seed());
        Policy initial = algorithm.policy(task, seeds.child("policy"));
        learner = algorithm.learner(task, initial, seeds.child("learner"), Cores.SERIAL.with(joined -> new Replica()));
        update = new Coroutine("espalier-learner-" + recipe.rank());
    }

    private static TaskSpec task(RunPlan plan, WorkerContext context) {
        // Environments are made for what they say of themselves; none is stepped.
        try (Watchdog watchdog = new Watchdog(plan.guard(), context::event, (stuck, fault) -> context.giveUp(stuck))) {
            watchdog.start();
            EnvironmentSource source = new EnvironmentSource(
                    plan.factory(), "environment", plan.environmentName(), plan.guard(), watchdog, context::event);
            TaskSpec task = new TaskSpec(
                    source.observationSpace(), source.actionSpace(), source.masked(), plan.environmentSteps());
            watchdog.closeAll();
            return task;
        }
    }

    @Override
    public void receive(Message message) {
        if (message instanceof Experience block) {
            Rollout rollout = block.rollout();
            minibatch = 0;
            answer(update.begin(() -> learner.update(rollout, (name, value) -> {})));
        } else if (message instanceof Command command) {
            switch (command.name()) {
                case LOAD -> learner.load(command.body());
                case SHARDS -> {
                    sum = command.body();
                    answer(update.goOn());
                }
                default -> throw new IllegalArgumentException("learners do not know \"" + command.name() + "\".");
            }
        }
    }

    private void answer(boolean waits) {
        if (!waits) {
            context.send(Command.of(DONE));
        }
    }

    @Override
    public void close() {
        update.close();
    }

    /** One network's updates, of which others compute a part. */
    private final class Replica implements GradientExchange.Part {
        @Override
        public boolean computes(int shard) {
            return shard % recipe.learners() == recipe.rank();
        }

        @Override
        public boolean complete(int shards, float[][] gradients, double[] figures) {
            State mine = new State();
            mine.putLong("minibatch", minibatch++);
            for (int shard = recipe.rank(); shard < shards; shard += recipe.learners()) {
                mine.put("gradient/" + shard, gradients[shard]);
            }
            mine.put("figures", figures);
            context.send(new Command(SHARDS, mine));
            update.pause();
            float[] total = sum.floats("gradient", gradients[0].length);
            System.arraycopy(total, 0, gradients[0], 0, total.length);
            double[] all = sum.doubles("figures");
            System.arraycopy(all, 0, figures, 0, Math.min(all.length, figures.length));
            return true;
        }
    }
}
