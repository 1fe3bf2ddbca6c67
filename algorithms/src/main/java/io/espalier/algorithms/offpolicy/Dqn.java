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
 * Deep Q-learning: a network of action values, taught from replayed transitions towards targets that a slower copy of it
 * computes. For one discrete action.
 *
 * <p>Mnih et al., "Human-level control through deep reinforcement learning", Nature 518 (2015), Algorithm 1. Options:
 * double (van Hasselt et al., arXiv:1509.06461, equation 4), dueling (Wang et al., arXiv:1511.06581, equation 9), n-step
 * returns (Sutton 1988), prioritised replay (Schaul et al., arXiv:1511.05952, Algorithm 1), a softly moving target
 * (Lillicrap et al., arXiv:1509.02971, section 3). The targets and the loss are {@link TemporalDifference}.
 *
 * @param settings how it learns
 */
public record Dqn(Dqn.Settings settings) implements RolloutAlgorithm {
    @Override
    public String name() {
        return "dqn";
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
        ActionHead head = new ActionHead.EpsilonGreedy(settings.exploration(task, 0));
        return ActionValues.policy(task, name(), settings.trunk(), settings.dueling(), 0, head, seeds);
    }

    @Override
    public RolloutLearner learner(TaskSpec task, Policy initial, Seeds seeds, Cores cores) {
        return new ReplayLearner(
                settings,
                task,
                initial,
                seeds,
                cores,
                next -> new TemporalDifference(next, settings.huberDelta()),
                ActionHead.EpsilonGreedy::new);
    }

    /** The settings of {@link Dqn}. */
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
                    .atLeast(1, "nStep", nStep, "Maybe use 1 or 3")
                    .within(0, 1, "priorityExponent", priorityExponent, "Maybe use 0.6, or 0 for none")
                    .within(0, 1, "importanceExponent", importanceExponent, "Maybe use linear(0.4, 1)")
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
                    false,
                    false,
                    1,
                    0,
                    Schedule.linear(0.4, 1),
                    1,
                    10,
                    "dense(256) > relu > dense(256) > relu");
        }
    }

    /** Offers {@link Dqn} by name. */
    @SuppressWarnings("rawtypes") // a service is named by its raw type
    @AutoService(AlgorithmProvider.class)
    public static final class Provider implements AlgorithmProvider<Settings> {
        @Override
        public String name() {
            return "dqn";
        }

        @Override
        public String summary() {
            return "Deep Q-learning: off-policy, for one discrete action; sparing with environment steps.";
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
            return new Dqn(settings);
        }
    }
}
