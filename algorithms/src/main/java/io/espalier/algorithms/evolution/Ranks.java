package io.espalier.algorithms.evolution;

import java.util.Arrays;

/** Returns in the order of their size. */
final class Ranks {
    private Ranks() {}

    /** The indices of the values, from the largest value to the smallest; among equals the lower index first. */
    static int[] descending(double[] values) {
        Integer[] order = new Integer[values.length];
        Arrays.setAll(order, i -> i);
        Arrays.sort(order, (a, b) -> Double.compare(values[b], values[a]));
        return Arrays.stream(order).mapToInt(Integer::intValue).toArray();
    }

    /**
     * Ranks from the worst to the best, stretched to −½ to ½ (Salimans et al., section 2.1). Equal values get the mean of
     * their ranks: else those that come first would seem worse, and where all are equal there would be something to
     * learn.
     */
    static float[] centred(double[] values) {
        int[] order = descending(values);
        int most = values.length - 1;
        float[] ranks = new float[values.length];
        int from = 0;
        while (from <= most) {
            int to = from;
            while (to < most && values[order[to + 1]] == values[order[from]]) {
                to++;
            }
            // Place p from the top is rank most − p.
            double rank = most - 0.5 * (from + to);
            for (int i = from; i <= to; i++) {
                ranks[order[i]] = most == 0 ? 0 : (float) (rank / most - 0.5);
            }
            from = to + 1;
        }
        return ranks;
    }
}
