package io.espalier.cli;

import java.util.List;

/** A row of block characters that shows how a figure has moved. */
final class Sparkline {
    private static final String BLOCKS = "▁▂▃▄▅▆▇█";

    private Sparkline() {}

    /**
     * The last {@code width} buckets of the series, each the mean of the values that fall into it.
     *
     * @return at most {@code width} characters, fewer if there are fewer values
     */
    static String of(List<Double> values, int width) {
        int buckets = Math.min(width, values.size());
        double[] means = new double[buckets];
        double low = Double.POSITIVE_INFINITY;
        double high = Double.NEGATIVE_INFINITY;
        for (int b = 0; b < buckets; b++) {
            int from = (int) ((long) b * values.size() / buckets);
            int to = (int) ((long) (b + 1) * values.size() / buckets);
            means[b] = values.subList(from, to).stream()
                    .mapToDouble(Double::doubleValue)
                    .average()
                    .orElse(0);
            low = Math.min(low, means[b]);
            high = Math.max(high, means[b]);
        }
        StringBuilder line = new StringBuilder(buckets);
        for (double mean : means) {
            double share = high > low ? (mean - low) / (high - low) : 0;
            line.append(BLOCKS.charAt((int) Math.min(7, Math.floor(share * 8))));
        }
        return line.toString();
    }
}
