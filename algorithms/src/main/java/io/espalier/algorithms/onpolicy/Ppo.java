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
 * Proximal policy optimisation: several epochs of minibatch gradient steps on each rollout, with an objective that gains
 * nothing from moving an action's probability far from what it was.
 *
 * <p>Schulman, Wolski, Dhariwal, Radford and Klimov, "Proximal policy optimization algorithms", arXiv:1707.06347:
 * Algorithm 1; the objective of equations 7 and 9 is {@link ClippedObjective}. Initialisation, Adam's ε, the advantages'
 * normalisation and the early stop follow the implementations everyone compares with (Huang et al., "The 37
 * implementation details of proximal policy optimization", 2022).
 *
 * @param settings how it learns
 */
public record Ppo(Ppo.Settings settings) implements RolloutAlgorithm {
    @Override
    public String name() {
        return "ppo";
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
        return new PpoLearner(settings, task, initial, seeds, cores);
    }

    /** The settings of {@link Ppo}. */
    public record Settings(
            @Setting("Copies of the environment stepped together.")
            int environments,

            @Setting("Environment steps of each copy between two rounds of learning.")
            int rolloutSteps,

            @Setting("Parts each epoch cuts the rollout into; one gradient update each.")
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

            @Setting("Adapt the step size to keep the KL divergence of a round near this; 0 for never.")
            double klTarget,

            @Setting("The hidden layers under each head.") String trunk,

            @Setting("Whether policy and value stand on the same hidden layers.")
            boolean sharedTrunk,

            @Setting("Where the logarithm of a real action's standard deviation starts.")
            double initialLogStd) {
        /** The hidden layers of the classic experiments. */
        public static final String TANH_64_64 =
                "dense(64, init=orthogonal(1.4142135)) > tanh > dense(64, init=orthogonal(1.4142135)) > tanh";

        /**
         * Checks everything.
         *
         * @throws IllegalArgumentException with a line for each broken rule
         */
        public Settings {
            Rules rules = new Rules()
                    .atLeast(1, "environments", environments, "Maybe use 8")
                    .atLeast(1, "rolloutSteps", rolloutSteps, "Maybe use 128")
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
                    .notNegative("klTarget", klTarget, "Maybe use 0.01, or 0 for never")
                    .within(-20, 2, "initialLogStd", initialLogStd, "Maybe use 0")
                    .network("trunk", trunk);
            long rows = (long) environments * rolloutSteps;
            rules.require(
                            rows <= Integer.MAX_VALUE / 64,
                            "environments * rolloutSteps",
                            rows,
                            "must be at most " + Integer.MAX_VALUE / 64,
                            "Maybe use fewer steps per rollout")
                    .require(
                            minibatches > 0 && rows % minibatches == 0,
                            "minibatches",
                            minibatches,
                            "must divide rolloutSteps * environments (" + rolloutSteps + " * " + environments + ")",
                            "Maybe use a power of two for all three")
                    .check();
        }

        /** Settings that suit most tasks. */
        public static Settings defaults() {
            return new Settings(
                    8,
                    128,
                    8,
                    10,
                    0.99,
                    0.95,
                    Schedule.valueOf("0.0003"),
                    Schedule.valueOf("0.2"),
                    0,
                    0,
                    0.5,
                    0.5,
                    true,
                    false,
                    false,
                    0,
                    0,
                    TANH_64_64,
                    false,
                    0);
        }
    }

    /** Offers {@link Ppo} by name. */
    @SuppressWarnings("rawtypes") // a service is named by its raw type
    @AutoService(AlgorithmProvider.class)
    public static final class Provider implements AlgorithmProvider<Settings> {
        @Override
        public String name() {
            return "ppo";
        }

        @Override
        public String summary() {
            return "Proximal policy optimisation: on-policy, for discrete and real actions; the one to try first.";
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
            return new Ppo(settings);
        }
    }
}
