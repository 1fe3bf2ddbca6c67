package io.espalier.algorithms.offpolicy;

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
 * Deep deterministic policy gradient: a deterministic policy that climbs an action value, taught from replayed
 * transitions. For real actions with bounds. TD3 without its three remedies, to compare with.
 *
 * <p>Lillicrap et al., "Continuous control with deep reinforcement learning", arXiv:1509.02971, algorithm 1: the value is
 * {@link io.espalier.algorithms.parts.Critics} (equations 4 and 5), the policy {@link DeterministicPolicy} (equation 6).
 *
 * @param settings how it learns
 */
public record Ddpg(Ddpg.Settings settings) implements RolloutAlgorithm {
    @Override
    public String name() {
        return "ddpg";
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
        return Td3.policy("ddpg", settings.withoutRemedies(), task, seeds);
    }

    @Override
    public RolloutLearner learner(TaskSpec task, Policy initial, Seeds seeds, Cores cores) {
        return new DeterministicLearner(settings.withoutRemedies(), 1, task, initial, seeds, cores);
    }

    /** The settings of {@link Ddpg}. */
    public record Settings(
            @Setting("Copies of the environment stepped together.")
            int environments,

            @Setting("Environment steps of each copy between two rounds of learning.")
            int rolloutSteps,

            @Setting("Gradient updates of the values per round; -1 for as many as environment steps were gathered.")
            int gradientSteps,

            @Setting("Transitions per gradient update.") int batch,
            @Setting("Transitions remembered.") int bufferSize,

            @Setting("Environment steps of acting with noise of deviation 1 before learning begins.")
            long learningStarts,

            @Setting("Discount of future rewards per environment step, 0 to 1.")
            double gamma,

            @Setting("Adam's step size of policy and values, a number or linear(from, to) over the run's budget.")
            Schedule learningRate,

            @Setting("How far the targets move towards the networks each time; 1 to copy them.")
            double targetRate,

            @Setting("Standard deviation of the exploration noise, of actions scaled to -1 to 1.")
            Schedule noise,

            @Setting("Rewards summed before a target bootstraps.")
            int nStep,

            @Setting("Largest norm of each whole gradient; 0 for no limit.")
            double gradientNorm,

            @Setting("The hidden layers of the policy, and of each value.")
            String trunk) {
        /**
         * Checks everything.
         *
         * @throws IllegalArgumentException with a line for each broken rule
         */
        public Settings {
            withoutRemedies(
                    environments,
                    rolloutSteps,
                    gradientSteps,
                    batch,
                    bufferSize,
                    learningStarts,
                    gamma,
                    learningRate,
                    targetRate,
                    noise,
                    nStep,
                    gradientNorm,
                    trunk);
        }

        /** Settings that suit most tasks. */
        public static Settings defaults() {
            return new Settings(
                    1,
                    1,
                    -1,
                    256,
                    100_000,
                    1000,
                    0.99,
                    Schedule.constant(0.001),
                    0.005,
                    Schedule.constant(0.1),
                    1,
                    0,
                    "dense(256) > relu > dense(256) > relu");
        }

        /** The same for TD3: no delay, no noise on targets. */
        Td3.Settings withoutRemedies() {
            return withoutRemedies(
                    environments,
                    rolloutSteps,
                    gradientSteps,
                    batch,
                    bufferSize,
                    learningStarts,
                    gamma,
                    learningRate,
                    targetRate,
                    noise,
                    nStep,
                    gradientNorm,
                    trunk);
        }

        private static Td3.Settings withoutRemedies(
                int environments,
                int rolloutSteps,
                int gradientSteps,
                int batch,
                int bufferSize,
                long learningStarts,
                double gamma,
                Schedule learningRate,
                double targetRate,
                Schedule noise,
                int nStep,
                double gradientNorm,
                String trunk) {
            return new Td3.Settings(
                    environments,
                    rolloutSteps,
                    gradientSteps,
                    batch,
                    bufferSize,
                    learningStarts,
                    gamma,
                    learningRate,
                    targetRate,
                    noise,
                    1,
                    0,
                    0,
                    nStep,
                    gradientNorm,
                    trunk);
        }
    }

    /** Offers {@link Ddpg} by name. */
    @SuppressWarnings("rawtypes") // a service is named by its raw type
    @AutoService(AlgorithmProvider.class)
    public static final class Provider implements AlgorithmProvider<Settings> {
        @Override
        public String name() {
            return "ddpg";
        }

        @Override
        public String summary() {
            return "Deep deterministic policy gradient: off-policy, for real actions with bounds; TD3 is steadier.";
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
            return new Ddpg(settings);
        }
    }
}
