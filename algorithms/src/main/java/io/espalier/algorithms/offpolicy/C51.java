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
 * Categorical DQN: deep Q-learning that learns the probabilities of a fixed set of returns for each action, 51 in the
 * paper, and acts greedily on their mean. For one discrete action, where the range of returns is known.
 *
 * <p>Bellemare, Dabney and Munos, "A distributional perspective on reinforcement learning", arXiv:1707.06887, algorithm 1.
 * The targets and the loss are {@link CategoricalProjection}, the action head {@link ActionHead.EpsilonGreedyAtoms}.
 *
 * @param settings how it learns
 */
public record C51(C51.Settings settings) implements RolloutAlgorithm {
    @Override
    public String name() {
        return "c51";
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
        return ActionValues.policy(task, name(), settings.trunk(), false, 0, head, seeds);
    }

    @Override
    public RolloutLearner learner(TaskSpec task, Policy initial, Seeds seeds, Cores cores) {
        return new ReplayLearner(settings, task, initial, seeds, cores, settings::loss, settings::head);
    }

    /** The settings of {@link C51}. */
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

            @Setting("Share of random actions, as linear(1, 0.05, 0.1): down to 0.05 over a tenth of the budget.")
            Schedule epsilon,

            @Setting("Returns whose probabilities are learned, at equal distances.")
            int atoms,

            @Setting("The least return that can be told.") double lowestReturn,

            @Setting("The greatest return that can be told.")
            double highestReturn,

            @Setting("Choose the next action by the network and value it by the target.")
            boolean doubleTargets,

            @Setting("Rewards summed before a target bootstraps.")
            int nStep,

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
                    .atLeast(1, "nStep", nStep, "Maybe use 1 or 3")
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
                    Schedule.linear(1, 0.05, 0.1),
                    51,
                    -100,
                    100,
                    false,
                    1,
                    10,
                    "dense(256) > relu > dense(256) > relu");
        }

        private ActionHead head(double share) {
            return new ActionHead.EpsilonGreedyAtoms(share, atoms, lowestReturn, highestReturn);
        }

        private ValueLoss loss(NextValues next) {
            return new CategoricalProjection(next, lowestReturn, highestReturn);
        }
    }

    /** Offers {@link C51} by name. */
    @SuppressWarnings("rawtypes") // a service is named by its raw type
    @AutoService(AlgorithmProvider.class)
    public static final class Provider implements AlgorithmProvider<Settings> {
        @Override
        public String name() {
            return "c51";
        }

        @Override
        public String summary() {
            return "Categorical DQN: learns the distribution of returns over a known range; for one discrete action.";
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
            return new C51(settings);
        }
    }
}
