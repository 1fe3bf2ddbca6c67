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
 * SARSA with a table: one number for every pair of state and action, moved towards the reward plus the number of the pair
 * that followed. It learns the worth of what it does, exploration included; Q-learning that of what would be best.
 *
 * <pre>
 *   SARSA:     δ = r + γ · Q(s′, a′) − Q(s, a)
 *   expected:  δ = r + γ · Σₐ π(a | s′) · Q(s′, a) − Q(s, a)
 *   Q(s, a) ← Q(s, a) + α · δ
 * </pre>
 *
 * <p>Rummery and Niranjan, "On-line Q-learning using connectionist systems" (1994); van Seijen et al., "A theoretical and
 * empirical analysis of expected Sarsa" (2009); Sutton and Barto, 2nd edition, equations 6.7 and 6.9. Where an episode is
 * cut off, no action follows, and both take the expected form.
 *
 * @param settings how it learns
 */
public record Sarsa(Sarsa.Settings settings) implements RolloutAlgorithm {
    @Override
    public String name() {
        return "sarsa";
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
        return new TableLearner(
                task, initial, settings.epsilon(), settings.expected() ? this::learnExpected : new Waiting(settings));
    }

    private void learnExpected(Rollout rollout, ActionTable table, double epsilon) {
        for (int row = 0; row < rollout.rows(); row++) {
            if (ActionTable.usable(rollout, row)) {
                double next = rollout.terminated[row] ? 0 : table.expectedReached(rollout, row, epsilon);
                long step = rollout.environmentStepsBefore + row;
                move(settings, table, table.pair(rollout, row), rollout.rewards[row], step, next);
            }
        }
    }

    private static void move(
            Settings settings, ActionTable table, int pair, double reward, long environmentStep, double next) {
        double delta = reward + settings.gamma() * next - table.values[pair];
        double alpha =
                table.stepSize(settings.learningRate(), settings.visitExponent(), environmentStep, table.visits[pair]);
        table.learn(pair, alpha, delta);
    }

    /** The settings of {@link Sarsa}. */
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

            @Setting("Whether targets are the mean over the actions that may follow, instead of the one that did.")
            boolean expected) {
        /**
         * Checks everything.
         *
         * @throws IllegalArgumentException with a line for each broken rule
         */
        public Settings {
            ActionTable.rules(environments, rolloutSteps, gamma, learningRate, visitExponent, epsilon, initialValue)
                    .check();
        }

        /** Settings that suit most tasks. */
        public static Settings defaults() {
            return new Settings(1, 8, 0.99, Schedule.constant(0.1), 0, Schedule.linear(1, 0.05, 0.5), 0, false);
        }
    }

    /** Offers {@link Sarsa} by name. */
    @SuppressWarnings("rawtypes") // a service is named by its raw type
    @AutoService(AlgorithmProvider.class)
    public static final class Provider implements AlgorithmProvider<Settings> {
        @Override
        public String name() {
            return "sarsa";
        }

        @Override
        public String summary() {
            return "SARSA, and expected SARSA, with a table: learns what its own exploring policy is worth, so it keeps away from danger.";
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
            return new Sarsa(settings);
        }
    }

    /** The form that waits for the action that follows. */
    private static final class Waiting implements TableLearner.Rule {
        private final Settings settings;
        private final NextActions nextActions;

        Waiting(Settings settings) {
            this.settings = settings;
            nextActions = new NextActions(settings.environments());
        }

        @Override
        public void learn(Rollout rollout, ActionTable table, double epsilon) {
            nextActions.complete(rollout, table, epsilon, new NextActions.Sink() {
                @Override
                public void transition(
                        int environment, int pair, double reward, long environmentStep, double next, boolean last) {
                    move(settings, table, pair, reward, environmentStep, next);
                }

                @Override
                public void broken(int environment) {}
            });
        }

        @Override
        public void save(State into) {
            nextActions.save(into);
        }

        @Override
        public void load(State from) {
            nextActions.load(from);
        }
    }
}
