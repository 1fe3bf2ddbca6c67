package io.espalier.runtime;

import io.espalier.core.Cores;
import io.espalier.core.Environment;
import io.espalier.core.MetricSink;
import io.espalier.core.RandomStream;
import io.espalier.core.Seeds;
import io.espalier.core.Setting;
import io.espalier.core.State;
import io.espalier.core.Step;
import io.espalier.nn.Weights;
import io.espalier.policy.AlgorithmProvider;
import io.espalier.policy.EpisodeAlgorithm;
import io.espalier.policy.EpisodeLearner;
import io.espalier.policy.Player;
import io.espalier.policy.Policy;
import io.espalier.policy.PolicySession;
import io.espalier.policy.TaskSpec;
import java.util.List;

/** Plays two episodes with each of some disturbed copies of a linear policy, and goes on from the best copy. */
final class Offspring implements EpisodeAlgorithm {
    private final Settings settings;

    Offspring(Settings settings) {
        this.settings = settings;
    }

    static Offspring standard() {
        return new Offspring(new Settings(10, 2));
    }

    record Settings(
            @Setting("Copies per round.") int copies,

            @Setting("Standard deviation of the disturbance.")
            double noise) {}

    @Override
    public String name() {
        return "offspring";
    }

    @Override
    public Record settings() {
        return settings;
    }

    @Override
    public Policy policy(TaskSpec task, Seeds seeds) {
        return HillClimbing.standard().policy(task, seeds);
    }

    @Override
    public EpisodeLearner learner(TaskSpec task, Policy initial, Seeds seeds, Cores cores) {
        return new Parent(initial, seeds.seed());
    }

    @Override
    public Player player(TaskSpec task, Policy initial, Seeds seeds) {
        return new Child(task, initial);
    }

    private static float[] disturbed(float[] weights, long noiseSeed, int number, double noise) {
        float[] copy = weights.clone();
        RandomStream random = Seeds.of(noiseSeed).child(number).stream();
        for (int i = 0; i < copy.length && number > 0; i++) {
            copy[i] += (float) (noise * random.nextGaussian());
        }
        return copy;
    }

    private final class Child implements Player {
        private final float[] observation;
        private final PolicySession session;
        private Policy policy;
        private float[] parent = {};
        private long noiseSeed;

        Child(TaskSpec task, Policy initial) {
            observation = new float[task.observationSpace().size()];
            session = initial.session(1);
            policy = initial;
        }

        @Override
        public void begin(State round) {
            parent = round.floats("weights");
            noiseSeed = round.getLong("noise");
        }

        @Override
        public State play(int number, int attempt, Environment environment) {
            policy = policy.with(
                    Weights.copyOf(0, disturbed(parent, noiseSeed, number, settings.noise())),
                    policy.normalizer(),
                    policy.head());
            session.load(policy);
            RandomStream[] streams = {new RandomStream(0)};
            float[] action = new float[1];
            double sum = 0;
            for (int episode = 0; episode < 2; episode++) {
                environment.reset(
                        Seeds.of(noiseSeed).child(number).child("try", attempt).seedOf(episode));
                Step step;
                do {
                    environment.observe(observation, 0);
                    session.act(
                            observation,
                            0,
                            1,
                            new boolean[0],
                            0,
                            streams,
                            0,
                            true,
                            action,
                            0,
                            new float[0],
                            new float[0],
                            0);
                    step = environment.step(action, 0);
                    sum += step.reward();
                } while (!step.last());
            }
            State result = new State();
            result.putDouble("return", sum);
            return result;
        }
    }

    private final class Parent implements EpisodeLearner {
        private final Seeds noise;
        private long generation;
        private Policy policy;

        Parent(Policy initial, long seed) {
            policy = initial;
            noise = Seeds.of(seed);
        }

        @Override
        public int plays() {
            // Not always as many, so that what is kept by play grows and shrinks.
            return settings.copies() + (int) (generation % 3);
        }

        @Override
        public State round() {
            State round = new State();
            round.put("weights", parameters());
            round.putLong("noise", noise.seedOf(generation));
            return round;
        }

        @Override
        public void update(List<State> results, MetricSink metrics) {
            int best = 0;
            for (int i = 1; i < results.size(); i++) {
                if (results.get(i).getDouble("return") > results.get(best).getDouble("return")) {
                    best = i;
                }
            }
            metrics.put("best", results.get(best).getDouble("return"));
            float[] weights = disturbed(parameters(), noise.seedOf(generation), best, settings.noise());
            generation++;
            policy = policy.with(Weights.copyOf(generation, weights), policy.normalizer(), policy.head());
        }

        private float[] parameters() {
            float[] copy = new float[policy.weights().size()];
            policy.weights().copyInto(copy);
            return copy;
        }

        @Override
        public Policy policy() {
            return policy;
        }

        @Override
        public long updates() {
            return generation;
        }

        @Override
        public void save(State into) {
            into.put("weights", parameters());
            into.putLong("generation", generation);
        }

        @Override
        public void load(State from) {
            generation = from.getLong("generation");
            policy =
                    policy.with(Weights.copyOf(generation, from.floats("weights")), policy.normalizer(), policy.head());
        }
    }

    /** Finds it by name. */
    public static final class Provider implements AlgorithmProvider<Settings> {
        @Override
        public String name() {
            return "offspring";
        }

        @Override
        public String summary() {
            return "Goes on from the best of some disturbed copies.";
        }

        @Override
        public Class<Settings> settingsType() {
            return Settings.class;
        }

        @Override
        public Settings defaults() {
            return new Settings(10, 2);
        }

        @Override
        public EpisodeAlgorithm create(Settings settings) {
            return new Offspring(settings);
        }
    }
}
