package io.espalier.algorithms.tabular;

import com.google.auto.service.AutoService;
import io.espalier.core.Cores;
import io.espalier.core.Rollout;
import io.espalier.core.Seeds;
import io.espalier.core.Setting;
import io.espalier.core.State;
import io.espalier.nn.Schedule;
import io.espalier.policy.AlgorithmProvider;
import io.espalier.policy.Policy;
import io.espalier.policy.RolloutAlgorithm;
import io.espalier.policy.RolloutLearner;
import io.espalier.policy.TaskSpec;

/**
 * Prioritised sweeping: Q-learning that remembers what came of each action and, when a value changes by much, works
 * backwards from there, the greatest surprise first. A goal once found is known all the way back to the start.
 *
 * <pre>
 *   P = |r + γ · maxₐ Q(s′, a) − Q(s, a)|; above θ, (s, a) goes into the queue with priority P
 *   n times, while there is something in the queue: take out the first, (s, a);
 *     Q(s, a) ← Q(s, a) + α · (r + γ · maxₐ Q(s′, a) − Q(s, a)), r and s′ being what last came of it;
 *     for all (s̄, ā) that last led to s: P as above; above θ, into the queue
 * </pre>
 *
 * <p>Moore and Atkeson, Machine Learning 13 (1993); Peng and Williams (1993); Sutton and Barto, 2nd edition, section 8.4.
 * The memory holds the last outcome alone: for tasks that are deterministic. Of equal priorities the lower pair is first.
 *
 * @param settings how it learns
 */
public record PrioritizedSweeping(PrioritizedSweeping.Settings settings) implements RolloutAlgorithm {
    @Override
    public String name() {
        return "prioritized-sweeping";
    }

    @Override
    public int environments() {
        return settings.environments();
    }

    @Override
    public int rolloutSteps() {
        return settings.rolloutSteps();
    }

    @Override
    public Policy policy(TaskSpec task, Seeds seeds) {
        return ActionTable.policy(task, settings.initialValue(), settings.epsilon(), seeds);
    }

    @Override
    public RolloutLearner learner(TaskSpec task, Policy initial, Seeds seeds, Cores cores) {
        return new TableLearner(task, initial, settings.epsilon(), new Sweeping(settings, task, initial));
    }

    /** The settings of {@link PrioritizedSweeping}. */
    public record Settings(
            @Setting("Copies of the environment stepped together.")
            int environments,

            @Setting("Environment steps of each copy between two changes of the acting policy.")
            int rolloutSteps,

            @Setting("Discount of future rewards per environment step, 0 to 1.")
            double gamma,

            @Setting("Step size α towards each new target, a number or a schedule over the run's budget.")
            Schedule learningRate,

            @Setting("ω: the step size of the n-th visit to a pair is α / (1 + n)^ω; 0 for no decay.")
            double visitExponent,

            @Setting("Share of random actions, a number or a schedule over the run's budget.")
            Schedule epsilon,

            @Setting("What every pair is worth at first; above the truth makes it try everything.")
            double initialValue,

            @Setting("Updates from the queue, n, for each environment step.")
            int planningUpdates,

            @Setting("θ: the least surprise that enters the queue.")
            double threshold) {
        /**
         * Checks everything.
         *
         * @throws IllegalArgumentException with a line for each broken rule
         */
        public Settings {
            ActionTable.rules(environments, rolloutSteps, gamma, learningRate, visitExponent, epsilon, initialValue)
                    .atLeast(1, "planningUpdates", planningUpdates, "Maybe use 10")
                    .notNegative("threshold", threshold, "Maybe use 0.0001")
                    .check();
        }

        /** Settings that suit most tasks. */
        public static Settings defaults() {
            return new Settings(1, 1, 0.95, Schedule.constant(1), 0, Schedule.linear(1, 0.05, 0.5), 0, 10, 0.0001);
        }
    }

    /** Offers {@link PrioritizedSweeping} by name. */
    @SuppressWarnings("rawtypes") // a service is named by its raw type
    @AutoService(AlgorithmProvider.class)
    public static final class Provider implements AlgorithmProvider<Settings> {
        @Override
        public String name() {
            return "prioritized-sweeping";
        }

        @Override
        public String summary() {
            return "Prioritised sweeping: remembers outcomes and works backwards from surprises; the fewest environment steps of the tables.";
        }

        @Override
        public Class<Settings> settingsType() {
            return Settings.class;
        }

        @Override
        public Settings defaults() {
            return Settings.defaults();
        }

        @Override
        public RolloutAlgorithm create(Settings settings) {
            return new PrioritizedSweeping(settings);
        }
    }

    /** The rule, its memory and its queue. */
    private static final class Sweeping implements TableLearner.Rule {
        private final Settings settings;
        private final LastOutcomes memory;
        private final Priorities queue;
        private final int actions;

        Sweeping(Settings settings, TaskSpec task, Policy initial) {
            this.settings = settings;
            actions = task.actionSpace().choices();
            memory = new LastOutcomes(initial.weights().size(), actions);
            queue = new Priorities(initial.weights().size());
        }

        @Override
        public void learn(Rollout rollout, ActionTable table, double epsilon) {
            for (int row = 0; row < rollout.rows(); row++) {
                if (ActionTable.usable(rollout, row)) {
                    long step = rollout.environmentStepsBefore + row;
                    consider(table, memory.remember(rollout, row, table, step));
                    for (int i = 0; i < settings.planningUpdates() && queue.first() >= 0; i++) {
                        sweep(table, queue.first(), step);
                    }
                }
            }
        }

        private void sweep(ActionTable table, int pair, long step) {
            queue.set(pair, 0);
            double alpha = table.stepSize(settings.learningRate(), settings.visitExponent(), step, table.visits[pair]);
            table.learn(pair, alpha, surprise(table, pair));
            memory.leadingTo(pair / actions, before -> consider(table, before));
        }

        private void consider(ActionTable table, int pair) {
            double priority = Math.abs(surprise(table, pair));
            if (priority > settings.threshold()) {
                queue.set(pair, priority);
            }
        }

        private double surprise(ActionTable table, int pair) {
            return memory.reward(pair) + settings.gamma() * memory.best(table, memory.next(pair)) - table.values[pair];
        }

        @Override
        public void save(State into) {
            memory.save(into.child("memory"));
            queue.save(into.child("queue"));
        }

        @Override
        public void load(State from) {
            memory.load(from.child("memory"));
            queue.load(from.child("queue"));
        }
    }
}
