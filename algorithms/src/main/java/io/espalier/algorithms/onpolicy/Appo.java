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
 * APPO, asynchronous PPO's loss: the clipped surrogate of PPO on V-trace advantages, with a target policy between the one
 * that acted and the one that learns.
 *
 * <p>As RLlib's: V-trace (arXiv:1802.01561, equation 1) corrects from the policy μ that acted towards a target policy π′,
 * an older copy of the one that learns; the surrogate of arXiv:1707.06347, equation 7, then holds the newest policy near
 * π′. The loss is {@link ClippedObjective} measured from π′, or from μ/ratioLimit where that is larger.
 *
 * @param settings how it learns
 */
public record Appo(Appo.Settings settings) implements RolloutAlgorithm {
    @Override
    public String name() {
        return "appo";
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
        return new AppoLearner(settings, task, initial, seeds, cores);
    }

    /** The settings of {@link Appo}. */
    public record Settings(
            @Setting("Copies of the environment stepped together.")
            int environments,

            @Setting("Environment steps of each copy between two rounds of learning.")
            int rolloutSteps,

            @Setting("Parts each epoch cuts the rollout into; one gradient update each.")
            int minibatches,

            @Setting("How often each rollout is gone through; V-trace is computed anew each time.")
            int epochs,

            @Setting("Rollouts between two copies of the policy to the target policy.")
            int targetInterval,

            @Setting("Discount of future rewards per environment step, 0 to 1.")
            double gamma,

            @Setting("Weight of longer traces, 0 to 1; 1 as in the paper.")
            double lambda,

            @Setting("The largest importance weight of a step; 1 as in the paper.")
            double rhoBar,

            @Setting("The largest weight with which a step's surprise reaches those before it; at most rhoBar.")
            double cBar,

            @Setting("How far the probability ratio may leave 1 and still gain; a number or a schedule.")
            Schedule clip,

            @Setting("The most that the policy that acted may outweigh the target policy, at least 1.")
            double ratioLimit,

            @Setting("The optimiser's step size, a number or linear(from, to) over the run's budget.")
            Schedule learningRate,

            @Setting("The optimiser, as adam(epsilon=1e-5).")
            String optimizer,

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

            @Setting("The hidden layers under each head.") String trunk,

            @Setting("Whether policy and value stand on the same hidden layers.")
            boolean sharedTrunk,

            @Setting("Where the logarithm of a real action's standard deviation starts.")
            double initialLogStd) {
        /**
         * Checks everything.
         *
         * @throws IllegalArgumentException with a line for each broken rule
         */
        public Settings {
            long rows = (long) environments * rolloutSteps;
            new Rules()
                    .atLeast(1, "environments", environments, "Maybe use 8")
                    .atLeast(1, "rolloutSteps", rolloutSteps, "Maybe use 64")
                    .atLeast(1, "minibatches", minibatches, "Maybe use 4")
                    .require(
                            minibatches <= Math.max(1, rows),
                            "minibatches",
                            minibatches,
                            "must be at most environments * rolloutSteps (" + rows + ")",
                            "Maybe use longer rollouts")
                    .atLeast(1, "epochs", epochs, "Maybe use 4")
                    .atLeast(1, "targetInterval", targetInterval, "Maybe use 1")
                    .require(
                            rows <= Integer.MAX_VALUE / 64,
                            "environments * rolloutSteps",
                            rows,
                            "must be at most " + Integer.MAX_VALUE / 64,
                            "Maybe use fewer steps per rollout")
                    .within(0, 1, "gamma", gamma, "Maybe use 0.99")
                    .within(0, 1, "lambda", lambda, "Maybe use 1")
                    .require(rhoBar > 0, "rhoBar", rhoBar, "must be above 0", "Maybe use 1")
                    .require(
                            cBar >= 0 && cBar <= rhoBar,
                            "cBar",
                            cBar,
                            "must be from 0 to rhoBar (" + rhoBar + ")",
                            "Maybe use 1 for both")
                    .within(0, 1, "clip", clip, "Maybe use 0.2")
                    .require(ratioLimit >= 1, "ratioLimit", ratioLimit, "must be at least 1", "Maybe use 2")
                    .within(0, 1, "learningRate", learningRate, "Maybe use 0.0007")
                    .optimizer("optimizer", optimizer)
                    .notNegative("entropyCoefficient", entropyCoefficient, "Maybe use 0.01")
                    .notNegative("valueCoefficient", valueCoefficient, "Maybe use 0.5")
                    .notNegative("gradientNorm", gradientNorm, "Maybe use 0.5, or 0 for no limit")
                    .within(-20, 2, "initialLogStd", initialLogStd, "Maybe use 0")
                    .network("trunk", trunk)
                    .check();
        }

        /** Settings that suit most tasks. */
        public static Settings defaults() {
            return new Settings(
                    8,
                    64,
                    4,
                    4,
                    2,
                    0.99,
                    0.95,
                    1,
                    1,
                    Schedule.constant(0.2),
                    2,
                    Schedule.constant(0.0005),
                    "adam(epsilon=1e-5)",
                    0.01,
                    0.5,
                    0.5,
                    true,
                    false,
                    false,
                    Ppo.Settings.TANH_64_64,
                    false,
                    0);
        }
    }

    /** Offers {@link Appo} by name. */
    @SuppressWarnings("rawtypes") // a service is named by its raw type
    @AutoService(AlgorithmProvider.class)
    public static final class Provider implements AlgorithmProvider<Settings> {
        @Override
        public String name() {
            return "appo";
        }

        @Override
        public String summary() {
            return "PPO's clipped objective on V-trace advantages with a target policy, for rollouts of an older policy.";
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
            return new Appo(settings);
        }
    }
}
