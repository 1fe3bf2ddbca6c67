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
 * Trust region policy optimisation: from each rollout one step along the natural gradient, as long as a limit on the KL
 * divergence allows and the surrogate objective gains; the value has a network of its own, fitted by gradient updates.
 *
 * <p>Schulman, Levine, Moritz, Jordan and Abbeel, arXiv:1502.05477, appendix C, with advantages by GAE
 * (arXiv:1506.02438). The step is {@link TrustRegion}.
 *
 * @param settings how it learns
 */
public record Trpo(Trpo.Settings settings) implements RolloutAlgorithm {
    @Override
    public String name() {
        return "trpo";
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
        return firstPolicy(settings, task, seeds);
    }

    /** A first policy for these settings. */
    static Policy firstPolicy(Settings settings, TaskSpec task, Seeds seeds) {
        if (settings.normalizeObservations() && !(task.observationSpace() instanceof Box)) {
            throw new IllegalArgumentException("normalizeObservations (true) must be false for observations from "
                    + task.observationSpace().text() + ". Maybe it was meant for a box.");
        }
        return ActorCritic.policy(task, settings.trunk(), false, settings.initialLogStd(), seeds);
    }

    @Override
    public RolloutLearner learner(TaskSpec task, Policy initial, Seeds seeds, Cores cores) {
        return new TrustRegionLearner(settings, true, task, initial, seeds, cores);
    }

    /** The settings of {@link Trpo}. */
    public record Settings(
            @Setting("Copies of the environment stepped together.")
            int environments,

            @Setting("Environment steps of each copy between two rounds of learning.")
            int rolloutSteps,

            @Setting("Discount of future rewards per environment step, 0 to 1.")
            double gamma,

            @Setting("Weight of longer returns in the advantage estimate (GAE), 0 to 1.")
            double lambda,

            @Setting("The most that the mean KL divergence from the old policy may be after a step.")
            double klLimit,

            @Setting("The most products with the Fisher information in solving for a direction.")
            int conjugateGradientSteps,

            @Setting("What is added to the diagonal of the Fisher information.")
            double damping,

            @Setting("The most candidates of the line search; when none is accepted, the policy stays.")
            int lineSearchSteps,

            @Setting("How much shorter each candidate of the line search is than the one before.")
            double lineSearchFactor,

            @Setting("Adam's step size for the value, a number or linear(from, to) over the run's budget.")
            Schedule valueLearningRate,

            @Setting("How often each rollout is gone through to fit the value.")
            int valueEpochs,

            @Setting("Parts each of these epochs cuts the rollout into; one gradient update each.")
            int valueMinibatches,

            @Setting("Scale advantages to mean 0 and deviation 1 in each rollout.")
            boolean normalizeAdvantages,

            @Setting("Scale observations by their running mean and deviation.")
            boolean normalizeObservations,

            @Setting("Scale rewards by the running deviation of the discounted return.")
            boolean normalizeRewards,

            @Setting("The hidden layers of the policy, and again those of the value.")
            String trunk,

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
                    .atLeast(1, "environments", environments, "Maybe use 2")
                    .atLeast(1, "rolloutSteps", rolloutSteps, "Maybe use 1024")
                    .require(
                            rows <= Integer.MAX_VALUE / 64,
                            "environments * rolloutSteps",
                            rows,
                            "must be at most " + Integer.MAX_VALUE / 64,
                            "Maybe use fewer steps per rollout")
                    .within(0, 1, "gamma", gamma, "Maybe use 0.99")
                    .within(0, 1, "lambda", lambda, "Maybe use 0.95")
                    .require(
                            klLimit > 0 && klLimit <= 10,
                            "klLimit",
                            klLimit,
                            "must be above 0, at most 10",
                            "Maybe use 0.01")
                    .atLeast(1, "conjugateGradientSteps", conjugateGradientSteps, "Maybe use 15")
                    .notNegative("damping", damping, "Maybe use 0.1")
                    .atLeast(1, "lineSearchSteps", lineSearchSteps, "Maybe use 10")
                    .require(
                            lineSearchFactor > 0 && lineSearchFactor < 1,
                            "lineSearchFactor",
                            lineSearchFactor,
                            "must be between 0 and 1",
                            "Maybe use 0.8")
                    .within(0, 1, "valueLearningRate", valueLearningRate, "Maybe use 0.001")
                    .atLeast(1, "valueEpochs", valueEpochs, "Maybe use 10")
                    .atLeast(1, "valueMinibatches", valueMinibatches, "Maybe use 16")
                    .require(
                            valueMinibatches <= Math.max(1, rows),
                            "valueMinibatches",
                            valueMinibatches,
                            "must be at most environments * rolloutSteps (" + rows + ")",
                            "Maybe use longer rollouts")
                    .within(-20, 2, "initialLogStd", initialLogStd, "Maybe use 0")
                    .network("trunk", trunk)
                    .check();
        }

        /** Settings that suit most tasks. */
        public static Settings defaults() {
            return new Settings(
                    2,
                    1024,
                    0.99,
                    0.95,
                    0.01,
                    15,
                    0.1,
                    10,
                    0.8,
                    Schedule.constant(0.001),
                    10,
                    16,
                    true,
                    false,
                    false,
                    Ppo.Settings.TANH_64_64,
                    0);
        }
    }

    /** Offers {@link Trpo} by name. */
    @SuppressWarnings("rawtypes") // a service is named by its raw type
    @AutoService(AlgorithmProvider.class)
    public static final class Provider implements AlgorithmProvider<Settings> {
        @Override
        public String name() {
            return "trpo";
        }

        @Override
        public String summary() {
            return "Trust region policy optimisation: on-policy, steady steps of limited KL divergence; few settings.";
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
            return new Trpo(settings);
        }
    }
}
