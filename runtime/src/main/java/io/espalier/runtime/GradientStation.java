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
import io.espalier.runtime.compression.ErrorFeedback;
import io.espalier.runtime.workers.Command;
import io.espalier.runtime.workers.Message;
import io.espalier.runtime.workers.Worker;
import io.espalier.runtime.workers.WorkerContext;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A worker of {@link ParameterServer}: environments, and a replica of the learner. For each "step", which brings parameters,
 * it answers with one gradient: that of the learner's next update, which waits in its midst for the parameters to come. When
 * the learner is done with a block, the next is collected with the newest parameters.
 */
final class GradientStation implements Worker {
    private final GradientRecipe recipe;
    private final WorkerContext context;
    private final Watchdog watchdog;
    private final RolloutAlgorithm algorithm;
    private final TaskSpec task;
    private final RolloutLearner learner;
    private final GradientExchange.Update update;
    private final RolloutWorker worker;
    private final Coroutine learning;
    private final ErrorFeedback[] shards;
    private final PulledParameters pulled;
    private final int[] bounds;
    private final GradientMessages.Figures figures = new GradientMessages.Figures();

    private Rollout rollout;
    private Command doing = Command.of("");
    private boolean wanted;
    private boolean restored;
    private long began;
    /** Whether the gradient that is due has been written. */
    private boolean written;

    private double learningRate;
    private State answer = new State();

    GradientStation(GradientRecipe recipe, WorkerContext context) {
        this.recipe = recipe;
        this.context = context;
        RunPlan plan = recipe.plan();
        if (!(plan.algorithm() instanceof RolloutAlgorithm rollouts)) {
            throw new IllegalArgumentException(plan.algorithm().name() + " does not learn from rollouts.");
        }
        algorithm = rollouts;
        watchdog = new Watchdog(plan.guard(), context::event, (stuck, fault) -> context.giveUp(stuck));
        watchdog.start();
        EnvironmentSource source = new EnvironmentSource(
                plan.factory(), "environment", plan.environmentName(), plan.guard(), watchdog, context::event);
        task = new TaskSpec(source.observationSpace(), source.actionSpace(), source.masked(), plan.environmentSteps());
        Seeds seeds = Seeds.of(plan.seed());
        Policy initial = algorithm.policy(task, seeds.child("policy"));
        ServedLearner.Joint joint = new ServedLearner.Joint(new Pushed());
        learner = algorithm.learner(task, initial, seeds.child("learner"), Cores.SERIAL.with(joint));
        update = joint.only(algorithm.name(), initial);
        bounds = ServedLearner.bounds(update.parameters().length, recipe.shards());
        shards = new ErrorFeedback[recipe.shards()];
        for (int s = 0; s < shards.length; s++) {
            shards[s] = new ErrorFeedback(recipe.push(), bounds[s + 1] - bounds[s]);
        }
        pulled = new PulledParameters(recipe.pull(), update.parameters().length);
        Seeds played = recipe.life() == 0 ? seeds : seeds.child("restart", recipe.life());
        int first = recipe.first();
        worker = new RolloutWorker(first, algorithm.environments(), source, initial, played);
        learning = new Coroutine("espalier-gradients-" + first);
        rollout = fresh();
    }

    private Rollout fresh() {
        return new Rollout(
                algorithm.rolloutSteps(),
                algorithm.environments(),
                task.observationSpace(),
                task.actionSpace(),
                task.masked(),
                learner.policy().stateSize());
    }

    @Override
    public void receive(Message message) {
        if (!(message instanceof Command command)) {
            throw new IllegalArgumentException(
                    "gradients do not know a " + message.getClass().getSimpleName() + ".");
        }
        switch (command.name()) {
            case GradientMessages.LOAD -> learner.load(command.body());
            case GradientMessages.RESTORE -> restore(command.body());
            case GradientMessages.STEP, GradientMessages.REPLAY -> step(command);
            default -> throw new IllegalArgumentException("gradients do not know \"" + command.name() + "\".");
        }
    }

    private void step(Command command) {
        doing = command;
        began = System.nanoTime();
        written = false;
        answer = new State();
        if (restored) {
            // It stood there after it had taken these parameters.
            restored = false;
        } else {
            pulled.read(command.body(), update.parameters());
            update.parametersChanged();
        }
        if (learning.paused() && learning.goOn()) {
            hand(0);
            return;
        }
        stand(command);
        worker.begin(learner.policy());
        worker.collect(rollout);
        learn();
    }

    /** Says where it stands, if that was asked for: right before a block it has nothing in hand. */
    private void stand(Command command) {
        wanted |= GradientMessages.wantsStand(command);
        if (!learner.policy().normalizer().isIdentity()) {
            throw new IllegalArgumentException("mode (parameter-server) cannot scale observations: each worker would"
                    + " scale them otherwise. Maybe set normalizeObservations=false, or use mode synchronous.");
        }
        if (wanted && command.name().equals(GradientMessages.STEP)) {
            wanted = false;
            State state = new State();
            learner.save(state.child("learner"));
            worker.save(state);
            for (int s = 0; s < shards.length; s++) {
                shards[s].save(state.child("shard", s));
            }
            state.putLong("stand", GradientMessages.number(command));
            context.send(new Command(GradientMessages.STAND, state));
        }
    }

    private void restore(State state) {
        restored = true;
        learner.load(state.child("learner"));
        worker.load(state);
        for (int s = 0; s < shards.length; s++) {
            shards[s].load(state.child("shard", s));
        }
    }

    /** An environment hung, and the rest of the block is to be collected. */
    @Override
    public void resume() {
        if (learning.paused() || !doing.body().has("step")) {
            throw new IllegalStateException("an environment hung while it was restored, where nobody can go on.");
        }
        worker.resume(rollout);
        learn();
    }

    private void learn() {
        rollout.weightsVersion = learner.policy().weights().version();
        rollout.environmentStepsBefore = GradientMessages.environmentSteps(doing);
        learning.begin(() -> learner.update(rollout, figures));
        hand(rollout.rows());
    }

    /** Answers; without a gradient, if the learner has not made an update of the block. */
    private void hand(int rows) {
        if (doing.name().equals(GradientMessages.REPLAY)) {
            return;
        }
        boolean piece = written;
        long[] numbers = {
            GradientMessages.number(doing),
            GradientMessages.version(doing),
            piece ? 1 : 0,
            rows,
            worker.faults(),
            System.nanoTime() - began
        };
        answer.put("gradient", numbers);
        answer.put("rate", new double[] {learningRate, figures.takeSkipped()});
        if (rows > 0) {
            worker.episodes().save(answer.child("block"));
            answer.put("head", learner.policy().head().text().getBytes(StandardCharsets.UTF_8));
            if (recipe.first() == 0) {
                figures.save(answer.child("figures"));
            }
        }
        context.send(new Command(GradientMessages.GRADIENT, answer));
    }

    @Override
    public void close() {
        learning.close();
        worker.close();
        watchdog.close();
    }

    /** The learner's side of an update: its gradient is written, and it waits. */
    private final class Pushed implements GradientExchange.Part {
        @Override
        public boolean steps(float[] gradient, double rate) {
            written = true;
            learningRate = rate;
            for (int s = 0; s < shards.length; s++) {
                int length = shards[s].encode(gradient, bounds[s]);
                answer.put("shard/" + s, Arrays.copyOf(shards[s].bytes(), length));
            }
            learning.pause();
            return true;
        }
    }
}
