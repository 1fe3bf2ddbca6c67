package io.espalier.runtime;

import io.espalier.core.Cores;
import io.espalier.core.MetricSink;
import io.espalier.core.RandomStream;
import io.espalier.core.Rollout;
import io.espalier.core.Seeds;
import io.espalier.core.Setting;
import io.espalier.core.State;
import io.espalier.nn.NetworkSpec;
import io.espalier.nn.Weights;
import io.espalier.policy.ActionHead;
import io.espalier.policy.AlgorithmProvider;
import io.espalier.policy.Normalizer;
import io.espalier.policy.Policy;
import io.espalier.policy.RolloutAlgorithm;
import io.espalier.policy.RolloutLearner;
import io.espalier.policy.TaskSpec;
import java.util.Map;

/**
 * Keeps the best linear policy so far and tries a disturbed one in each round: it moves on if that earned more per
 * episode. The smallest learner that really learns CartPole.
 */
final class HillClimbing implements RolloutAlgorithm {
    private final Settings settings;

    HillClimbing(Settings settings) {
        this.settings = settings;
    }

    static HillClimbing standard() {
        return new HillClimbing(new Settings(8, 128, 4));
    }

    record Settings(
            @Setting("Environments stepped together.") int environments,
            @Setting("Steps of each environment per round.") int rolloutSteps,

            @Setting("Standard deviation of the disturbance.")
            double noise) {
        Settings {
            if (environments < 1 || rolloutSteps < 1) {
                throw new IllegalArgumentException("environments (" + environments + ") and rolloutSteps ("
                        + rolloutSteps + ") must be at least 1.");
            }
        }
    }

    @Override
    public String name() {
        return "hill-climbing";
    }

    @Override
    public Record settings() {
        return settings;
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
        NetworkSpec spec =
                NetworkSpec.parse("heads(policy: dense(" + task.actionSpace().choices() + ", init=zeros))");
        int parameters =
                (task.observationSpace().encodedSize() + 1) * task.actionSpace().choices();
        return new Policy(
                task,
                Normalizer.identity(),
                spec,
                Weights.copyOf(0, new float[parameters]),
                new ActionHead.Categorical(),
                Map.of());
    }

    @Override
    public RolloutLearner learner(TaskSpec task, Policy initial, Seeds seeds, Cores cores) {
        return new Climber(initial, seeds.stream(), cores);
    }

    private final class Climber implements RolloutLearner {
        private final RandomStream random;
        private final Cores cores;
        private final float[] best;
        private final float[] tried;
        private double bestScore = Double.NEGATIVE_INFINITY;
        private long updates;
        private Policy policy;

        Climber(Policy initial, RandomStream random, Cores cores) {
            this.random = random;
            this.cores = cores;
            policy = initial;
            best = new float[initial.weights().size()];
            tried = best.clone();
        }

        @Override
        public void update(Rollout rollout, MetricSink metrics) {
            // One sum per environment, wherever it is made; added in order.
            double[] sums = new double[rollout.environments];
            int[] ends = new int[rollout.environments];
            cores.run(rollout.environments, (i, thread) -> {
                for (int row = i; row < rollout.rows(); row += rollout.environments) {
                    sums[i] += rollout.discarded[row] ? 0 : rollout.rewards[row];
                    ends[i] += rollout.last(row) ? 1 : 0;
                }
            });
            double sum = 0;
            int count = 1;
            for (int i = 0; i < sums.length; i++) {
                sum += sums[i];
                count += ends[i];
            }
            double score = sum / count;
            metrics.put("score", score);
            if (score >= bestScore) {
                bestScore = score;
                System.arraycopy(tried, 0, best, 0, best.length);
            }
            updates++;
            for (int i = 0; i < best.length; i++) {
                tried[i] = best[i] + (float) (settings.noise() * random.nextGaussian());
            }
            publish();
        }

        private void publish() {
            policy = policy.with(
                    Weights.copyOf(policy.weights().version() + 1, tried), policy.normalizer(), policy.head());
        }

        @Override
        public Policy policy() {
            return policy;
        }

        @Override
        public long updates() {
            return updates;
        }

        @Override
        public void save(State into) {
            into.put("best", best);
            into.put("tried", tried);
            into.putDouble("bestScore", bestScore);
            into.put("counts", new long[] {updates, policy.weights().version()});
            long[] stream = new long[3];
            random.save(stream, 0);
            into.put("stream", stream);
        }

        @Override
        public void load(State from) {
            System.arraycopy(from.floats("best", best.length), 0, best, 0, best.length);
            System.arraycopy(from.floats("tried", best.length), 0, tried, 0, best.length);
            bestScore = from.getDouble("bestScore");
            updates = from.longs("counts")[0];
            random.load(from.longs("stream"), 0);
            policy = policy.with(Weights.copyOf(from.longs("counts")[1], tried), policy.normalizer(), policy.head());
        }
    }

    /** Finds it by name. */
    public static final class Provider implements AlgorithmProvider<Settings> {
        @Override
        public String name() {
            return "hill-climbing";
        }

        @Override
        public String summary() {
            return "Keeps the best of randomly disturbed linear policies.";
        }

        @Override
        public Class<Settings> settingsType() {
            return Settings.class;
        }

        @Override
        public Settings defaults() {
            return new Settings(8, 128, 4);
        }

        @Override
        public RolloutAlgorithm create(Settings settings) {
            return new HillClimbing(settings);
        }
    }
}
