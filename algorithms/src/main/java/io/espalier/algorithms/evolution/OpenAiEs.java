package io.espalier.algorithms.evolution;

import com.google.auto.service.AutoService;
import io.espalier.algorithms.parts.Rules;
import io.espalier.core.Cores;
import io.espalier.core.MetricSink;
import io.espalier.core.Seeds;
import io.espalier.core.Setting;
import io.espalier.core.State;
import io.espalier.nn.Gradients;
import io.espalier.nn.Initializer;
import io.espalier.nn.Optimizer;
import io.espalier.nn.OptimizerSpec;
import io.espalier.nn.Schedule;
import io.espalier.policy.AlgorithmProvider;
import io.espalier.policy.EpisodeAlgorithm;
import io.espalier.policy.EpisodeLearner;
import io.espalier.policy.Player;
import io.espalier.policy.Policy;
import io.espalier.policy.TaskSpec;

/**
 * OpenAI's evolution strategy: the gradient of the expected return under Gaussian noise on the parameters, estimated from
 * mirrored candidates and their ranks.
 *
 * <p>Salimans et al., arXiv:1703.03864, algorithm 2, with section 2.1's fitness shaping and weight decay.
 *
 * @param settings how it learns
 */
public record OpenAiEs(OpenAiEs.Settings settings) implements EpisodeAlgorithm {
    @Override
    public String name() {
        return "openai-es";
    }

    @Override
    public Policy policy(TaskSpec task, Seeds seeds) {
        return EvolvedPolicy.initial(task, settings.trunk(), Initializer.orthogonal(0.01), seeds);
    }

    @Override
    public EpisodeLearner learner(TaskSpec task, Policy initial, Seeds seeds, Cores cores) {
        return new PopulationLearner(
                task, initial, new Ascent(settings, initial, cores), settings.normalizeObservations(), seeds);
    }

    @Override
    public Player player(TaskSpec task, Policy initial, Seeds seeds) {
        Candidates candidates =
                new Antithetic(settings.noise(), initial.weights().size());
        return new PopulationPlayer(task, initial, candidates, settings.episodes(), settings.normalizeObservations());
    }

    /**
     * With uₖ± the centred ranks of the returns of θ ± σ·εₖ, k = 1 to n, and λ the weight decay:
     *
     * <pre>
     *   g = 1/(2·n·σ) Σₖ (uₖ₊ − uₖ₋) · εₖ
     *   θ ← θ + Adam(g − λ·θ)
     * </pre>
     */
    static final class Ascent implements Strategy {
        private final Settings settings;
        private final Cores cores;
        private final Optimizer optimizer;
        private final float[] parameters;
        private final float[] gradient;

        Ascent(Settings settings, Policy initial, Cores cores) {
            this.settings = settings;
            this.cores = cores;
            parameters = new float[initial.weights().size()];
            initial.weights().copyInto(parameters);
            gradient = new float[parameters.length];
            optimizer = OptimizerSpec.parse(settings.optimizer()).create(parameters.length);
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
            float[] ranks = Ranks.centred(returns);
            float[] weights = new float[settings.directions()];
            for (int k = 0; k < weights.length; k++) {
                // Downhill, as the optimiser goes.
                weights[k] = (float) ((ranks[2 * k + 1] - ranks[2 * k]) / (returns.length * settings.noise()));
            }
            Noise.sum(cores, noise, weights, gradient);
            metrics.put("update/gradient-norm", Math.sqrt(Gradients.squaredNorm(gradient, 0, gradient.length)));
            Gradients.addScaled(gradient, (float) settings.weightDecay(), parameters, 0, gradient.length);
            float rate = (float) settings.learningRate().at(progress);
            optimizer.beginStep();
            optimizer.step(parameters, gradient, 0, parameters.length, rate, 1);
            metrics.put("update/learning-rate", rate);
        }

        @Override
        public float[] parameters() {
            return parameters;
        }

        @Override
        public void save(State into) {
            into.put("parameters", parameters);
            into.putLong("steps", optimizer.steps());
            for (int i = 0; i < optimizer.slots(); i++) {
                into.put("optimizer/" + i, optimizer.slot(i));
            }
        }

        @Override
        public void load(State from) {
            System.arraycopy(from.floats("parameters", parameters.length), 0, parameters, 0, parameters.length);
            for (int i = 0; i < optimizer.slots(); i++) {
                float[] slot = optimizer.slot(i);
                System.arraycopy(from.floats("optimizer/" + i, slot.length), 0, slot, 0, slot.length);
            }
            optimizer.restore(from.getLong("steps"));
        }
    }

    /** The settings of {@link OpenAiEs}. */
    public record Settings(
            @Setting("Pairs of candidates per generation, one on each side of the policy.")
            int directions,

            @Setting("Episodes that each candidate plays; the same for all of a generation.")
            int episodes,

            @Setting("Standard deviation of the noise on the parameters.")
            double noise,

            @Setting("The optimiser's step size, a number or linear(from, to) over the run's budget.")
            Schedule learningRate,

            @Setting("The optimiser, as adam or sgd(momentum=0.9).")
            String optimizer,

            @Setting("How strongly parameters are drawn to 0: added to the gradient times the parameter.")
            double weightDecay,

            @Setting("Normalise observations by the running mean and deviation of what all candidates see.")
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
                    .within(1, 1_000_000, "directions", directions, "Maybe use 32")
                    .atLeast(1, "episodes", episodes, "Maybe use 1")
                    .within(1e-6, 1e3, "noise", noise, "Maybe use 0.05")
                    .within(0, 10, "learningRate", learningRate, "Maybe use 0.02")
                    .optimizer("optimizer", optimizer)
                    .notNegative("weightDecay", weightDecay, "Maybe use 0.005");
            EvolvedPolicy.rule(rules, trunk).check();
        }

        /** Settings that suit small tasks. */
        public static Settings defaults() {
            return new Settings(
                    32, 1, 0.05, Schedule.constant(0.02), "adam", 0.005, true, "dense(32) > tanh > dense(32) > tanh");
        }
    }

    /** Offers {@link OpenAiEs} by name. */
    @SuppressWarnings("rawtypes") // a service is named by its raw type
    @AutoService(AlgorithmProvider.class)
    public static final class Provider implements AlgorithmProvider<Settings> {
        @Override
        public String name() {
            return "openai-es";
        }

        @Override
        public String summary() {
            return "OpenAI's evolution strategy: a gradient from ranked, mirrored noise on the parameters.";
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
            return new OpenAiEs(settings);
        }
    }
}
