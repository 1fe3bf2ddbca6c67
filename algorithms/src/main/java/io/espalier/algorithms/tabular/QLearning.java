package io.espalier.algorithms.tabular;

import com.google.auto.service.AutoService;
import io.espalier.algorithms.parts.ActorCritic;
import io.espalier.algorithms.parts.Rules;
import io.espalier.core.Box;
import io.espalier.core.Cores;
import io.espalier.core.Discrete;
import io.espalier.core.MetricSink;
import io.espalier.core.MultiBinary;
import io.espalier.core.MultiDiscrete;
import io.espalier.core.Rollout;
import io.espalier.core.Seeds;
import io.espalier.core.Setting;
import io.espalier.core.Space;
import io.espalier.core.State;
import io.espalier.nn.Initializer;
import io.espalier.nn.NetworkSpec;
import io.espalier.nn.Schedule;
import io.espalier.nn.Weights;
import io.espalier.policy.ActionHead;
import io.espalier.policy.Algorithm;
import io.espalier.policy.AlgorithmProvider;
import io.espalier.policy.Learner;
import io.espalier.policy.Policy;
import io.espalier.policy.TaskSpec;
import java.util.Arrays;

/**
 * Q-learning with a table: one number for every pair of state and action, moved towards the reward plus the best number
 * of the state that was reached. For observations and actions that are discrete.
 *
 * <p>Watkins and Dayan, "Q-learning", Machine Learning 8 (1992), equation 1. Their theorem asks of the step sizes of each
 * pair that Σα = ∞ and Σα² &lt; ∞: {@code visitExponent} ω in (½, 1] gives it, with αₙ = α / (1 + n)^ω at the n-th visit.
 *
 * @param settings how it learns
 */
public record QLearning(QLearning.Settings settings) implements Algorithm {
    @Override
    public String name() {
        return "q-learning";
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
        if (task.observationSpace() instanceof Box || !(task.actionSpace() instanceof Discrete)) {
            throw new IllegalArgumentException(
                    "observation space (" + task.observationSpace().text()
                            + ") must be discrete and action space ("
                            + task.actionSpace().text()
                            + ") one discrete choice for a table. Maybe use dqn or ppo.");
        }
        NetworkSpec table = new NetworkSpec.Embedding(
                new States(task.observationSpace()).count(),
                task.actionSpace().choices(),
                Initializer.constant(settings.initialValue()));
        ActionHead head = new ActionHead.Tabular(settings.epsilon().at(0));
        return ActorCritic.policy(task, table, head, seeds);
    }

    @Override
    public Learner learner(TaskSpec task, Policy initial, Seeds seeds, Cores cores) {
        return new TableLearner(settings, task, initial);
    }

    /** The settings of {@link QLearning}. */
    public record Settings(
            @Setting("Copies of the environment stepped together.")
            int environments,

            @Setting("Environment steps of each copy between two changes of the acting policy.")
            int rolloutSteps,

            @Setting("Discount of future rewards per environment step, 0 to 1.")
            double gamma,

            @Setting("Step size α towards each new target, a number or a schedule over the run's budget.")
            Schedule learningRate,

            @Setting("ω: the step size of the n-th visit to a pair is α / (1 + n)^ω; 0 for no decay.")
            double visitExponent,

            @Setting("Share of random actions, a number or a schedule over the run's budget.")
            Schedule epsilon,

            @Setting("What every pair is worth at first; above the truth makes it try everything.")
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
                    .within(0, 1, "gamma", gamma, "Maybe use 0.99")
                    .within(0, 1, "learningRate", learningRate, "Maybe use 0.1")
                    .within(0, 1, "visitExponent", visitExponent, "Maybe use 0.7, or 0 for no decay")
                    .within(0, 1, "epsilon", epsilon, "Maybe use linear(1, 0.05)")
                    .within(-1e6, 1e6, "initialValue", initialValue, "Maybe use 0")
                    .check();
        }

        /** Settings that suit most tasks. */
        public static Settings defaults() {
            return new Settings(1, 8, 0.99, Schedule.constant(0.1), 0, Schedule.linear(1, 0.05, 0.5), 0);
        }
    }

    /** Offers {@link QLearning} by name. */
    @SuppressWarnings("rawtypes") // a service is named by its raw type
    @AutoService(AlgorithmProvider.class)
    public static final class Provider implements AlgorithmProvider<Settings> {
        @Override
        public String name() {
            return "q-learning";
        }

        @Override
        public String summary() {
            return "Q-learning with a table: for small discrete observations and actions, where it finds the optimum.";
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
        public Algorithm create(Settings settings) {
            return new QLearning(settings);
        }
    }

    /** Numbers the observations of a discrete space: the last component counts fastest. */
    private static final class States {
        private final int[] counts;

        States(Space space) {
            if (space instanceof MultiDiscrete several) {
                counts = new int[several.components()];
                Arrays.setAll(counts, several::count);
            } else if (space instanceof MultiBinary bits) {
                counts = new int[bits.n()];
                Arrays.fill(counts, 2);
            } else {
                counts = new int[] {space.choices()};
            }
        }

        int count() {
            int count = 1;
            for (int each : counts) {
                count = Math.multiplyExact(count, each);
            }
            return count;
        }

        int index(float[] observations, int at) {
            int index = 0;
            for (int i = 0; i < counts.length; i++) {
                index = index * counts[i] + (int) observations[at + i];
            }
            return index;
        }
    }

    private static final class TableLearner implements Learner {
        private final Settings settings;
        private final TaskSpec task;
        private final States states;
        private final int actions;
        private final float[] table;
        private final long[] visits;
        private Policy policy;
        private long updates;

        TableLearner(Settings settings, TaskSpec task, Policy initial) {
            this.settings = settings;
            this.task = task;
            this.policy = initial;
            states = new States(task.observationSpace());
            actions = task.actionSpace().choices();
            table = new float[initial.weights().size()];
            visits = new long[table.length];
            initial.weights().copyInto(table);
        }

        @Override
        public void update(Rollout rollout, MetricSink metrics) {
            int skipped = 0;
            double error = 0;
            double stepSize = 0;
            int rows = rollout.rows();
            for (int row = 0; row < rows; row++) {
                if (rollout.discarded[row] || !Double.isFinite(rollout.rewards[row])) {
                    skipped++;
                    continue;
                }
                int state = states.index(rollout.observations, row * rollout.observationSize);
                int pair = state * actions + (int) rollout.actions[row];
                // αₙ = α / (1 + n)^ω;  δ = r + γ · maxₐ Q(s′, a) · (1 − terminated) − Q(s, a);  Q(s, a) ← Q(s, a) +
                // αₙ·δ
                double alpha = settings.learningRate().at(task.progress(rollout.environmentStepsBefore + row));
                if (settings.visitExponent() > 0) {
                    alpha /= StrictMath.pow(1.0 + visits[pair], settings.visitExponent());
                }
                double next = rollout.terminated[row] ? 0 : best(rollout, row);
                double delta = rollout.rewards[row] + settings.gamma() * next - table[pair];
                table[pair] += (float) (alpha * delta);
                visits[pair]++;
                updates++;
                error += Math.abs(delta);
                stepSize += alpha;
            }
            double progress = task.progress(rollout.environmentStepsBefore + rows);
            double epsilon = settings.epsilon().at(progress);
            publish(policy.weights().version() + 1, epsilon);
            metrics.put("update/skipped", skipped);
            metrics.put("exploration/epsilon", epsilon);
            if (skipped < rows) {
                metrics.put("loss/td-error", error / (rows - skipped));
                metrics.put("update/learning-rate", stepSize / (rows - skipped));
            }
        }

        /** The largest number in the row of the state reached, among actions allowed there. */
        private double best(Rollout rollout, int row) {
            int first = states.index(rollout.reached, row * rollout.observationSize) * actions;
            int mask = row * rollout.maskSize;
            float most = Float.NEGATIVE_INFINITY;
            for (int action = 0; action < actions; action++) {
                if (rollout.maskSize == 0 || rollout.reachedMasks[mask + action]) {
                    most = Math.max(most, table[first + action]);
                }
            }
            return most;
        }

        private void publish(long version, double epsilon) {
            policy = policy.with(Weights.copyOf(version, table), policy.normalizer(), new ActionHead.Tabular(epsilon));
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
            into.put("table", table);
            into.put("visits", visits);
            into.put("counts", new long[] {policy.weights().version(), updates});
            into.putDouble("epsilon", ((ActionHead.Tabular) policy.head()).epsilon());
        }

        @Override
        public void load(State from) {
            System.arraycopy(from.floats("table", table.length), 0, table, 0, table.length);
            long[] saved = from.longs("visits");
            System.arraycopy(Arrays.copyOf(saved, visits.length), 0, visits, 0, visits.length);
            long[] counts = from.longs("counts");
            updates = counts[1];
            publish(counts[0], from.getDouble("epsilon"));
        }
    }
}
