package io.espalier.algorithms.tabular;

import com.google.auto.service.AutoService;
import io.espalier.algorithms.parts.Rules;
import io.espalier.core.Cores;
import io.espalier.core.Seeds;
import io.espalier.core.Setting;
import io.espalier.core.State;
import io.espalier.nn.Schedule;
import io.espalier.policy.AlgorithmProvider;
import io.espalier.policy.Policy;
import io.espalier.policy.RolloutAlgorithm;
import io.espalier.policy.RolloutLearner;
import io.espalier.policy.TaskSpec;

/**
 * The ε-greedy bandit: pulls the lever with the best mean so far, and with probability ε any.
 *
 * <pre>
 *   n(a) ← n(a) + 1;  Q(a) ← Q(a) + (r − Q(a)) / n(a)      or, where levers change, Q(a) ← Q(a) + α · (r − Q(a))
 * </pre>
 *
 * <p>Sutton and Barto, 2nd edition, sections 2.4 and 2.5. For bandits: tasks of one state, in which nothing follows.
 *
 * @param settings how it learns
 */
public record EpsilonGreedyBandit(EpsilonGreedyBandit.Settings settings) implements RolloutAlgorithm {
    @Override
    public String name() {
        return "epsilon-greedy-bandit";
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
        return BanditLearner.policy(
                task, settings.initialValue(), settings.epsilon().at(0), seeds);
    }

    @Override
    public RolloutLearner learner(TaskSpec task, Policy initial, Seeds seeds, Cores cores) {
        return new BanditLearner(task, initial, settings.epsilon(), new Means(settings, initial));
    }

    /** The settings of {@link EpsilonGreedyBandit}. */
    public record Settings(
            @Setting("Copies of the bandit played together.")
            int environments,

            @Setting("Pulls of each copy between two changes of the acting policy.")
            int rolloutSteps,

            @Setting("Share of random pulls, a number or a schedule over the run's budget.")
            Schedule epsilon,

            @Setting("Step size α of every pull, so that old ones are forgotten; 0 for the mean of all.")
            double stepSize,

            @Setting(
                    "What every lever is worth at first; with a step size above 0 it fades, else the first pull replaces it.")
            double initialValue) {
        /**
         * Checks everything.
         *
         * @throws IllegalArgumentException with a line for each broken rule
         */
        public Settings {
            new Rules()
                    .atLeast(1, "environments", environments, "Maybe use 1")
                    .atLeast(1, "rolloutSteps", rolloutSteps, "Maybe use 1")
                    .within(0, 1, "epsilon", epsilon, "Maybe use 0.1")
                    .within(0, 1, "stepSize", stepSize, "Maybe use 0, or 0.1")
                    .within(-1e6, 1e6, "initialValue", initialValue, "Maybe use 0")
                    .check();
        }

        /** Settings that suit most bandits. */
        public static Settings defaults() {
            return new Settings(1, 1, Schedule.constant(0.1), 0, 0);
        }
    }

    /** Offers {@link EpsilonGreedyBandit} by name. */
    @SuppressWarnings("rawtypes") // a service is named by its raw type
    @AutoService(AlgorithmProvider.class)
    public static final class Provider implements AlgorithmProvider<Settings> {
        @Override
        public String name() {
            return "epsilon-greedy-bandit";
        }

        @Override
        public String summary() {
            return "A bandit by sample averages that pulls a random lever now and then: the plainest, also for levers that change.";
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
            return new EpsilonGreedyBandit(settings);
        }
    }

    /** The rule: estimates and how often each lever was pulled. */
    private static final class Means implements BanditLearner.Rule {
        private final Settings settings;
        private final double[] means;
        private final long[] pulls;

        Means(Settings settings, Policy initial) {
            this.settings = settings;
            means = new double[BanditLearner.levers(initial)];
            pulls = new long[means.length];
            java.util.Arrays.fill(means, settings.initialValue());
        }

        @Override
        public void learn(int lever, double reward) {
            double alpha = settings.stepSize() > 0 ? settings.stepSize() : 1.0 / (pulls[lever] + 1);
            pulls[lever]++;
            means[lever] += alpha * (reward - means[lever]);
        }

        @Override
        public void write(float[] worth, float[] explore) {
            for (int lever = 0; lever < means.length; lever++) {
                worth[lever] = (float) means[lever];
                explore[lever] = worth[lever];
            }
        }

        @Override
        public void save(State into) {
            into.put("means", means);
            into.put("pulls", pulls);
        }

        @Override
        public void load(State from) {
            System.arraycopy(from.doubles("means"), 0, means, 0, means.length);
            System.arraycopy(from.longs("pulls"), 0, pulls, 0, pulls.length);
        }
    }
}
