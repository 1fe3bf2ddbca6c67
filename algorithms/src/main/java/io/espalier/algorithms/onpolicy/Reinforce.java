package io.espalier.algorithms.onpolicy;

import com.google.auto.service.AutoService;
import io.espalier.algorithms.parts.ActorCritic;
import io.espalier.algorithms.parts.Rules;
import io.espalier.core.Cores;
import io.espalier.core.Seeds;
import io.espalier.core.Setting;
import io.espalier.nn.Schedule;
import io.espalier.policy.AlgorithmProvider;
import io.espalier.policy.Policy;
import io.espalier.policy.RolloutAlgorithm;
import io.espalier.policy.RolloutLearner;
import io.espalier.policy.TaskSpec;

/**
 * REINFORCE: policy gradients from the returns of whole episodes, with or without a learned baseline.
 *
 * <p>Williams, "Simple statistical gradient-following algorithms for connectionist reinforcement learning", Machine
 * Learning 8 (1992), equation 11; Sutton and Barto, "Reinforcement learning" (2018), section 13.3, and 13.4 for the
 * baseline. The loss is {@link PolicyGradient}.
 *
 * @param settings how it learns
 */
public record Reinforce(Reinforce.Settings settings) implements RolloutAlgorithm {
    @Override
    public String name() {
        return "reinforce";
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
        return settings.baseline()
                ? ActorCritic.policy(task, settings.trunk(), false, settings.initialLogStd(), seeds)
                : ActorCritic.actor(task, settings.trunk(), settings.initialLogStd(), seeds);
    }

    @Override
    public RolloutLearner learner(TaskSpec task, Policy initial, Seeds seeds, Cores cores) {
        return new ReinforceLearner(settings, task, initial, cores);
    }

    /** The settings of {@link Reinforce}. */
    public record Settings(
            @Setting("Copies of the environment stepped together.")
            int environments,

            @Setting("Environment steps of each copy between two looks at what has ended.")
            int rolloutSteps,

            @Setting("Environment steps of whole episodes that make one gradient update, at least.")
            int updateRows,

            @Setting("Whole episodes that make one gradient update, at least; 0 to count environment steps alone.")
            int updateEpisodes,

            @Setting("Environment steps after which an episode is cut, as by a time limit.")
            int longestEpisode,

            @Setting("Discount of future rewards per environment step, 0 to 1.")
            double gamma,

            @Setting("Learn the state's value and subtract it from the return.")
            boolean baseline,

            @Setting("The optimiser's step size, a number or linear(from, to) over the run's budget.")
            Schedule learningRate,

            @Setting("The optimiser, as adam or rmsprop(epsilon=1e-5).")
            String optimizer,

            @Setting("Weight of the entropy bonus.") double entropyCoefficient,

            @Setting("Weight of the mean squared error of the baseline.")
            double valueCoefficient,

            @Setting("Largest norm of the whole gradient; 0 for no limit.")
            double gradientNorm,

            @Setting("Scale returns, less the baseline, to mean 0 and deviation 1 in each update.")
            boolean normalizeReturns,

            @Setting("The hidden layers of the policy, and of the baseline.")
            String trunk,

            @Setting("Where the logarithm of a real action's standard deviation starts.")
            double initialLogStd) {
        /**
         * Checks everything.
         *
         * @throws IllegalArgumentException with a line for each broken rule
         */
        public Settings {
            Rules rules = new Rules()
                    .atLeast(1, "environments", environments, "Maybe use 8")
                    .atLeast(1, "rolloutSteps", rolloutSteps, "Maybe use 32")
                    .atLeast(1, "updateRows", updateRows, "Maybe use 1000")
                    .atLeast(0, "updateEpisodes", updateEpisodes, "Maybe use 16, or 0 to count steps")
                    .atLeast(1, "longestEpisode", longestEpisode, "Maybe use 1000")
                    .within(0, 1, "gamma", gamma, "Maybe use 0.99")
                    .within(0, 1, "learningRate", learningRate, "Maybe use 0.003")
                    .optimizer("optimizer", optimizer)
                    .notNegative("entropyCoefficient", entropyCoefficient, "Maybe use 0.01")
                    .notNegative("valueCoefficient", valueCoefficient, "Maybe use 0.5")
                    .notNegative("gradientNorm", gradientNorm, "Maybe use 0.5, or 0 for no limit")
                    .within(-20, 2, "initialLogStd", initialLogStd, "Maybe use 0")
                    .network("trunk", trunk);
            long most = mostRows(environments, rolloutSteps, updateRows, updateEpisodes, longestEpisode);
            rules.require(
                            most <= Integer.MAX_VALUE / 64,
                            "max(updateRows, updateEpisodes * longestEpisode) + environments * (longestEpisode + rolloutSteps)",
                            most,
                            "must be at most " + Integer.MAX_VALUE / 64,
                            "Maybe use a smaller longestEpisode")
                    .check();
        }

        private static long mostRows(
                long environments, long rolloutSteps, long updateRows, long updateEpisodes, long longestEpisode) {
            return Math.max(updateRows, updateEpisodes * longestEpisode)
                    + environments * (longestEpisode + rolloutSteps);
        }

        /** The most rows that can be ready for one update. */
        int mostRows() {
            return (int) mostRows(environments, rolloutSteps, updateRows, updateEpisodes, longestEpisode);
        }

        /** Settings that suit small tasks. */
        public static Settings defaults() {
            return new Settings(
                    8,
                    32,
                    1000,
                    0,
                    1000,
                    0.99,
                    true,
                    Schedule.constant(0.003),
                    "adam",
                    0.001,
                    0.5,
                    0.5,
                    true,
                    Ppo.Settings.TANH_64_64,
                    0);
        }
    }

    /** Offers {@link Reinforce} by name. */
    @SuppressWarnings("rawtypes") // a service is named by its raw type
    @AutoService(AlgorithmProvider.class)
    public static final class Provider implements AlgorithmProvider<Settings> {
        @Override
        public String name() {
            return "reinforce";
        }

        @Override
        public String summary() {
            return "REINFORCE: on-policy, from whole episodes; the simplest policy gradient, to learn and compare with.";
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
            return new Reinforce(settings);
        }
    }
}
