package io.espalier.algorithms.evolution;

import com.google.auto.service.AutoService;
import io.espalier.algorithms.parts.Rules;
import io.espalier.core.Cores;
import io.espalier.core.MetricSink;
import io.espalier.core.Seeds;
import io.espalier.core.Setting;
import io.espalier.core.State;
import io.espalier.nn.Initializer;
import io.espalier.policy.AlgorithmProvider;
import io.espalier.policy.EpisodeAlgorithm;
import io.espalier.policy.EpisodeLearner;
import io.espalier.policy.Player;
import io.espalier.policy.Policy;
import io.espalier.policy.TaskSpec;

/**
 * CMA-ES: candidates from a normal distribution whose whole covariance matrix is adapted, with {@link
 * CovarianceAdaptation}; for policies of few parameters.
 *
 * <p>Hansen, "The CMA evolution strategy: a tutorial", arXiv:1604.00772.
 *
 * @param settings how it learns
 */
public record CmaEs(CmaEs.Settings settings) implements EpisodeAlgorithm {
    /** More parameters than this are refused: the matrix has their square, and its axes take time by their cube. */
    public static final int MOST_PARAMETERS = 2000;

    @Override
    public String name() {
        return "cma-es";
    }

    /**
     * The policy before any learning.
     *
     * @throws IllegalArgumentException if it has more than {@link #MOST_PARAMETERS} parameters
     */
    @Override
    public Policy policy(TaskSpec task, Seeds seeds) {
        Policy policy = EvolvedPolicy.initial(task, settings.trunk(), Initializer.orthogonal(0.01), seeds);
        int parameters = policy.weights().size();
        if (parameters > MOST_PARAMETERS) {
            throw new IllegalArgumentException("parameters (" + parameters + ") must be at most " + MOST_PARAMETERS
                    + " for cma-es, which keeps a matrix of their square. Maybe use a smaller trunk, as linear, or"
                    + " openai-es.");
        }
        return policy;
    }

    @Override
    public EpisodeLearner learner(TaskSpec task, Policy initial, Seeds seeds, Cores cores) {
        return new PopulationLearner(
                task, initial, new Adaptation(settings, initial, cores), settings.normalizeObservations(), seeds);
    }

    @Override
    public Player player(TaskSpec task, Policy initial, Seeds seeds) {
        Candidates candidates = new Listed(initial.weights().size());
        return new PopulationPlayer(task, initial, candidates, settings.episodes(), settings.normalizeObservations());
    }

    /** The mean of the distribution is the policy; candidates are drawn again where they were not kept. */
    static final class Adaptation implements Strategy {
        private final CovarianceAdaptation distribution;
        private final Noise noise = new Noise();
        private final int candidates;
        private final float[] parameters;
        private double[][] drawn = {};
        private double[][] stretched = {};
        private long drawnFor;

        Adaptation(Settings settings, Policy initial, Cores cores) {
            int size = initial.weights().size();
            candidates = settings.candidates() == 0 ? CovarianceRates.candidates(size) : settings.candidates();
            parameters = new float[size];
            initial.weights().copyInto(parameters);
            double[] mean = new double[size];
            for (int i = 0; i < size; i++) {
                mean[i] = parameters[i];
            }
            distribution = new CovarianceAdaptation(
                    mean, settings.initialDeviation(), new CovarianceRates(size, candidates), cores);
        }

        @Override
        public int plays() {
            return candidates;
        }

        @Override
        public int perPlay() {
            return 1;
        }

        private void draw(long generation) {
            if (drawn.length > 0 && drawnFor == generation) {
                return;
            }
            int size = parameters.length;
            drawn = new double[candidates][size];
            float[] one = new float[size];
            for (int k = 0; k < candidates; k++) {
                noise.fill(Noise.seed(generation, k), 0, size, one);
                for (int i = 0; i < size; i++) {
                    drawn[k][i] = one[i];
                }
            }
            stretched = distribution.stretch(drawn);
            drawnFor = generation;
        }

        @Override
        public void announce(long generation, State round) {
            draw(generation);
            int size = parameters.length;
            float[] all = new float[candidates * size];
            for (int k = 0; k < candidates; k++) {
                for (int i = 0; i < size; i++) {
                    all[k * size + i] = (float) (distribution.mean[i] + distribution.deviation() * stretched[k][i]);
                }
            }
            Listed.announce(all, round);
        }

        @Override
        public void learn(long generation, double[] returns, double progress, MetricSink metrics) {
            draw(generation);
            distribution.learn(drawn, stretched, Ranks.descending(returns));
            publish();
            metrics.put("population/deviation", distribution.deviation());
            metrics.put("population/axis-ratio", distribution.axisRatio());
        }

        private void publish() {
            drawn = new double[0][];
            for (int i = 0; i < parameters.length; i++) {
                parameters[i] = (float) distribution.mean[i];
            }
        }

        @Override
        public float[] parameters() {
            return parameters;
        }

        @Override
        public void save(State into) {
            distribution.save(into);
        }

        @Override
        public void load(State from) {
            distribution.load(from);
            publish();
        }
    }

    /** The settings of {@link CmaEs}. */
    public record Settings(
            @Setting("Candidates per generation; 0 for 4 + 3 ln(parameters).")
            int candidates,

            @Setting("Episodes that each candidate plays; the same for all of a generation.")
            int episodes,

            @Setting("Standard deviation of the candidates at the start.")
            double initialDeviation,

            @Setting("Normalise observations by the running mean and deviation of what all candidates see.")
            boolean normalizeObservations,

            @Setting("The hidden layers of the policy, or linear for none; at most 2000 parameters in all.")
            String trunk) {
        /**
         * Checks everything.
         *
         * @throws IllegalArgumentException with a line for each broken rule
         */
        public Settings {
            Rules rules = new Rules()
                    .require(
                            candidates == 0 || (candidates >= 4 && candidates <= 100_000),
                            "candidates",
                            candidates,
                            "must be 0 or from 4 to 100000",
                            "Maybe use 0")
                    .atLeast(1, "episodes", episodes, "Maybe use 1")
                    .within(1e-6, 1e3, "initialDeviation", initialDeviation, "Maybe use 0.5");
            EvolvedPolicy.rule(rules, trunk).check();
        }

        /** Settings that suit small tasks. */
        public static Settings defaults() {
            return new Settings(0, 1, 0.5, true, EvolvedPolicy.LINEAR);
        }
    }

    /** Offers {@link CmaEs} by name. */
    @SuppressWarnings("rawtypes") // a service is named by its raw type
    @AutoService(AlgorithmProvider.class)
    public static final class Provider implements AlgorithmProvider<Settings> {
        @Override
        public String name() {
            return "cma-es";
        }

        @Override
        public String summary() {
            return "CMA-ES: adapts the whole covariance of its candidates; for policies of up to 2000 parameters.";
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
        public EpisodeAlgorithm create(Settings settings) {
            return new CmaEs(settings);
        }
    }
}
