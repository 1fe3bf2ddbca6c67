package io.espalier.algorithms.offpolicy;

import com.google.auto.service.AutoService;
import io.espalier.algorithms.parts.ActorCritic;
import io.espalier.algorithms.parts.Critics;
import io.espalier.algorithms.parts.Rules;
import io.espalier.algorithms.parts.ShardedUpdate;
import io.espalier.core.Box;
import io.espalier.core.Cores;
import io.espalier.core.RandomStream;
import io.espalier.core.ReplayBuffer;
import io.espalier.core.ReplayMemory;
import io.espalier.core.Seeds;
import io.espalier.core.Setting;
import io.espalier.nn.Network;
import io.espalier.nn.NetworkSpec;
import io.espalier.nn.Schedule;
import io.espalier.policy.ActionHead;
import io.espalier.policy.AlgorithmProvider;
import io.espalier.policy.Policy;
import io.espalier.policy.RolloutAlgorithm;
import io.espalier.policy.RolloutLearner;
import io.espalier.policy.TaskSpec;

/**
 * Soft actor-critic: a squashed Gaussian policy that climbs the lesser of two action values and is paid for its entropy,
 * taught from replayed transitions. For real actions with bounds.
 *
 * <p>Haarnoja et al., "Soft actor-critic algorithms and applications", arXiv:1812.05905, algorithm 1: the values are
 * {@link io.espalier.algorithms.parts.Critics} (equations 5 to 7), the policy {@link SquashedPolicy} (equation 9), the
 * temperature follows equation 18.
 *
 * @param settings how it learns
 */
public record Sac(Sac.Settings settings) implements RolloutAlgorithm {
    @Override
    public String name() {
        return "sac";
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
        if (!(task.actionSpace() instanceof Box box)) {
            throw new IllegalArgumentException(
                    "action space (" + task.actionSpace().text() + ") must be a box for sac. Maybe use dqn or ppo.");
        }
        NetworkSpec trunk = NetworkSpec.parse(settings.trunk());
        NetworkSpec heads = NetworkSpec.heads(
                NetworkSpec.head("policy", NetworkSpec.dense(box.size())),
                NetworkSpec.head("logStd", NetworkSpec.dense(box.size())));
        return ActorCritic.policy(task, trunk.then(heads), new ActionHead.SquashedGaussian(), seeds);
    }

    @Override
    public RolloutLearner learner(TaskSpec task, Policy initial, Seeds seeds, Cores cores) {
        return new SacLearner(
                settings,
                task,
                initial,
                seeds,
                cores,
                (actor, memory, batch, random) -> new Squashed(settings, task, actor, memory, batch, random));
    }

    /** The settings of {@link Sac}. */
    public record Settings(
            @Setting("Copies of the environment stepped together.")
            int environments,

            @Setting("Environment steps of each copy between two rounds of learning.")
            int rolloutSteps,

            @Setting("Gradient updates per round; -1 for as many as environment steps were gathered.")
            int gradientSteps,

            @Setting("Transitions per gradient update.") int batch,
            @Setting("Transitions remembered.") int bufferSize,

            @Setting("Environment steps before learning begins.")
            long learningStarts,

            @Setting("Discount of future rewards per environment step, 0 to 1.")
            double gamma,

            @Setting(
                    "Adam's step size of policy, values and temperature, a number or linear(from, to) over the budget.")
            Schedule learningRate,

            @Setting("How far the target values move towards the values in each update; 1 to copy them.")
            double targetRate,

            @Setting("Where the temperature, the weight of entropy, starts.")
            double temperature,

            @Setting("Adapt the temperature to the wanted entropy.")
            boolean automaticTemperature,

            @Setting("The entropy wanted per element of an action scaled to -1 to 1, in nats.")
            double targetEntropy,

            @Setting("Rewards summed before a target bootstraps.")
            int nStep,

            @Setting("Largest norm of each whole gradient; 0 for no limit.")
            double gradientNorm,

            @Setting("The hidden layers of the policy, and of each value.")
            String trunk)
            implements SoftSettings {
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
                    .atLeast(0, "learningStarts", learningStarts, "Maybe use 100")
                    .within(0, 1, "gamma", gamma, "Maybe use 0.99")
                    .within(0, 1, "learningRate", learningRate, "Maybe use 0.0003")
                    .within(0, 1, "targetRate", targetRate, "Maybe use 0.005")
                    .within(1e-8, 1e8, "temperature", temperature, "Maybe use 1")
                    .within(-100, 100, "targetEntropy", targetEntropy, "Maybe use -1")
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
                    100,
                    0.99,
                    Schedule.constant(0.0003),
                    0.005,
                    1,
                    true,
                    -1,
                    1,
                    0,
                    "dense(256) > relu > dense(256) > relu");
        }
    }

    /** The losses of SAC for real actions. */
    private static final class Squashed implements SoftLosses {
        private final Critics critics;
        private final SquashedPolicy policy;
        private final double wantedEntropy;

        Squashed(
                Settings settings,
                TaskSpec task,
                Network actor,
                ReplayMemory memory,
                ReplayBuffer.Batch batch,
                RandomStream initialization) {
            int size = task.actionSpace().size();
            critics = new Critics(task, settings.trunk(), 2, memory, batch, initialization);
            policy = new SquashedPolicy(actor, batch, size, critics);
            critics.nextActions(policy::next);
            wantedEntropy = settings.targetEntropy() * size;
        }

        @Override
        public ShardedUpdate.Loss policy() {
            return policy;
        }

        @Override
        public ShardedUpdate.Loss values() {
            return critics;
        }

        @Override
        public Network network() {
            return critics.network();
        }

        @Override
        public void begin(RandomStream random, double temperature) {
            policy.begin(random, temperature);
        }

        @Override
        public double entropy(ShardedUpdate policyUpdate) {
            return -policyUpdate.figure(SquashedPolicy.LOG_PROBABILITY);
        }

        @Override
        public double wantedEntropy(ShardedUpdate policyUpdate) {
            return wantedEntropy;
        }

        @Override
        public float[] target() {
            return critics.target();
        }

        @Override
        public void copy(float[] parameters) {
            critics.copy(parameters);
        }

        @Override
        public void moveTarget(double rate) {
            critics.moveTarget(rate);
        }
    }

    /** Offers {@link Sac} by name. */
    @SuppressWarnings("rawtypes") // a service is named by its raw type
    @AutoService(AlgorithmProvider.class)
    public static final class Provider implements AlgorithmProvider<Settings> {
        @Override
        public String name() {
            return "sac";
        }

        @Override
        public String summary() {
            return "Soft actor-critic: off-policy, for real actions with bounds; sparing with environment steps.";
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
            return new Sac(settings);
        }
    }
}
