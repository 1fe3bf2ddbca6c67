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
 * Proximal policy optimisation for policies with memory: as {@link Ppo}, but rollouts are cut into sequences, minibatches
 * are made of whole sequences, and gradients flow back through the steps of each.
 *
 * <p>Schulman, Wolski, Dhariwal, Radford and Klimov, "Proximal policy optimization algorithms", arXiv:1707.06347: the
 * objective of equations 7 and 9 is {@link ClippedObjective}. Sequences begin with what the policy that acted remembered
 * there, and no gradient flows into that (truncated backpropagation through time); memory is emptied, and the gradient
 * cut, where an episode begins. The network may hold gated recurrent units, long short-term memory or attention.
 *
 * @param settings how it learns
 */
public record RecurrentPpo(RecurrentPpo.Settings settings) implements RolloutAlgorithm {
    @Override
    public String name() {
        return "ppo-recurrent";
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
        if (settings.normalizeObservations() && !(task.observationSpace() instanceof Box)) {
            throw new IllegalArgumentException("normalizeObservations (true) must be false for observations from "
                    + task.observationSpace().text() + ". Maybe it was meant for a box.");
        }
        return ActorCritic.policy(task, settings.trunk(), settings.sharedTrunk(), settings.initialLogStd(), seeds);
    }

    @Override
    public RolloutLearner learner(TaskSpec task, Policy initial, Seeds seeds, Cores cores) {
        return new RecurrentPpoLearner(settings, task, initial, seeds, cores);
    }

    /** The settings of {@link RecurrentPpo}. */
    public record Settings(
            @Setting("Copies of the environment stepped together.")
            int environments,

            @Setting("Environment steps of each copy between two rounds of learning.")
            int rolloutSteps,

            @Setting("Environment steps through which gradients flow back; divides rolloutSteps.")
            int sequenceLength,

            @Setting("Parts each epoch cuts the sequences into; one gradient update each.")
            int minibatches,

            @Setting("How often each rollout is gone through.")
            int epochs,

            @Setting("Discount of future rewards per environment step, 0 to 1.")
            double gamma,

            @Setting("Weight of longer returns in the advantage estimate (GAE), 0 to 1.")
            double lambda,

            @Setting("Adam's step size, a number or linear(from, to) over the run's budget.")
            Schedule learningRate,

            @Setting("How far the probability ratio may leave 1 and still gain; a number or a schedule.")
            Schedule clip,

            @Setting("How far a value may move from its old one, in returns; 0 for no limit.")
            double valueClip,

            @Setting("Weight of the entropy bonus.") double entropyCoefficient,

            @Setting("Weight of the mean squared error of the values.")
            double valueCoefficient,

            @Setting("Largest norm of the whole gradient; 0 for no limit.")
            double gradientNorm,

            @Setting("Scale advantages to mean 0 and deviation 1 in each minibatch.")
            boolean normalizeAdvantages,

            @Setting("Scale observations by their running mean and deviation.")
            boolean normalizeObservations,

            @Setting("Scale rewards by the running deviation of the discounted return.")
            boolean normalizeRewards,

            @Setting("Stop the round when a minibatch's KL divergence exceeds 1.5 times this; 0 for never.")
            double klStop,

            @Setting("The hidden layers under the heads; at least one with memory.")
            String trunk,

            @Setting("Whether policy and value stand on the same hidden layers.")
            boolean sharedTrunk,

            @Setting("Where the logarithm of a real action's standard deviation starts.")
            double initialLogStd) {
        /** One dense layer, then gated recurrent units. */
        public static final String GRU_64 =
                "dense(64, init=orthogonal(1.4142135)) > tanh > gru(64, init=orthogonal(1))";

        /**
         * Checks everything.
         *
         * @throws IllegalArgumentException with a line for each broken rule
         */
        public Settings {
            Rules rules = new Rules()
                    .atLeast(1, "environments", environments, "Maybe use 8")
                    .atLeast(1, "rolloutSteps", rolloutSteps, "Maybe use 128")
                    .atLeast(1, "sequenceLength", sequenceLength, "Maybe use 32")
                    .atLeast(1, "minibatches", minibatches, "Maybe use 4")
                    .atLeast(1, "epochs", epochs, "Maybe use 4")
                    .within(0, 1, "gamma", gamma, "Maybe use 0.99")
                    .within(0, 1, "lambda", lambda, "Maybe use 0.95")
                    .within(0, 1, "learningRate", learningRate, "Maybe use 0.0003")
                    .within(0, 10, "clip", clip, "Maybe use 0.2")
                    .notNegative("valueClip", valueClip, "Maybe use 0 for no limit")
                    .notNegative("entropyCoefficient", entropyCoefficient, "Maybe use 0.01")
                    .notNegative("valueCoefficient", valueCoefficient, "Maybe use 0.5")
                    .notNegative("gradientNorm", gradientNorm, "Maybe use 0.5, or 0 for no limit")
                    .notNegative("klStop", klStop, "Maybe use 0.02, or 0 for never")
                    .within(-20, 2, "initialLogStd", initialLogStd, "Maybe use 0")
                    .memory("trunk", trunk);
            long rows = (long) environments * rolloutSteps;
            long sequences = sequenceLength > 0 ? rows / sequenceLength : 0;
            rules.require(
                            rows <= Integer.MAX_VALUE / 64,
                            "environments * rolloutSteps",
                            rows,
                            "must be at most " + Integer.MAX_VALUE / 64,
                            "Maybe use fewer steps per rollout")
                    .require(
                            sequenceLength > 0 && rolloutSteps % sequenceLength == 0,
                            "sequenceLength",
                            sequenceLength,
                            "must divide rolloutSteps (" + rolloutSteps + ")",
                            "Maybe use a power of two for both")
                    .require(
                            minibatches > 0 && sequences % minibatches == 0,
                            "minibatches",
                            minibatches,
                            "must divide the number of sequences (" + sequences + ": rolloutSteps / sequenceLength"
                                    + " * environments)",
                            "Maybe use a power of two for all")
                    .check();
        }

        /** Settings that suit most tasks. */
        public static Settings defaults() {
            return new Settings(
                    8,
                    128,
                    32,
                    4,
                    4,
                    0.99,
                    0.95,
                    Schedule.constant(0.0005),
                    Schedule.constant(0.2),
                    0,
                    0.01,
                    0.5,
                    0.5,
                    true,
                    false,
                    false,
                    0,
                    GRU_64,
                    true,
                    0);
        }
    }

    /** Offers {@link RecurrentPpo} by name. */
    @SuppressWarnings("rawtypes") // a service is named by its raw type
    @AutoService(AlgorithmProvider.class)
    public static final class Provider implements AlgorithmProvider<Settings> {
        @Override
        public String name() {
            return "ppo-recurrent";
        }

        @Override
        public String summary() {
            return "Proximal policy optimisation with memory: for tasks that an observation alone does not tell.";
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
            return new RecurrentPpo(settings);
        }
    }
}
