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
 * A genetic algorithm: the best candidates of a generation are the parents of the next, by mutation alone.
 *
 * <p>Such et al., "Deep neuroevolution", arXiv:1712.06567, algorithm 1: truncation selection, Gaussian mutation, elites,
 * no crossover.
 *
 * @param settings how it learns
 */
public record Genetic(Genetic.Settings settings) implements EpisodeAlgorithm {
    @Override
    public String name() {
        return "genetic";
    }

    @Override
    public Policy policy(TaskSpec task, Seeds seeds) {
        return EvolvedPolicy.initial(task, settings.trunk(), Initializer.orthogonal(1), seeds);
    }

    @Override
    public EpisodeLearner learner(TaskSpec task, Policy initial, Seeds seeds, Cores cores) {
        return new PopulationLearner(
                task, initial, new Selection(settings, initial), settings.normalizeObservations(), seeds);
    }

    @Override
    public Player player(TaskSpec task, Policy initial, Seeds seeds) {
        Candidates candidates = new Offspring(initial.weights().size(), settings.elites(), settings.mutation());
        return new PopulationPlayer(task, initial, candidates, settings.episodes(), settings.normalizeObservations());
    }

    /** Keeps the best; the first of them is the policy. */
    static final class Selection implements Strategy {
        private final Settings settings;
        private final Offspring offspring;
        private final float[] best;
        private float[] parents;

        Selection(Settings settings, Policy initial) {
            this.settings = settings;
            int size = initial.weights().size();
            offspring = new Offspring(size, settings.elites(), settings.mutation());
            best = new float[size];
            initial.weights().copyInto(best);
            parents = best.clone();
        }

        @Override
        public int plays() {
            return settings.candidates();
        }

        @Override
        public int perPlay() {
            return 1;
        }

        @Override
        public void announce(long noise, State round) {
            Offspring.announce(noise, parents, round);
        }

        @Override
        public void learn(long noise, double[] returns, double progress, MetricSink metrics) {
            int[] order = Ranks.descending(returns);
            offspring.begin(noise, parents);
            float[] chosen = new float[settings.parents() * best.length];
            float[] one = new float[best.length];
            for (int i = 0; i < settings.parents(); i++) {
                offspring.parameters(order[i], 0, one);
                System.arraycopy(one, 0, chosen, i * one.length, one.length);
            }
            parents = chosen;
            System.arraycopy(chosen, 0, best, 0, best.length);
            metrics.put("population/worst-parent", returns[order[settings.parents() - 1]]);
        }

        @Override
        public float[] parameters() {
            return best;
        }

        @Override
        public void save(State into) {
            into.put("parents", parents);
        }

        @Override
        public void load(State from) {
            float[] saved = from.floats("parents");
            if (saved.length != best.length && saved.length != settings.parents() * best.length) {
                throw new IllegalArgumentException("\"parents\" has " + saved.length + " values, not "
                        + settings.parents() + " times the " + best.length
                        + " parameters. Maybe it was saved with other settings.");
            }
            parents = saved;
            System.arraycopy(saved, 0, best, 0, best.length);
        }
    }

    /** The settings of {@link Genetic}. */
    public record Settings(
            @Setting("Candidates per generation.") int candidates,

            @Setting("How many of the best are the parents of the next generation.")
            int parents,

            @Setting("How many of the best parents are tried again as they are.")
            int elites,

            @Setting("Episodes that each candidate plays; the same for all of a generation.")
            int episodes,

            @Setting("Standard deviation of the noise that mutation adds to each parameter.")
            double mutation,

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
                    .within(2, 1_000_000, "candidates", candidates, "Maybe use 64")
                    .require(
                            parents >= 1 && parents < candidates,
                            "parents",
                            parents,
                            "must be at least 1 and below candidates (" + candidates + ")",
                            "Maybe use a fifth of them")
                    .require(
                            elites >= 0 && elites <= parents,
                            "elites",
                            elites,
                            "must be from 0 to parents (" + parents + ")",
                            "Maybe use 1")
                    .atLeast(1, "episodes", episodes, "Maybe use 1")
                    .within(1e-6, 1e3, "mutation", mutation, "Maybe use 0.1");
            EvolvedPolicy.rule(rules, trunk).check();
        }

        /** Settings that suit small tasks. */
        public static Settings defaults() {
            return new Settings(64, 12, 1, 1, 0.1, false, "dense(32) > tanh");
        }
    }

    /** Offers {@link Genetic} by name. */
    @SuppressWarnings("rawtypes") // a service is named by its raw type
    @AutoService(AlgorithmProvider.class)
    public static final class Provider implements AlgorithmProvider<Settings> {
        @Override
        public String name() {
            return "genetic";
        }

        @Override
        public String summary() {
            return "A genetic algorithm: truncation selection, Gaussian mutation, elites; needs no gradient at all.";
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
            return new Genetic(settings);
        }
    }
}
