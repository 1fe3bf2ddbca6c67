package io.espalier.algorithms.evolution;

import com.google.auto.service.AutoService;
import io.espalier.algorithms.parts.Rules;
import io.espalier.core.Cores;
import io.espalier.core.MetricSink;
import io.espalier.core.Seeds;
import io.espalier.core.Setting;
import io.espalier.core.State;
import io.espalier.nn.Initializer;
import io.espalier.nn.Schedule;
import io.espalier.policy.AlgorithmProvider;
import io.espalier.policy.EpisodeAlgorithm;
import io.espalier.policy.EpisodeLearner;
import io.espalier.policy.Player;
import io.espalier.policy.Policy;
import io.espalier.policy.TaskSpec;

/**
 * Augmented random search: finite differences of the return along random directions, of which the best count, in units of
 * the returns' deviation.
 *
 * <p>Mania, Guy and Recht, arXiv:1803.07055, algorithm 2: V1 without normalised observations, V2 with, V1-t and V2-t where
 * {@code top} is below {@code directions}.
 *
 * @param settings how it learns
 */
public record Ars(Ars.Settings settings) implements EpisodeAlgorithm {
    @Override
    public String name() {
        return "ars";
    }

    @Override
    public Policy policy(TaskSpec task, Seeds seeds) {
        boolean linear = settings.trunk().equals(EvolvedPolicy.LINEAR);
        Initializer last = linear ? Initializer.zeros() : Initializer.orthogonal(0.01);
        return EvolvedPolicy.initial(task, settings.trunk(), last, seeds);
    }

    @Override
    public EpisodeLearner learner(TaskSpec task, Policy initial, Seeds seeds, Cores cores) {
        return new PopulationLearner(
                task, initial, new Search(settings, initial, cores), settings.normalizeObservations(), seeds);
    }

    @Override
    public Player player(TaskSpec task, Policy initial, Seeds seeds) {
        Candidates candidates =
                new Antithetic(settings.noise(), initial.weights().size());
        return new PopulationPlayer(task, initial, candidates, settings.episodes(), settings.normalizeObservations());
    }

    /**
     * With rₖ± the returns of θ ± ν·δₖ, T the b directions of the largest max(rₖ₊, rₖ₋), and σ the standard deviation of
     * their 2·b returns:
     *
     * <pre>
     *   θ ← θ + α/(b·σ) Σ_{k ∈ T} (rₖ₊ − rₖ₋) · δₖ
     * </pre>
     *
     * <p>Where all these returns are equal, there is nothing to learn.
     */
    static final class Search implements Strategy {
        private final Settings settings;
        private final Cores cores;
        private final float[] parameters;
        private final float[] step;

        Search(Settings settings, Policy initial, Cores cores) {
            this.settings = settings;
            this.cores = cores;
            parameters = new float[initial.weights().size()];
            initial.weights().copyInto(parameters);
            step = new float[parameters.length];
        }

        @Override
        public int plays() {
            return settings.directions();
        }

        @Override
        public int perPlay() {
            return 2;
        }

        @Override
        public void announce(long noise, State round) {
            Antithetic.announce(noise, parameters, round);
        }

        @Override
        public void learn(long noise, double[] returns, double progress, MetricSink metrics) {
            double[] better = new double[settings.directions()];
            for (int k = 0; k < better.length; k++) {
                better[k] = Math.max(returns[2 * k], returns[2 * k + 1]);
            }
            int[] order = Ranks.descending(better);
            double deviation = deviation(returns, order);
            metrics.put("population/deviation", deviation);
            if (deviation > 0) {
                double rate = settings.learningRate().at(progress);
                float[] weights = new float[better.length];
                for (int i = 0; i < settings.top(); i++) {
                    int k = order[i];
                    weights[k] = (float) (rate * (returns[2 * k] - returns[2 * k + 1]) / (settings.top() * deviation));
                }
                Noise.sum(cores, noise, weights, step);
                for (int i = 0; i < parameters.length; i++) {
                    parameters[i] += step[i];
                }
            }
        }

        private double deviation(double[] returns, int[] order) {
            int n = 2 * settings.top();
            double sum = 0;
            for (int i = 0; i < n; i++) {
                sum += returns[2 * order[i / 2] + i % 2];
            }
            double squares = 0;
            for (int i = 0; i < n; i++) {
                double difference = returns[2 * order[i / 2] + i % 2] - sum / n;
                squares += difference * difference;
            }
            return Math.sqrt(squares / n);
        }

        @Override
        public float[] parameters() {
            return parameters;
        }

        @Override
        public void save(State into) {
            into.put("parameters", parameters);
        }

        @Override
        public void load(State from) {
            System.arraycopy(from.floats("parameters", parameters.length), 0, parameters, 0, parameters.length);
        }
    }

    /** The settings of {@link Ars}. */
    public record Settings(
            @Setting("Directions per generation; a candidate goes either way along each.")
            int directions,

            @Setting("How many of them count: those with the best candidates.")
            int top,

            @Setting("Episodes that each candidate plays; the same for all of a generation.")
            int episodes,

            @Setting("Standard deviation of the noise on the parameters.")
            double noise,

            @Setting("The step size, a number or linear(from, to) over the run's budget.")
            Schedule learningRate,

            @Setting("Normalise observations by the running mean and deviation of what all candidates see: V2.")
            boolean normalizeObservations,

            @Setting("The hidden layers of the policy, or linear for none.")
            String trunk) {
        /**
         * Checks everything.
         *
         * @throws IllegalArgumentException with a line for each broken rule
         */
        public Settings {
            Rules rules = new Rules()
                    .within(1, 1_000_000, "directions", directions, "Maybe use 8")
                    .require(
                            top >= 1 && top <= directions,
                            "top",
                            top,
                            "must be from 1 to directions (" + directions + ")",
                            "Maybe use as many as directions")
                    .atLeast(1, "episodes", episodes, "Maybe use 1")
                    .within(1e-6, 1e3, "noise", noise, "Maybe use 0.05")
                    .within(0, 10, "learningRate", learningRate, "Maybe use 0.02");
            EvolvedPolicy.rule(rules, trunk).check();
        }

        /** Settings that suit small tasks: linear policies, V2. */
        public static Settings defaults() {
            return new Settings(8, 8, 1, 0.05, Schedule.constant(0.02), true, EvolvedPolicy.LINEAR);
        }
    }

    /** Offers {@link Ars} by name. */
    @SuppressWarnings("rawtypes") // a service is named by its raw type
    @AutoService(AlgorithmProvider.class)
    public static final class Provider implements AlgorithmProvider<Settings> {
        @Override
        public String name() {
            return "ars";
        }

        @Override
        public String summary() {
            return "Augmented random search: differences along random directions; linear policies unless told otherwise.";
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
            return new Ars(settings);
        }
    }
}
