package io.espalier.algorithms.onpolicy;

import com.google.auto.service.AutoService;
import io.espalier.algorithms.parts.ActorCritic;
import io.espalier.algorithms.parts.Rules;
import io.espalier.core.Box;
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
 * The loss of A3C: each environment is an actor-learner with a short rollout of its own, whose gradient with n-step returns
 * goes into the shared parameters by itself, one after the other.
 *
 * <p>Mnih et al., "Asynchronous methods for deep reinforcement learning", arXiv:1602.01783, algorithm S3. Here the
 * actor-learners keep step and take turns in the order of their numbers, so that the result is the same bits; later ones
 * meet parameters that have moved since they acted, as in the asynchronous original, and are corrected by the importance
 * weight of the log-probabilities recorded in the rollout. The loss is {@link PolicyGradient}.
 *
 * @param settings how it learns
 */
public record A3c(A3c.Settings settings) implements RolloutAlgorithm {
    @Override
    public String name() {
        return "a3c";
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
        if (settings.normalizeObservations() && !(task.observationSpace() instanceof Box)) {
            throw new IllegalArgumentException("normalizeObservations (true) must be false for observations from "
                    + task.observationSpace().text() + ". Maybe it was meant for a box.");
        }
        return ActorCritic.policy(task, settings.trunk(), settings.sharedTrunk(), settings.initialLogStd(), seeds);
    }

    @Override
    public RolloutLearner learner(TaskSpec task, Policy initial, Seeds seeds, Cores cores) {
        return new A3cLearner(settings, task, initial, cores);
    }

    /** The settings of {@link A3c}. */
    public record Settings(
            @Setting("Copies of the environment, each an actor-learner with updates of its own.")
            int environments,

            @Setting("Environment steps of each copy for one gradient update: n of the n-step returns.")
            int rolloutSteps,

            @Setting("Discount of future rewards per environment step, 0 to 1.")
            double gamma,

            @Setting("The largest importance weight of a step whose policy lags; 0 to take them as they are.")
            double rhoBar,

            @Setting("The optimiser's step size, a number or linear(from, to) over the run's budget.")
            Schedule learningRate,

            @Setting("The optimiser, as rmsprop(epsilon=1e-5) or adam(epsilon=1e-5).")
            String optimizer,

            @Setting("Weight of the entropy bonus.") double entropyCoefficient,

            @Setting("Weight of the mean squared error of the values.")
            double valueCoefficient,

            @Setting("Largest norm of the whole gradient; 0 for no limit.")
            double gradientNorm,

            @Setting("Scale advantages to mean 0 and deviation 1 in each update.")
            boolean normalizeAdvantages,

            @Setting("Scale observations by their running mean and deviation.")
            boolean normalizeObservations,

            @Setting("Scale rewards by the running deviation of the discounted return.")
            boolean normalizeRewards,

            @Setting("The hidden layers under each head.") String trunk,

            @Setting("Whether policy and value stand on the same hidden layers.")
            boolean sharedTrunk,

            @Setting("Where the logarithm of a real action's standard deviation starts.")
            double initialLogStd) {
        /**
         * Checks everything.
         *
         * @throws IllegalArgumentException with a line for each broken rule
         */
        public Settings {
            long rows = (long) environments * rolloutSteps;
            new Rules()
                    .atLeast(1, "environments", environments, "Maybe use 8")
                    .atLeast(1, "rolloutSteps", rolloutSteps, "Maybe use 20")
                    .require(
                            rows <= Integer.MAX_VALUE / 64,
                            "environments * rolloutSteps",
                            rows,
                            "must be at most " + Integer.MAX_VALUE / 64,
                            "Maybe use fewer steps per rollout")
                    .within(0, 1, "gamma", gamma, "Maybe use 0.99")
                    .require(rhoBar >= 0, "rhoBar", rhoBar, "must not be negative", "Maybe use 1")
                    .within(0, 1, "learningRate", learningRate, "Maybe use 0.0007")
                    .optimizer("optimizer", optimizer)
                    .notNegative("entropyCoefficient", entropyCoefficient, "Maybe use 0.01")
                    .notNegative("valueCoefficient", valueCoefficient, "Maybe use 0.5")
                    .notNegative("gradientNorm", gradientNorm, "Maybe use 0.5, or 0 for no limit")
                    .within(-20, 2, "initialLogStd", initialLogStd, "Maybe use 0")
                    .network("trunk", trunk)
                    .check();
        }

        /** Settings that suit most tasks. */
        public static Settings defaults() {
            return new Settings(
                    8,
                    20,
                    0.99,
                    1,
                    Schedule.constant(0.0007),
                    "rmsprop(epsilon=1e-5)",
                    0.01,
                    0.5,
                    0.5,
                    false,
                    false,
                    false,
                    Ppo.Settings.TANH_64_64,
                    false,
                    0);
        }
    }

    /** Offers {@link A3c} by name. */
    @SuppressWarnings("rawtypes") // a service is named by its raw type
    @AutoService(AlgorithmProvider.class)
    public static final class Provider implements AlgorithmProvider<Settings> {
        @Override
        public String name() {
            return "a3c";
        }

        @Override
        public String summary() {
            return "The loss of A3C: each environment makes gradient updates of its own, with n-step returns.";
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
            return new A3c(settings);
        }
    }
}
