package io.espalier.algorithms.tabular;

import io.espalier.core.State;
import java.util.Arrays;

/** How eligible each pair is for what is learned now; only those that are count for the work. */
final class Traces {
    /** Below this a trace counts as none: what it would still add is less than a float can hold. */
    private static final double LEAST = 1e-6;

    private final double[] trace;
    private final int[] eligible;
    private int count;

    Traces(int pairs) {
        trace = new double[pairs];
        eligible = new int[pairs];
    }

    /** Raises the trace of a pair by 1, or sets it to 1. */
    void visit(int pair, boolean replacing) {
        if (trace[pair] == 0) {
            eligible[count++] = pair;
        }
        trace[pair] = replacing ? 1 : trace[pair] + 1;
    }

    /** Adds {@code amount} times its trace to the value of each pair, then makes all traces decay. */
    void spread(float[] values, double amount, double decay) {
        int kept = 0;
        for (int i = 0; i < count; i++) {
            int pair = eligible[i];
            values[pair] += (float) (amount * trace[pair]);
            trace[pair] *= decay;
            if (trace[pair] < LEAST) {
                trace[pair] = 0;
            } else {
                eligible[kept++] = pair;
            }
        }
        count = kept;
    }

    /** Forgets all. */
    void clear() {
        for (int i = 0; i < count; i++) {
            trace[eligible[i]] = 0;
        }
        count = 0;
    }

    void save(State into) {
        double[] values = new double[count];
        Arrays.setAll(values, i -> trace[eligible[i]]);
        into.put("pairs", Arrays.copyOf(eligible, count));
        into.put("values", values);
    }

    void load(State from) {
        clear();
        int[] pairs = from.ints("pairs");
        double[] values = from.doubles("values");
        for (int i = 0; i < pairs.length; i++) {
            eligible[count++] = pairs[i];
            trace[pairs[i]] = values[i];
        }
    }
}
