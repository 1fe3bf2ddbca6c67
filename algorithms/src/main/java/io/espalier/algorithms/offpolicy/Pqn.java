package io.espalier.algorithms.offpolicy;

import com.google.auto.service.AutoService;
import io.espalier.algorithms.parts.ActorCritic;
import io.espalier.algorithms.parts.Rules;
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
 * Parallelised Q-network: Q(λ) on blocks of steps of several environments, without a replay buffer or a target network;
 * layer normalisation keeps it stable. For one discrete action and fast simulators.
 *
 * <p>Gallici et al., "Simplifying deep temporal difference learning", arXiv:2407.04811, algorithm 1. The targets and the
 * loss are {@link QLambda}.
 *
 * @param settings how it learns
 */
public record Pqn(Pqn.Settings settings) implements RolloutAlgorithm {
    @Override
    public String name() {
        return "pqn";
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
        int actions = ActionValues.count(task, name());
        NetworkSpec q = NetworkSpec.parse(settings.trunk()).then(NetworkSpec.dense(actions));
        ActionHead head = new ActionHead.EpsilonGreedy(settings.epsilon().at(0));
        return ActorCritic.policy(task, NetworkSpec.heads(NetworkSpec.head("q", q)), head, seeds);
    }

    @Override
    public RolloutLearner learner(TaskSpec task, Policy initial, Seeds seeds, Cores cores) {
        return new PqnLearner(settings, task, initial, seeds, cores);
    }

    /** The settings of {@link Pqn}. */
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

            @Setting("How far targets look: 0 one step, 1 to the end of the rollout.")
            double lambda,

            @Setting("Adam's step size, a number or linear(from, to) over the run's budget.")
            Schedule learningRate,

            @Setting("Share of random actions, as linear(1, 0.05, 0.5): down to 0.05 over half of the budget.")
            Schedule epsilon,

            @Setting("Largest norm of the whole gradient; 0 for no limit.")
            double gradientNorm,

            @Setting("The hidden layers; without layer-norm in them it may diverge.")
            String trunk) {
        /**
         * Checks everything.
         *
         * @throws IllegalArgumentException with a line for each broken rule
         */
        public Settings {
            new Rules()
                    .atLeast(1, "environments", environments, "Maybe use 4")
                    .atLeast(1, "rolloutSteps", rolloutSteps, "Maybe use 128")
                    .atLeast(1, "minibatches", minibatches, "Maybe use 4")
                    .require(
                            minibatches <= (long) environments * rolloutSteps,
                            "minibatches",
                            minibatches,
                            "must not be more than rolloutSteps * environments (" + rolloutSteps + " * " + environments
                                    + ")",
                            "Maybe use 4")
                    .atLeast(1, "epochs", epochs, "Maybe use 4")
                    .within(0, 1, "gamma", gamma, "Maybe use 0.99")
                    .within(0, 1, "lambda", lambda, "Maybe use 0.65")
                    .within(0, 1, "learningRate", learningRate, "Maybe use linear(0.00025, 0)")
                    .within(0, 1, "epsilon", epsilon, "Maybe use linear(1, 0.05, 0.5)")
                    .notNegative("gradientNorm", gradientNorm, "Maybe use 10, or 0 for no limit")
                    .network("trunk", trunk)
                    .check();
        }

        /** Settings that suit most tasks. */
        public static Settings defaults() {
            return new Settings(
                    4,
                    128,
                    4,
                    4,
                    0.99,
                    0.65,
                    Schedule.linear(0.00025, 0),
                    Schedule.linear(1, 0.05, 0.5),
                    10,
                    "dense(120) > layer-norm > relu > dense(84) > layer-norm > relu");
        }
    }

    /** Offers {@link Pqn} by name. */
    @SuppressWarnings("rawtypes") // a service is named by its raw type
    @AutoService(AlgorithmProvider.class)
    public static final class Provider implements AlgorithmProvider<Settings> {
        @Override
        public String name() {
            return "pqn";
        }

        @Override
        public String summary() {
            return "Parallelised Q-network: Q-learning without replay or target, for one discrete action and fast simulators.";
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
            return new Pqn(settings);
        }
    }
}
