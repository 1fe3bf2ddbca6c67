package io.espalier.algorithms.offpolicy;

import com.google.auto.service.AutoService;
import io.espalier.core.Cores;
import io.espalier.core.Seeds;
import io.espalier.core.Setting;
import io.espalier.nn.Schedule;
import io.espalier.policy.ActionHead;
import io.espalier.policy.AlgorithmProvider;
import io.espalier.policy.Policy;
import io.espalier.policy.RolloutAlgorithm;
import io.espalier.policy.RolloutLearner;
import io.espalier.policy.TaskSpec;

/**
 * Rainbow: deep Q-learning with all of its improvements at once: double targets, dueling streams, n-step returns,
 * prioritised replay, distributions of returns and noisy layers. For one discrete action, where the range of returns is
 * known.
 *
 * <p>Hessel et al., "Rainbow: combining improvements in deep reinforcement learning", arXiv:1710.02298. It is a composition:
 * {@link ReplayLearner} with the loss of {@link C51}, {@link CategoricalProjection}, on a network whose streams are noisy
 * ({@link io.espalier.nn.NetworkSpec.NoisyDense}); priorities are the divergences.
 *
 * @param settings how it learns
 */
public record Rainbow(Rainbow.Settings settings) implements RolloutAlgorithm {
    @Override
    public String name() {
        return "rainbow";
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
        ActionHead head = settings.head(settings.exploration(task, 0));
        return ActionValues.policy(task, name(), settings.trunk(), settings.dueling(), settings.sigma(), head, seeds);
    }

    @Override
    public RolloutLearner learner(TaskSpec task, Policy initial, Seeds seeds, Cores cores) {
        return new ReplayLearner(settings, task, initial, seeds, cores, settings::loss, settings::head);
    }

    /** The settings of {@link Rainbow}. */
    public record Settings(
            @Setting("Copies of the environment stepped together.")
            int environments,

            @Setting("Environment steps of each copy between two rounds of learning.")
            int rolloutSteps,

            @Setting("Gradient updates per round; -1 for as many as environment steps were gathered.")
            int gradientSteps,

            @Setting("Transitions per gradient update.") int batch,

            @Setting("Transitions remembered.") int bufferSize,

            @Setting("Environment steps of random acting before learning begins.")
            long learningStarts,

            @Setting("Discount of future rewards per environment step, 0 to 1.")
            double gamma,

            @Setting("Adam's step size, a number or linear(from, to) over the run's budget.")
            Schedule learningRate,

            @Setting("What Adam adds to the root of its second moment.")
            double adamEpsilon,

            @Setting("Environment steps between two moves of the target network.")
            long targetInterval,

            @Setting("How far the target moves towards the network each time; 1 to copy it.")
            double targetRate,

            @Setting("Share of random actions besides the noise, a number or a schedule.")
            Schedule epsilon,

            @Setting("Choose the next action by the network and value it by the target.")
            boolean doubleTargets,

            @Setting("Estimate the state's value and the actions' advantages apart.")
            boolean dueling,

            @Setting("Rewards summed before a target bootstraps.")
            int nStep,

            @Setting("Exponent of priorities in sampling; 0 to sample uniformly.")
            double priorityExponent,

            @Setting("Exponent of the correction for that, a number or a schedule up to 1.")
            Schedule importanceExponent,

            @Setting("Returns whose probabilities are learned, at equal distances.")
            int atoms,

            @Setting("The least return that can be told.") double lowestReturn,

            @Setting("The greatest return that can be told.")
            double highestReturn,

            @Setting(
                    "Deviations of noisy layers start with this over the root of their inputs; 0 for layers without noise.")
            double sigma,

            @Setting("Largest norm of the whole gradient; 0 for no limit.")
            double gradientNorm,

            @Setting("The hidden layers.") String trunk)
            implements ReplaySettings {
        /**
         * Checks everything.
         *
         * @throws IllegalArgumentException with a line for each broken rule
         */
        public Settings {
            ReplaySettings.rules(
                            environments,
                            rolloutSteps,
                            gradientSteps,
                            batch,
                            bufferSize,
                            learningStarts,
                            gamma,
                            learningRate,
                            targetInterval,
                            targetRate,
                            epsilon,
                            gradientNorm)
                    .within(1e-12, 1, "adamEpsilon", adamEpsilon, "Maybe use 1e-4")
                    .atLeast(1, "nStep", nStep, "Maybe use 1 or 3")
                    .within(0, 1, "priorityExponent", priorityExponent, "Maybe use 0.5, or 0 for none")
                    .within(0, 1, "importanceExponent", importanceExponent, "Maybe use linear(0.4, 1)")
                    .atLeast(2, "atoms", atoms, "Maybe use 51")
                    .require(
                            atoms <= ActionHead.MOST_ATOMS,
                            "atoms",
                            atoms,
                            "must be at most " + ActionHead.MOST_ATOMS,
                            "Maybe use 51")
                    .within(-1e9, 1e9, "lowestReturn", lowestReturn, "Maybe use -100")
                    .within(-1e9, 1e9, "highestReturn", highestReturn, "Maybe use 100")
                    .require(
                            lowestReturn < highestReturn,
                            "lowestReturn",
                            lowestReturn,
                            "must be below highestReturn (" + highestReturn + ")",
                            "Maybe use -100 and 100")
                    .within(0, 100, "sigma", sigma, "Maybe use 0.5, or 0 for none")
                    .network("trunk", trunk)
                    .check();
        }

        /** Settings that suit most tasks. */
        public static Settings defaults() {
            return new Settings(
                    1,
                    4,
                    1,
                    64,
                    100_000,
                    1000,
                    0.99,
                    Schedule.constant(0.0005),
                    1e-4,
                    500,
                    1,
                    Schedule.constant(0),
                    true,
                    true,
                    3,
                    0.5,
                    Schedule.linear(0.4, 1),
                    51,
                    -100,
                    100,
                    0.5,
                    10,
                    "dense(128) > relu > dense(128) > relu");
        }

        private ActionHead head(double share) {
            return new ActionHead.EpsilonGreedyAtoms(share, atoms, lowestReturn, highestReturn);
        }

        private ValueLoss loss(NextValues next) {
            return new CategoricalProjection(next, lowestReturn, highestReturn);
        }
    }

    /** Offers {@link Rainbow} by name. */
    @SuppressWarnings("rawtypes") // a service is named by its raw type
    @AutoService(AlgorithmProvider.class)
    public static final class Provider implements AlgorithmProvider<Settings> {
        @Override
        public String name() {
            return "rainbow";
        }

        @Override
        public String summary() {
            return "Rainbow: deep Q-learning with all its improvements; for one discrete action, sparing with environment steps.";
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
            return new Rainbow(settings);
        }
    }
}
