package io.espalier.algorithms.tabular;

import com.google.auto.service.AutoService;
import io.espalier.core.Cores;
import io.espalier.core.RandomStream;
import io.espalier.core.Rollout;
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
 * Double Q-learning: two tables, one of which chooses the best action in the state reached and the other says what it is
 * worth, so that luck is not taken for worth. Where rewards are noisy, Q-learning's maximum is too high; this is not.
 *
 * <pre>
 *   with probability ½:  a* = argmaxₐ A(s′, a);  A(s, a) ← A(s, a) + α · (r + γ · B(s′, a*) − A(s, a))
 *   else the same with A and B exchanged
 * </pre>
 *
 * <p>Van Hasselt, "Double Q-learning" (NeurIPS 2010), algorithm 1. The policy acts by the mean of both tables, and a pair's
 * visits are counted for each table on its own.
 *
 * @param settings how it learns
 */
public record DoubleQLearning(DoubleQLearning.Settings settings) implements RolloutAlgorithm {
    @Override
    public String name() {
        return "double-q-learning";
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
        return ActionTable.policy(task, settings.initialValue(), settings.epsilon(), seeds);
    }

    @Override
    public RolloutLearner learner(TaskSpec task, Policy initial, Seeds seeds, Cores cores) {
        return new TableLearner(task, initial, settings.epsilon(), new Pair(settings, initial, seeds));
    }

    /** The settings of {@link DoubleQLearning}. */
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
            ActionTable.rules(environments, rolloutSteps, gamma, learningRate, visitExponent, epsilon, initialValue)
                    .check();
        }

        /** Settings that suit most tasks. */
        public static Settings defaults() {
            return new Settings(1, 8, 0.99, Schedule.constant(0.1), 0, Schedule.linear(1, 0.05, 0.5), 0);
        }
    }

    /** Offers {@link DoubleQLearning} by name. */
    @SuppressWarnings("rawtypes") // a service is named by its raw type
    @AutoService(AlgorithmProvider.class)
    public static final class Provider implements AlgorithmProvider<Settings> {
        @Override
        public String name() {
            return "double-q-learning";
        }

        @Override
        public String summary() {
            return "Double Q-learning: two tables that check each other, for noisy rewards, where a maximum overestimates.";
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
            return new DoubleQLearning(settings);
        }
    }

    /** The rule and its two tables. */
    private static final class Pair implements TableLearner.Rule {
        private final Settings settings;
        private final RandomStream coin;
        private final float[][] tables;
        private final long[][] visits;

        Pair(Settings settings, Policy initial, Seeds seeds) {
            this.settings = settings;
            coin = seeds.child("coin").stream();
            int pairs = initial.weights().size();
            tables = new float[2][pairs];
            visits = new long[2][pairs];
            initial.weights().copyInto(tables[0]);
            initial.weights().copyInto(tables[1]);
        }

        @Override
        public void learn(Rollout rollout, ActionTable table, double epsilon) {
            for (int row = 0; row < rollout.rows(); row++) {
                int side = coin.nextInt(2);
                if (ActionTable.usable(rollout, row)) {
                    learn(rollout, row, table, side);
                }
            }
        }

        private void learn(Rollout rollout, int row, ActionTable table, int side) {
            float[] chooses = tables[side];
            float[] judges = tables[1 - side];
            int pair = table.pair(rollout, row);
            double next = rollout.terminated[row] ? 0 : judges[best(rollout, row, table, chooses)];
            double delta = rollout.rewards[row] + settings.gamma() * next - chooses[pair];
            double alpha = table.stepSize(
                    settings.learningRate(),
                    settings.visitExponent(),
                    rollout.environmentStepsBefore + row,
                    visits[side][pair]++);
            chooses[pair] += (float) (alpha * delta);
            table.values[pair] = (chooses[pair] + judges[pair]) / 2;
            table.visits[pair]++;
            table.count(alpha, delta);
        }

        /** The pair of the state reached that is best by one table, the lowest action among equals. */
        private static int best(Rollout rollout, int row, ActionTable table, float[] chooses) {
            int first = table.reached(rollout, row) * table.actions;
            float most = table.best(chooses, table.reached(rollout, row), rollout.maskSize, rollout.reachedMasks, row);
            int action = 0;
            while (action < table.actions - 1
                    && !(chooses[first + action] == most
                            && (rollout.maskSize == 0 || rollout.reachedMasks[row * rollout.maskSize + action]))) {
                action++;
            }
            return first + action;
        }

        @Override
        public void save(State into) {
            long[] stream = new long[3];
            coin.save(stream, 0);
            into.put("coin", stream);
            for (int side = 0; side < 2; side++) {
                into.child("side", side).put("table", tables[side]);
                into.child("side", side).put("visits", visits[side]);
            }
        }

        @Override
        public void load(State from) {
            coin.load(from.longs("coin"), 0);
            for (int side = 0; side < 2; side++) {
                tables[side] = from.child("side", side).floats("table", tables[side].length);
                visits[side] = from.child("side", side).longs("visits");
            }
        }
    }
}
