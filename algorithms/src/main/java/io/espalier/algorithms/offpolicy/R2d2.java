package io.espalier.algorithms.offpolicy;

import com.google.auto.service.AutoService;
import io.espalier.algorithms.parts.ActorCritic;
import io.espalier.algorithms.parts.Rules;
import io.espalier.core.Cores;
import io.espalier.core.Discrete;
import io.espalier.core.Seeds;
import io.espalier.core.Setting;
import io.espalier.nn.NetworkSpec;
import io.espalier.nn.Schedule;
import io.espalier.policy.ActionHead;
import io.espalier.policy.AlgorithmProvider;
import io.espalier.policy.Policy;
import io.espalier.policy.RolloutAlgorithm;
import io.espalier.policy.RolloutLearner;
import io.espalier.policy.TaskSpec;

/**
 * Deep Q-learning with memory: sequences from a replay, each begun from the state that was remembered when it was lived
 * through and brought up to date by a burn-in.
 *
 * <p>Kapturowski, Ostrovski, Quan, Munos and Dabney, "Recurrent experience replay in distributed reinforcement learning"
 * (ICLR 2019, https://openreview.net/forum?id=r1lyTjAqYX), sections 2.3 and 3: stored state with burn-in, n-step double
 * targets; {@link SequenceDifference} has the equations. On one machine, with uniform replay and without rescaled values.
 *
 * @param settings how it learns
 */
public record R2d2(R2d2.Settings settings) implements RolloutAlgorithm {
    @Override
    public String name() {
        return "r2d2";
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
        if (!(task.actionSpace() instanceof Discrete)) {
            throw new IllegalArgumentException("action space ("
                    + task.actionSpace().text() + ") must be discrete for r2d2. Maybe use ppo-recurrent.");
        }
        NetworkSpec values = NetworkSpec.parse(settings.trunk())
                .then(NetworkSpec.dense(task.actionSpace().choices()));
        ActionHead head = new ActionHead.EpsilonGreedy(settings.exploration(task, 0));
        return ActorCritic.policy(task, NetworkSpec.heads(NetworkSpec.head("q", values)), head, seeds);
    }

    @Override
    public RolloutLearner learner(TaskSpec task, Policy initial, Seeds seeds, Cores cores) {
        return new R2d2Learner(settings, task, initial, seeds, cores);
    }

    /** The settings of {@link R2d2}. */
    public record Settings(
            @Setting("Copies of the environment stepped together.")
            int environments,

            @Setting("Environment steps of each copy between two rounds of learning; sequences begin where these do.")
            int rolloutSteps,

            @Setting("Gradient updates per round.") int gradientSteps,

            @Setting("Sequences per gradient update.") int batch,

            @Setting("Environment steps of each sequence that are learned from.")
            int sequenceLength,

            @Setting("Environment steps before these that only bring the memory up to date.")
            int burnIn,

            @Setting("Environment steps remembered.") int bufferSize,

            @Setting("Environment steps of random acting before learning begins.")
            long learningStarts,

            @Setting("Discount of future rewards per environment step, 0 to 1.")
            double gamma,

            @Setting("Adam's step size, a number or linear(from, to) over the run's budget.")
            Schedule learningRate,

            @Setting("Environment steps between two copies of the network to the target network.")
            long targetInterval,

            @Setting("Share of random actions, as linear(1, 0.05, 0.1): down to 0.05 over a tenth of the budget.")
            Schedule epsilon,

            @Setting("Rewards summed before a target bootstraps.")
            int nStep,

            @Setting("Errors beyond this count linearly instead of squared; 0 for always squared.")
            double huberDelta,

            @Setting("Largest norm of the whole gradient; 0 for no limit.")
            double gradientNorm,

            @Setting("The hidden layers; at least one with memory.")
            String trunk) {
        /**
         * Checks everything.
         *
         * @throws IllegalArgumentException with a line for each broken rule
         */
        public Settings {
            long rollout = (long) environments * rolloutSteps;
            long unrolled = (long) burnIn + sequenceLength + 1;
            long rounds = rolloutSteps < 1 ? 1 : (unrolled + rolloutSteps - 1) / rolloutSteps;
            new Rules()
                    .atLeast(1, "environments", environments, "Maybe use 8")
                    .atLeast(1, "rolloutSteps", rolloutSteps, "Maybe use 16")
                    .atLeast(1, "gradientSteps", gradientSteps, "Maybe use 4")
                    .atLeast(1, "batch", batch, "Maybe use 16")
                    .atLeast(1, "sequenceLength", sequenceLength, "Maybe use 16")
                    .atLeast(0, "burnIn", burnIn, "Maybe use 8")
                    .require(
                            bufferSize >= rounds * rollout,
                            "bufferSize",
                            bufferSize,
                            "must be at least the " + rounds * rollout + " environment steps of the " + rounds
                                    + " rollouts over which a sequence of burnIn + sequenceLength + 1 steps runs",
                            "Maybe use 100000")
                    .require(
                            unrolled * batch <= Integer.MAX_VALUE / 64,
                            "batch",
                            batch,
                            "is too large for sequences of " + unrolled + " steps",
                            "Maybe use 16")
                    .atLeast(0, "learningStarts", learningStarts, "Maybe use 1000")
                    .within(0, 1, "gamma", gamma, "Maybe use 0.99")
                    .within(0, 1, "learningRate", learningRate, "Maybe use 0.0005")
                    .atLeast(1, "targetInterval", targetInterval, "Maybe use 1000")
                    .within(0, 1, "epsilon", epsilon, "Maybe use linear(1, 0.05, 0.1)")
                    .atLeast(1, "nStep", nStep, "Maybe use 5")
                    .notNegative("huberDelta", huberDelta, "Maybe use 1")
                    .notNegative("gradientNorm", gradientNorm, "Maybe use 10, or 0 for no limit")
                    .memory("trunk", trunk)
                    .check();
        }

        /** Settings that suit most tasks. */
        public static Settings defaults() {
            return new Settings(
                    8,
                    16,
                    8,
                    16,
                    24,
                    8,
                    100_000,
                    1000,
                    0.99,
                    Schedule.constant(0.0005),
                    1000,
                    Schedule.linear(1, 0.05, 0.1),
                    5,
                    1,
                    10,
                    "dense(64) > relu > lstm(64)");
        }

        /** Steps of a sequence in all: burn-in, those that are learned from, and one to bootstrap from. */
        int unrolled() {
            return burnIn + sequenceLength + 1;
        }

        /** The share of random actions after that many environment steps. */
        double exploration(TaskSpec task, long environmentSteps) {
            return environmentSteps < learningStarts ? 1 : epsilon.at(task.progress(environmentSteps));
        }
    }

    /** Offers {@link R2d2} by name. */
    @SuppressWarnings("rawtypes") // a service is named by its raw type
    @AutoService(AlgorithmProvider.class)
    public static final class Provider implements AlgorithmProvider<Settings> {
        @Override
        public String name() {
            return "r2d2";
        }

        @Override
        public String summary() {
            return "Deep Q-learning with memory: off-policy, for one discrete action and tasks that hide something.";
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
            return new R2d2(settings);
        }
    }
}
