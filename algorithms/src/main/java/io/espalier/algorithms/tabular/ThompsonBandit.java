package io.espalier.algorithms.tabular;

import com.google.auto.service.AutoService;
import io.espalier.algorithms.parts.Rules;
import io.espalier.core.Cores;
import io.espalier.core.RandomStream;
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
 * Thompson sampling: draws what each lever may be worth from what is known of it, and pulls the best of the draws; so each
 * lever is pulled as often as it is likely to be the best.
 *
 * <pre>
 *   Gaussian:   mean ~ N(m, 1/p),  p = 1/σ₀² + n/σ²,  m = (μ₀/σ₀² + Σr/σ²) / p
 *   Bernoulli:  mean ~ Beta(1 + Σr, 1 + Σ(1 − r)),  rewards from 0 to 1
 * </pre>
 *
 * <p>Thompson, "On the likelihood that one unknown probability exceeds another" (1933); Agrawal and Goyal (2012, 2013). A
 * reward between 0 and 1 counts as a part of a success, where they toss a coin for it. Greedy acting takes the highest
 * posterior mean. New draws are made with each change of the policy. For bandits: tasks of one state, in which nothing
 * follows.
 *
 * @param settings how it learns
 */
public record ThompsonBandit(ThompsonBandit.Settings settings) implements RolloutAlgorithm {
    @Override
    public String name() {
        return "thompson-bandit";
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
        return BanditLearner.policy(task, settings.bernoulli() ? 0.5 : settings.priorMean(), 0, seeds);
    }

    @Override
    public RolloutLearner learner(TaskSpec task, Policy initial, Seeds seeds, Cores cores) {
        return new BanditLearner(task, initial, Schedule.constant(0), new Posterior(settings, initial, seeds));
    }

    /** The settings of {@link ThompsonBandit}. */
    public record Settings(
            @Setting("Copies of the bandit played together.")
            int environments,

            @Setting("Pulls of each copy between two changes of the acting policy.")
            int rolloutSteps,

            @Setting("Whether rewards are from 0 to 1, successes and failures, instead of normal.")
            boolean bernoulli,

            @Setting("μ₀: what a lever is thought to be worth before its first pull; Gaussian only.")
            double priorMean,

            @Setting("σ₀: how far from that levers may be; Gaussian only.")
            double priorDeviation,

            @Setting("σ: the standard deviation of one lever's rewards; Gaussian only.")
            double rewardDeviation) {
        /**
         * Checks everything.
         *
         * @throws IllegalArgumentException with a line for each broken rule
         */
        public Settings {
            new Rules()
                    .atLeast(1, "environments", environments, "Maybe use 1")
                    .atLeast(1, "rolloutSteps", rolloutSteps, "Maybe use 1")
                    .within(-1e6, 1e6, "priorMean", priorMean, "Maybe use 0")
                    .within(1e-6, 1e6, "priorDeviation", priorDeviation, "Maybe use 1")
                    .within(1e-6, 1e6, "rewardDeviation", rewardDeviation, "Maybe use 1")
                    .check();
        }

        /** Settings that suit most bandits. */
        public static Settings defaults() {
            return new Settings(1, 1, false, 0, 10, 1);
        }
    }

    /** Offers {@link ThompsonBandit} by name. */
    @SuppressWarnings("rawtypes") // a service is named by its raw type
    @AutoService(AlgorithmProvider.class)
    public static final class Provider implements AlgorithmProvider<Settings> {
        @Override
        public String name() {
            return "thompson-bandit";
        }

        @Override
        public String summary() {
            return "Thompson sampling for bandits, Gaussian or Bernoulli: pulls each lever as often as it is likely to be the best.";
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
            return new ThompsonBandit(settings);
        }
    }

    /** The rule: sums of rewards, and draws from what they say. */
    private static final class Posterior implements BanditLearner.Rule {
        private final Settings settings;
        private final RandomStream random;
        private final double[] sums;
        private final long[] pulls;

        Posterior(Settings settings, Policy initial, Seeds seeds) {
            this.settings = settings;
            random = seeds.child("posterior").stream();
            sums = new double[BanditLearner.levers(initial)];
            pulls = new long[sums.length];
        }

        @Override
        public void learn(int lever, double reward) {
            if (settings.bernoulli() && !(reward >= 0 && reward <= 1)) {
                throw new IllegalArgumentException(
                        "reward (" + reward + ") must be from 0 to 1 where bernoulli is true. Maybe set it to false.");
            }
            sums[lever] += reward;
            pulls[lever]++;
        }

        @Override
        public void write(float[] worth, float[] explore) {
            for (int lever = 0; lever < sums.length; lever++) {
                if (settings.bernoulli()) {
                    double won = 1 + sums[lever];
                    double lost = 1 + pulls[lever] - sums[lever];
                    worth[lever] = (float) (won / (won + lost));
                    double x = gamma(won);
                    explore[lever] = (float) (x / (x + gamma(lost)));
                } else {
                    double prior = 1 / (settings.priorDeviation() * settings.priorDeviation());
                    double each = 1 / (settings.rewardDeviation() * settings.rewardDeviation());
                    double precision = prior + pulls[lever] * each;
                    double mean = (settings.priorMean() * prior + sums[lever] * each) / precision;
                    worth[lever] = (float) mean;
                    explore[lever] = (float) (mean + random.nextGaussian() / StrictMath.sqrt(precision));
                }
            }
        }

        /** A gamma number of that shape, at least 1 (Marsaglia and Tsang 2000); two of them make a beta number. */
        private double gamma(double shape) {
            double d = shape - 1 / 3.0;
            double c = 1 / StrictMath.sqrt(9 * d);
            while (true) {
                double x = random.nextGaussian();
                double v = 1 + c * x;
                v = v * v * v;
                double u = 1 - random.nextDouble();
                if (v > 0 && StrictMath.log(u) < 0.5 * x * x + d - d * v + d * StrictMath.log(v)) {
                    return d * v;
                }
            }
        }

        @Override
        public void save(State into) {
            long[] stream = new long[3];
            random.save(stream, 0);
            into.put("random", stream);
            into.put("sums", sums);
            into.put("pulls", pulls);
        }

        @Override
        public void load(State from) {
            random.load(from.longs("random"), 0);
            System.arraycopy(from.doubles("sums"), 0, sums, 0, sums.length);
            System.arraycopy(from.longs("pulls"), 0, pulls, 0, pulls.length);
        }
    }
}
