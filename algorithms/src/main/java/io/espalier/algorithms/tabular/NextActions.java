package io.espalier.algorithms.tabular;

import io.espalier.core.Rollout;
import io.espalier.core.State;
import java.util.Arrays;

/**
 * Completes each transition with the value of the action that follows it: (s, a, r, s′, a′). The action of a row's
 * successor stands one step later, so the last row of a block waits for the next block.
 *
 * <p>Where an episode terminates, nothing follows. Where it is cut off no action follows, and the mean over the policy's
 * actions, Σₐ π(a | s′) · Q(s′, a), stands for it.
 */
final class NextActions {
    private static final int NOTHING = -1;

    /** Receives transitions of each environment in order. */
    interface Sink {
        /**
         * One transition.
         *
         * @param environment whose it is
         * @param environmentStep when, counted over the run
         * @param next Q(s′, a′)
         * @param last whether the episode ended with it
         */
        void transition(int environment, int pair, double reward, long environmentStep, double next, boolean last);

        /** What that environment did before does not lead to what it does next, though no episode ended. */
        void broken(int environment);
    }

    private final int[] pair;
    private final int[] reached;
    private final double[] reward;
    private final long[] environmentStep;

    NextActions(int environments) {
        pair = new int[environments];
        Arrays.fill(pair, NOTHING);
        reached = new int[environments];
        reward = new double[environments];
        environmentStep = new long[environments];
    }

    /**
     * Hands over all transitions whose successor is known by now.
     *
     * @param epsilon of the policy that acted
     */
    void complete(Rollout rollout, ActionTable table, double epsilon, Sink sink) {
        for (int row = 0; row < rollout.rows(); row++) {
            int i = row % rollout.environments;
            if (pair[i] != NOTHING) {
                // A void row tells nothing of what was done in s′; nor does a row that begins elsewhere.
                if (rollout.discarded[row] || table.state(rollout, row) != reached[i]) {
                    sink.broken(i);
                } else {
                    double next = table.values[table.pair(rollout, row)];
                    sink.transition(i, pair[i], reward[i], environmentStep[i], next, false);
                }
                pair[i] = NOTHING;
            }
            if (!ActionTable.usable(rollout, row)) {
                sink.broken(i);
            } else if (rollout.last(row)) {
                double next = rollout.terminated[row] ? 0 : table.expectedReached(rollout, row, epsilon);
                long step = rollout.environmentStepsBefore + row;
                sink.transition(i, table.pair(rollout, row), rollout.rewards[row], step, next, true);
            } else {
                pair[i] = table.pair(rollout, row);
                reached[i] = table.reached(rollout, row);
                reward[i] = rollout.rewards[row];
                environmentStep[i] = rollout.environmentStepsBefore + row;
            }
        }
    }

    void save(State into) {
        into.put("pair", pair);
        into.put("reached", reached);
        into.put("reward", reward);
        into.put("environmentStep", environmentStep);
    }

    void load(State from) {
        int n = pair.length;
        System.arraycopy(Arrays.copyOf(from.ints("pair"), n), 0, pair, 0, n);
        System.arraycopy(Arrays.copyOf(from.ints("reached"), n), 0, reached, 0, n);
        System.arraycopy(Arrays.copyOf(from.doubles("reward"), n), 0, reward, 0, n);
        System.arraycopy(Arrays.copyOf(from.longs("environmentStep"), n), 0, environmentStep, 0, n);
    }
}
