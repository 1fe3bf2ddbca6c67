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
 * UCB1: pulls the lever whose mean could be the highest, given how often it was pulled; so it tries what it knows little of,
 * and regrets no more than a multiple of the logarithm of the pulls.
 *
 * <pre>
 *   a = argmaxₐ Q(a) + c · √(ln t / n(a)),  a lever never pulled first;  t pulls in all, n(a) of this lever
 * </pre>
 *
 * <p>Auer, Cesa-Bianchi and Fischer, "Finite-time analysis of the multiarmed bandit problem", Machine Learning 47 (2002),
 * figure 1, where c = √2 for rewards from 0 to 1; Sutton and Barto, 2nd edition, equation 2.10. Greedy acting takes the
 * highest mean. For bandits: tasks of one state, in which nothing follows.
 *
 * @param settings how it learns
 */
public record UcbBandit(UcbBandit.Settings settings) implements RolloutAlgorithm {
    @Override
    public String name() {
        return "ucb-bandit";
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
        return BanditLearner.policy(task, 0, 0, seeds);
    }

    @Override
    public RolloutLearner learner(TaskSpec task, Policy initial, Seeds seeds, Cores cores) {
        return new BanditLearner(task, initial, Schedule.constant(0), new Bounds(settings, initial));
    }

    /** The settings of {@link UcbBandit}. */
    public record Settings(
            @Setting("Copies of the bandit played together.")
            int environments,

            @Setting("Pulls of each copy between two changes of the acting policy.")
            int rolloutSteps,

            @Setting("c: how wide the bound is; in the unit of the rewards, √2 for rewards from 0 to 1.")
            double width) {
        /**
         * Checks everything.
         *
         * @throws IllegalArgumentException with a line for each broken rule
         */
        public Settings {
            new Rules()
                    .atLeast(1, "environments", environments, "Maybe use 1")
                    .atLeast(1, "rolloutSteps", rolloutSteps, "Maybe use 1")
                    .notNegative("width", width, "Maybe use 1.4142")
                    .check();
        }

        /** Settings that suit most bandits. */
        public static Settings defaults() {
            return new Settings(1, 1, 1.4142135623730951);
        }
    }

    /** Offers {@link UcbBandit} by name. */
    @SuppressWarnings("rawtypes") // a service is named by its raw type
    @AutoService(AlgorithmProvider.class)
    public static final class Provider implements AlgorithmProvider<Settings> {
        @Override
        public String name() {
            return "ucb-bandit";
        }

        @Override
        public String summary() {
            return "UCB1 for bandits: pulls the lever that could be the best; no randomness of its own, regret grows as a logarithm.";
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
            return new UcbBandit(settings);
        }
    }

    /** The rule: means, pulls and their bounds. */
    private static final class Bounds implements BanditLearner.Rule {
        /** In place of infinity, which no weight may be. */
        private static final float UNTRIED = 1e30f;

        private final Settings settings;
        private final double[] means;
        private final long[] pulls;
        private long all;

        Bounds(Settings settings, Policy initial) {
            this.settings = settings;
            means = new double[BanditLearner.levers(initial)];
            pulls = new long[means.length];
        }

        @Override
        public void learn(int lever, double reward) {
            all++;
            pulls[lever]++;
            means[lever] += (reward - means[lever]) / pulls[lever];
        }

        @Override
        public void write(float[] worth, float[] explore) {
            double most = StrictMath.log(Math.max(1, (double) all));
            for (int lever = 0; lever < means.length; lever++) {
                worth[lever] = (float) means[lever];
                explore[lever] = pulls[lever] == 0
                        ? UNTRIED
                        : (float) (means[lever] + settings.width() * StrictMath.sqrt(most / pulls[lever]));
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
            all = java.util.Arrays.stream(pulls).sum();
        }
    }
}
