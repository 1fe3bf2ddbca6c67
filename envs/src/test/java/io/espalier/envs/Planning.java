package io.espalier.envs;

import io.espalier.core.FiniteMdp;

/** Dynamic programming on a model: the exact best returns that the tests compare with. */
final class Planning {
    private Planning() {}

    /** The best mean undiscounted return of an episode of at most so many steps, over the start distribution. */
    static double bestReturn(FiniteMdp model, int steps) {
        double[] value = new double[model.states()];
        for (int left = 0; left < steps; left++) {
            double[] better = new double[value.length];
            for (int state = 0; state < value.length; state++) {
                better[state] = Double.NEGATIVE_INFINITY;
                for (int action = 0; action < model.actions(); action++) {
                    better[state] = Math.max(better[state], worth(model, state, action, value));
                }
            }
            value = better;
        }
        double mean = 0;
        for (int state = 0; state < value.length; state++) {
            mean += model.startProbability(state) * value[state];
        }
        return mean;
    }

    private static double worth(FiniteMdp model, int state, int action, double[] value) {
        double[] sum = {0};
        model.forEachOutcome(
                state,
                action,
                (probability, next, reward, terminated) ->
                        sum[0] += probability * (reward + (terminated ? 0 : value[next])));
        return sum[0];
    }
}
