package io.espalier.algorithms.tabular;

import com.google.auto.service.AutoService;
import io.espalier.algorithms.parts.ActorCritic;
import io.espalier.algorithms.parts.Rules;
import io.espalier.core.Cores;
import io.espalier.core.Seeds;
import io.espalier.core.Setting;
import io.espalier.core.State;
import io.espalier.nn.NetworkSpec;
import io.espalier.nn.Schedule;
import io.espalier.policy.ActionHead;
import io.espalier.policy.AlgorithmProvider;
import io.espalier.policy.Policy;
import io.espalier.policy.RolloutAlgorithm;
import io.espalier.policy.RolloutLearner;
import io.espalier.policy.TaskSpec;

/**
 * The gradient bandit: keeps preferences instead of estimates, and raises that of a lever which paid more than the mean; it
 * is stochastic gradient ascent on the expected reward.
 *
 * <pre>
 *   π(a) = e^H(a) / Σ e^H(b)
 *   H(a) ← H(a) + α · (r − r̄) · (1{a = pulled} − π(a)),  r̄ the mean of the rewards before, or 0 without baseline
 * </pre>
 *
 * <p>Sutton and Barto, 2nd edition, section 2.8, equation 2.12; a special case of REINFORCE (Williams 1992). For bandits:
 * tasks of one state, in which nothing follows.
 *
 * @param settings how it learns
 */
public record GradientBandit(GradientBandit.Settings settings) implements RolloutAlgorithm {
    @Override
    public String name() {
        return "gradient-bandit";
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
        BanditLearner.requireBandit(task);
        NetworkSpec preferences = NetworkSpec.constant(task.actionSpace().choices());
        return ActorCritic.policy(task, preferences, new ActionHead.Categorical(), seeds);
    }

    @Override
    public RolloutLearner learner(TaskSpec task, Policy initial, Seeds seeds, Cores cores) {
        return new BanditLearner(task, initial, Schedule.constant(0), new Preferences(settings, initial));
    }

    /** The settings of {@link GradientBandit}. */
    public record Settings(
            @Setting("Copies of the bandit played together.")
            int environments,

            @Setting("Pulls of each copy between two changes of the acting policy.")
            int rolloutSteps,

            @Setting("Step size α of the preferences.") double learningRate,

            @Setting("Whether rewards are compared with their mean so far, instead of with 0.")
            boolean baseline) {
        /**
         * Checks everything.
         *
         * @throws IllegalArgumentException with a line for each broken rule
         */
        public Settings {
            new Rules()
                    .atLeast(1, "environments", environments, "Maybe use 1")
                    .atLeast(1, "rolloutSteps", rolloutSteps, "Maybe use 1")
                    .within(0, 100, "learningRate", learningRate, "Maybe use 0.1")
                    .check();
        }

        /** Settings that suit most bandits. */
        public static Settings defaults() {
            return new Settings(1, 1, 0.1, true);
        }
    }

    /** Offers {@link GradientBandit} by name. */
    @SuppressWarnings("rawtypes") // a service is named by its raw type
    @AutoService(AlgorithmProvider.class)
    public static final class Provider implements AlgorithmProvider<Settings> {
        @Override
        public String name() {
            return "gradient-bandit";
        }

        @Override
        public String summary() {
            return "The gradient bandit: preferences and a softmax in place of estimates; the simplest policy gradient.";
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
            return new GradientBandit(settings);
        }
    }

    /** The rule: preferences and the mean reward. */
    private static final class Preferences implements BanditLearner.Rule {
        private final Settings settings;
        private final double[] preferences;
        private double mean;
        private long pulls;

        Preferences(Settings settings, Policy initial) {
            this.settings = settings;
            preferences = new double[BanditLearner.levers(initial)];
        }

        @Override
        public void learn(int lever, double reward) {
            // Exponentials are taken from the greatest on, so that none overflows.
            double most = Double.NEGATIVE_INFINITY;
            for (double preference : preferences) {
                most = Math.max(most, preference);
            }
            double sum = 0;
            for (double preference : preferences) {
                sum += StrictMath.exp(preference - most);
            }
            double better = reward - (settings.baseline() ? mean : 0);
            for (int a = 0; a < preferences.length; a++) {
                double chance = StrictMath.exp(preferences[a] - most) / sum;
                preferences[a] += settings.learningRate() * better * ((a == lever ? 1 : 0) - chance);
            }
            mean += (reward - mean) / ++pulls;
        }

        @Override
        public void write(float[] worth, float[] explore) {
            for (int lever = 0; lever < preferences.length; lever++) {
                worth[lever] = (float) preferences[lever];
            }
        }

        @Override
        public void save(State into) {
            into.put("preferences", preferences);
            into.putDouble("mean", mean);
            into.putLong("pulls", pulls);
        }

        @Override
        public void load(State from) {
            System.arraycopy(from.doubles("preferences"), 0, preferences, 0, preferences.length);
            mean = from.getDouble("mean");
            pulls = from.getLong("pulls");
        }
    }
}
