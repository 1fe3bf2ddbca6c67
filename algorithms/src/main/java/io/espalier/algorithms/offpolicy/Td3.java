package io.espalier.algorithms.offpolicy;

import com.google.auto.service.AutoService;
import io.espalier.algorithms.parts.ActorCritic;
import io.espalier.algorithms.parts.Rules;
import io.espalier.core.Box;
import io.espalier.core.Cores;
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
 * Twin delayed deep deterministic policy gradient: a deterministic policy that climbs an action value, taught from replayed
 * transitions; of two values the lesser counts, the policy moves seldom, and targets are smoothed. For real actions with
 * bounds.
 *
 * <p>Fujimoto, van Hoof and Meger, "Addressing function approximation error in actor-critic methods", arXiv:1802.09477,
 * algorithm 1: the values are {@link io.espalier.algorithms.parts.Critics} (equation 10), the policy
 * {@link DeterministicPolicy}.
 *
 * @param settings how it learns
 */
public record Td3(Td3.Settings settings) implements RolloutAlgorithm {
    @Override
    public String name() {
        return "td3";
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
        return policy("td3", settings, task, seeds);
    }

    /** The first policy, for TD3 and DDPG. */
    static Policy policy(String name, Settings settings, TaskSpec task, Seeds seeds) {
        if (!(task.actionSpace() instanceof Box box)) {
            throw new IllegalArgumentException("action space ("
                    + task.actionSpace().text() + ") must be a box for " + name + ". Maybe use dqn or ppo.");
        }
        NetworkSpec network = NetworkSpec.parse(settings.trunk()).then(NetworkSpec.dense(box.size()));
        ActionHead head = new ActionHead.SquashedDeterministic(settings.exploration(task, 0));
        return ActorCritic.policy(task, NetworkSpec.heads(NetworkSpec.head("policy", network)), head, seeds);
    }

    @Override
    public RolloutLearner learner(TaskSpec task, Policy initial, Seeds seeds, Cores cores) {
        return new DeterministicLearner(settings, 2, task, initial, seeds, cores);
    }

    /** The settings of {@link Td3}. */
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

            @Setting("Updates of the values for one of the policy and the targets.")
            int policyDelay,

            @Setting("Standard deviation of the noise on target actions, scaled to -1 to 1; 0 for none.")
            double targetNoise,

            @Setting("Largest noise on a target action.") double targetNoiseClip,

            @Setting("Rewards summed before a target bootstraps.")
            int nStep,

            @Setting("Largest norm of each whole gradient; 0 for no limit.")
            double gradientNorm,

            @Setting("The hidden layers of the policy, and of each value.")
            String trunk)
            implements MemorySettings {
        /**
         * Checks everything.
         *
         * @throws IllegalArgumentException with a line for each broken rule
         */
        public Settings {
            new Rules()
                    .atLeast(1, "environments", environments, "Maybe use 1")
                    .atLeast(1, "rolloutSteps", rolloutSteps, "Maybe use 1")
                    .atLeast(-1, "gradientSteps", gradientSteps, "Maybe use -1 for as many as steps")
                    .atLeast(1, "batch", batch, "Maybe use 256")
                    .atLeast(batch, "bufferSize", bufferSize, "Maybe use 100000")
                    .atLeast(0, "learningStarts", learningStarts, "Maybe use 1000")
                    .within(0, 1, "gamma", gamma, "Maybe use 0.99")
                    .within(0, 1, "learningRate", learningRate, "Maybe use 0.001")
                    .within(0, 1, "targetRate", targetRate, "Maybe use 0.005")
                    .within(0, 10, "noise", noise, "Maybe use 0.1")
                    .atLeast(1, "policyDelay", policyDelay, "Maybe use 2")
                    .notNegative("targetNoise", targetNoise, "Maybe use 0.2")
                    .notNegative("targetNoiseClip", targetNoiseClip, "Maybe use 0.5")
                    .atLeast(1, "nStep", nStep, "Maybe use 1")
                    .notNegative("gradientNorm", gradientNorm, "Maybe use 0 for no limit")
                    .network("trunk", trunk)
                    .check();
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
                    2,
                    0.2,
                    0.5,
                    1,
                    0,
                    "dense(256) > relu > dense(256) > relu");
        }

        /** The deviation of the exploration noise after that many environment steps. */
        double exploration(TaskSpec task, long environmentSteps) {
            return environmentSteps < learningStarts ? 1 : noise.at(task.progress(environmentSteps));
        }
    }

    /** Offers {@link Td3} by name. */
    @SuppressWarnings("rawtypes") // a service is named by its raw type
    @AutoService(AlgorithmProvider.class)
    public static final class Provider implements AlgorithmProvider<Settings> {
        @Override
        public String name() {
            return "td3";
        }

        @Override
        public String summary() {
            return "Twin delayed DDPG: off-policy, for real actions with bounds; a deterministic policy.";
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
            return new Td3(settings);
        }
    }
}
