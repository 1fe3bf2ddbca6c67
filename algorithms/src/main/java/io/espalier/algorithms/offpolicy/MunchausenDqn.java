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
 * Munchausen DQN: deep Q-learning towards soft values, whose rewards are raised by the scaled log-probability of the
 * action under the policy that these values stand for. For one discrete action.
 *
 * <p>Vieillard, Pietquin and Geist, "Munchausen reinforcement learning", arXiv:2007.14430, algorithm 1. The targets and the
 * loss are {@link MunchausenDifference}.
 *
 * @param settings how it learns
 */
public record MunchausenDqn(MunchausenDqn.Settings settings) implements RolloutAlgorithm {
    @Override
    public String name() {
        return "munchausen-dqn";
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

    /** The settings of {@link MunchausenDqn}. */
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

            @Setting("Environment steps between two moves of the target network.")
            long targetInterval,

            @Setting("How far the target moves towards the network each time; 1 to copy it.")
            double targetRate,

            @Setting("Share of random actions, as linear(1, 0.05, 0.1): down to 0.05 over a tenth of the budget.")
            Schedule epsilon,

            @Setting("How soft values are: 0.03 is nearly the greatest, more is nearer to the mean.")
            double temperature,

            @Setting("Share of the log-probability of actions that is added to rewards, 0 to 1.")
            double bonusScale,

            @Setting("What the temperature times the log-probability is cut to from below.")
            double lowestBonus,

            @Setting("Errors beyond this count linearly instead of squared; 0 for always squared.")
            double huberDelta,

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
                    .within(1e-6, 1e6, "temperature", temperature, "Maybe use 0.03")
                    .within(0, 1, "bonusScale", bonusScale, "Maybe use 0.9")
                    .within(-1e9, 0, "lowestBonus", lowestBonus, "Maybe use -1")
                    .notNegative("huberDelta", huberDelta, "Maybe use 1")
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
                    500,
                    1,
                    Schedule.linear(1, 0.05, 0.1),
                    0.03,
                    0.9,
                    -1,
                    1,
                    10,
                    "dense(256) > relu > dense(256) > relu");
        }

        private ActionHead head(double share) {
            return new ActionHead.EpsilonGreedy(share);
        }

        private ValueLoss loss(NextValues next) {
            return new MunchausenDifference(next, bonusScale, temperature, lowestBonus, huberDelta);
        }
    }

    /** Offers {@link MunchausenDqn} by name. */
    @SuppressWarnings("rawtypes") // a service is named by its raw type
    @AutoService(AlgorithmProvider.class)
    public static final class Provider implements AlgorithmProvider<Settings> {
        @Override
        public String name() {
            return "munchausen-dqn";
        }

        @Override
        public String summary() {
            return "Munchausen DQN: deep Q-learning with soft values and a bonus for being sure; for one discrete action.";
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
            return new MunchausenDqn(settings);
        }
    }
}
