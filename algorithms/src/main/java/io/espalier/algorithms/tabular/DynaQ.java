package io.espalier.algorithms.tabular;

import com.google.auto.service.AutoService;
import io.espalier.core.Cores;
import io.espalier.core.RandomStream;
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
 * Dyna-Q: Q-learning that remembers what came of each action and learns from memories as it learns from experience, many
 * for each environment step; so it needs few of those. Dyna-Q+ adds a bonus for what was not tried for long, so that it
 * notices when the world has changed for the better.
 *
 * <pre>
 *   Q(s, a) ← Q(s, a) + α · (r + γ · maxₐ Q(s′, a) − Q(s, a))                 for the step just taken
 *   then n times, with s any state seen, a any action tried in it, r and s′ what last came of them:
 *   Q(s, a) ← Q(s, a) + α · (r + κ · √τ + γ · maxₐ Q(s′, a) − Q(s, a))        τ: environment steps since it was tried
 * </pre>
 *
 * <p>Sutton (1990); Sutton and Barto, 2nd edition, section 8.2 (κ = 0) and 8.3 (κ &gt; 0: then actions never tried in a state
 * count too, as leading back to it for nothing). The memory holds the last outcome alone: for tasks that are
 * deterministic, or nearly so. τ counts the steps of all copies of the environment.
 *
 * @param settings how it learns
 */
public record DynaQ(DynaQ.Settings settings) implements RolloutAlgorithm {
    @Override
    public String name() {
        return "dyna-q";
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
        return new TableLearner(task, initial, settings.epsilon(), new Dreaming(settings, task, initial, seeds));
    }

    /** The settings of {@link DynaQ}. */
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

            @Setting("Updates from memory, n, for each environment step.")
            int planningUpdates,

            @Setting(
                    "κ: the bonus per square root of the environment steps since a pair was tried; 0 for plain Dyna-Q.")
            double bonus) {
        /**
         * Checks everything.
         *
         * @throws IllegalArgumentException with a line for each broken rule
         */
        public Settings {
            ActionTable.rules(environments, rolloutSteps, gamma, learningRate, visitExponent, epsilon, initialValue)
                    .atLeast(0, "planningUpdates", planningUpdates, "Maybe use 10")
                    .notNegative("bonus", bonus, "Maybe use 0, or 0.001")
                    .check();
        }

        /** Settings that suit most tasks. */
        public static Settings defaults() {
            return new Settings(1, 1, 0.95, Schedule.constant(0.1), 0, Schedule.linear(1, 0.05, 0.5), 0, 10, 0);
        }
    }

    /** Offers {@link DynaQ} by name. */
    @SuppressWarnings("rawtypes") // a service is named by its raw type
    @AutoService(AlgorithmProvider.class)
    public static final class Provider implements AlgorithmProvider<Settings> {
        @Override
        public String name() {
            return "dyna-q";
        }

        @Override
        public String summary() {
            return "Dyna-Q, and Dyna-Q+ with its bonus: Q-learning that also learns from memories, so it needs far fewer environment steps.";
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
            return new DynaQ(settings);
        }
    }

    /** The rule and its memory. */
    private static final class Dreaming implements TableLearner.Rule {
        private final Settings settings;
        private final RandomStream random;
        private final LastOutcomes memory;
        private final int actions;
        private final int[] choices;

        Dreaming(Settings settings, TaskSpec task, Policy initial, Seeds seeds) {
            this.settings = settings;
            random = seeds.child("planning").stream();
            actions = task.actionSpace().choices();
            memory = new LastOutcomes(initial.weights().size(), actions);
            choices = new int[actions];
        }

        @Override
        public void learn(Rollout rollout, ActionTable table, double epsilon) {
            for (int row = 0; row < rollout.rows(); row++) {
                if (ActionTable.usable(rollout, row)) {
                    long step = rollout.environmentStepsBefore + row;
                    int pair = memory.remember(rollout, row, table, step);
                    move(table, pair, memory.reward(pair), memory.next(pair), step);
                    for (int i = 0; i < settings.planningUpdates(); i++) {
                        plan(table, step);
                    }
                }
            }
        }

        private void plan(ActionTable table, long step) {
            int state = memory.seen(random.nextInt(memory.statesSeen()));
            int count = 0;
            for (int action = 0; action < actions; action++) {
                int pair = state * actions + action;
                if (memory.tried(pair) || (settings.bonus() > 0 && memory.allowed(pair))) {
                    choices[count++] = pair;
                }
            }
            int pair = choices[random.nextInt(count)];
            double bonus = settings.bonus() * StrictMath.sqrt((double) (step - memory.triedAt(pair)));
            move(table, pair, memory.reward(pair) + bonus, memory.next(pair), step);
        }

        private void move(ActionTable table, int pair, double reward, int next, long step) {
            double delta = reward + settings.gamma() * memory.best(table, next) - table.values[pair];
            double alpha = table.stepSize(settings.learningRate(), settings.visitExponent(), step, table.visits[pair]);
            table.learn(pair, alpha, delta);
        }

        @Override
        public void save(State into) {
            long[] stream = new long[3];
            random.save(stream, 0);
            into.put("random", stream);
            memory.save(into.child("memory"));
        }

        @Override
        public void load(State from) {
            random.load(from.longs("random"), 0);
            memory.load(from.child("memory"));
        }
    }
}
