package io.espalier.algorithms.onpolicy;

import com.google.auto.service.AutoService;
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
 * Natural policy gradient: from each rollout one step along the natural gradient, of a length at which the KL divergence,
 * were it quadratic, would be {@code klStep}. The step is taken as it is; {@link Trpo} is the same with a line search.
 *
 * <p>Kakade, "A natural policy gradient", NIPS 2001, with the length of the step made independent of the scale of rewards
 * as by Rajeswaran et al., arXiv:1703.02660, equation 5. The direction comes from {@link TrustRegion}.
 *
 * @param settings how it learns
 */
public record Npg(Npg.Settings settings) implements RolloutAlgorithm {
    @Override
    public String name() {
        return "npg";
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
        return Trpo.firstPolicy(settings.searched(), task, seeds);
    }

    @Override
    public RolloutLearner learner(TaskSpec task, Policy initial, Seeds seeds, Cores cores) {
        return new TrustRegionLearner(settings.searched(), false, task, initial, seeds, cores);
    }

    /** The settings of {@link Npg}. */
    public record Settings(
            @Setting("Copies of the environment stepped together.")
            int environments,

            @Setting("Environment steps of each copy between two rounds of learning.")
            int rolloutSteps,

            @Setting("Discount of future rewards per environment step, 0 to 1.")
            double gamma,

            @Setting("Weight of longer returns in the advantage estimate (GAE), 0 to 1.")
            double lambda,

            @Setting("The length of a step: the mean KL divergence that it would cause were that quadratic.")
            double klStep,

            @Setting("The most products with the Fisher information in solving for a direction.")
            int conjugateGradientSteps,

            @Setting("What is added to the diagonal of the Fisher information.")
            double damping,

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
            try {
                searched(
                        environments,
                        rolloutSteps,
                        gamma,
                        lambda,
                        klStep,
                        conjugateGradientSteps,
                        damping,
                        valueLearningRate,
                        valueEpochs,
                        valueMinibatches,
                        normalizeAdvantages,
                        normalizeObservations,
                        normalizeRewards,
                        trunk,
                        initialLogStd);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(
                        String.valueOf(e.getMessage()).replace("klLimit", "klStep"), e);
            }
        }

        /** The same as {@link Trpo} knows it; what is said there of the line search is not used. */
        Trpo.Settings searched() {
            return searched(
                    environments,
                    rolloutSteps,
                    gamma,
                    lambda,
                    klStep,
                    conjugateGradientSteps,
                    damping,
                    valueLearningRate,
                    valueEpochs,
                    valueMinibatches,
                    normalizeAdvantages,
                    normalizeObservations,
                    normalizeRewards,
                    trunk,
                    initialLogStd);
        }

        private static Trpo.Settings searched(
                int environments,
                int rolloutSteps,
                double gamma,
                double lambda,
                double klStep,
                int conjugateGradientSteps,
                double damping,
                Schedule valueLearningRate,
                int valueEpochs,
                int valueMinibatches,
                boolean normalizeAdvantages,
                boolean normalizeObservations,
                boolean normalizeRewards,
                String trunk,
                double initialLogStd) {
            return new Trpo.Settings(
                    environments,
                    rolloutSteps,
                    gamma,
                    lambda,
                    klStep,
                    conjugateGradientSteps,
                    damping,
                    1,
                    0.5,
                    valueLearningRate,
                    valueEpochs,
                    valueMinibatches,
                    normalizeAdvantages,
                    normalizeObservations,
                    normalizeRewards,
                    trunk,
                    initialLogStd);
        }

        /** Settings that suit most tasks. */
        public static Settings defaults() {
            return new Settings(
                    2,
                    1024,
                    0.99,
                    0.95,
                    0.005,
                    15,
                    0.1,
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

    /** Offers {@link Npg} by name. */
    @SuppressWarnings("rawtypes") // a service is named by its raw type
    @AutoService(AlgorithmProvider.class)
    public static final class Provider implements AlgorithmProvider<Settings> {
        @Override
        public String name() {
            return "npg";
        }

        @Override
        public String summary() {
            return "Natural policy gradient: on-policy, steps measured in KL divergence; TRPO without its line search.";
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
            return new Npg(settings);
        }
    }
}
