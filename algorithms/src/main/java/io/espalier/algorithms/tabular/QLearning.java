package io.espalier.algorithms.tabular;

import com.google.auto.service.AutoService;
import io.espalier.core.Cores;
import io.espalier.core.Rollout;
import io.espalier.core.Seeds;
import io.espalier.core.Setting;
import io.espalier.nn.Schedule;
import io.espalier.policy.AlgorithmProvider;
import io.espalier.policy.Policy;
import io.espalier.policy.RolloutAlgorithm;
import io.espalier.policy.RolloutLearner;
import io.espalier.policy.TaskSpec;

/**
 * Q-learning with a table: one number for every pair of state and action, moved towards the reward plus the best number
 * of the state that was reached. For observations and actions that are discrete.
 *
 * <p>Watkins and Dayan, "Q-learning", Machine Learning 8 (1992), equation 1. Their theorem asks of the step sizes of each
 * pair that Σα = ∞ and Σα² &lt; ∞: {@code visitExponent} ω in (½, 1] gives it, with αₙ = α / (1 + n)^ω at the n-th visit.
 *
 * @param settings how it learns
 */
public record QLearning(QLearning.Settings settings) implements RolloutAlgorithm {
    @Override
    public String name() {
        return "q-learning";
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
        return new TableLearner(task, initial, settings.epsilon(), this::learn);
    }

    private void learn(Rollout rollout, ActionTable table, double epsilon) {
        for (int row = 0; row < rollout.rows(); row++) {
            if (ActionTable.usable(rollout, row)) {
                // δ = r + γ · maxₐ Q(s′, a) · (1 − terminated) − Q(s, a)
                int pair = table.pair(rollout, row);
                double next = rollout.terminated[row] ? 0 : table.bestReached(rollout, row);
                double delta = rollout.rewards[row] + settings.gamma() * next - table.values[pair];
                long step = rollout.environmentStepsBefore + row;
                table.learn(
                        pair,
                        table.stepSize(settings.learningRate(), settings.visitExponent(), step, table.visits[pair]),
                        delta);
            }
        }
    }

    /** The settings of {@link QLearning}. */
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
            double initialValue) {
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
            return new Settings(1, 8, 0.99, Schedule.constant(0.1), 0, Schedule.linear(1, 0.05, 0.5), 0);
        }
    }

    /** Offers {@link QLearning} by name. */
    @SuppressWarnings("rawtypes") // a service is named by its raw type
    @AutoService(AlgorithmProvider.class)
    public static final class Provider implements AlgorithmProvider<Settings> {
        @Override
        public String name() {
            return "q-learning";
        }

        @Override
        public String summary() {
            return "Q-learning with a table: for small discrete observations and actions, where it finds the optimum.";
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
            return new QLearning(settings);
        }
    }
}
