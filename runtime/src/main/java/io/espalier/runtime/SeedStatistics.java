package io.espalier.runtime;

import io.espalier.core.RandomStream;
import java.util.Arrays;

/**
 * What the results of one algorithm on one task over several seeds amount to: the interquartile mean with a bootstrap
 * interval, and the share of seeds that failed. After Agarwal et al., "Deep reinforcement learning at the edge of the
 * statistical precipice", NeurIPS 2021; with a single task their stratified bootstrap is the plain one.
 *
 * @param seeds how many results there are
 * @param interquartileMean the mean of the middle half
 * @param low lower end of the 95 % percentile bootstrap interval of the interquartile mean
 * @param high upper end of that interval
 * @param median the middle result
 * @param worst the least result
 * @param best the greatest result
 * @param failureRate the share of results below the bar, 0 to 1
 */
public record SeedStatistics(
        int seeds,
        double interquartileMean,
        double low,
        double high,
        double median,
        double worst,
        double best,
        double failureRate) {
    private static final int RESAMPLES = 2000;

    /**
     * Summarises results.
     *
     * @param results one figure per seed, greater is better
     * @param bar what a result must reach not to count as failed
     * @throws IllegalArgumentException if there are no results
     */
    public static SeedStatistics of(double[] results, double bar) {
        if (results.length == 0) {
            throw new IllegalArgumentException("results ([]) must have at least one figure.");
        }
        double[] sorted = results.clone();
        Arrays.sort(sorted);
        double[] means = new double[RESAMPLES];
        double[] drawn = new double[sorted.length];
        RandomStream random = new RandomStream(RESAMPLES);
        for (int r = 0; r < RESAMPLES; r++) {
            for (int i = 0; i < drawn.length; i++) {
                drawn[i] = sorted[random.nextInt(drawn.length)];
            }
            Arrays.sort(drawn);
            means[r] = interquartileMean(drawn);
        }
        Arrays.sort(means);
        long failed = Arrays.stream(sorted).filter(result -> !(result >= bar)).count();
        return new SeedStatistics(
                sorted.length,
                interquartileMean(sorted),
                quantile(means, 0.025),
                quantile(means, 0.975),
                quantile(sorted, 0.5),
                sorted[0],
                sorted[sorted.length - 1],
                (double) failed / sorted.length);
    }

    /** The middle value; of an even number, the mean of the two in the middle. */
    public static double median(double... values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return quantile(sorted, 0.5);
    }

    /** The mean of what is left when a quarter of the values, rounded down, is cut off at each end. */
    static double interquartileMean(double[] sorted) {
        int cut = sorted.length / 4;
        double sum = 0;
        for (int i = cut; i < sorted.length - cut; i++) {
            sum += sorted[i];
        }
        return sum / (sorted.length - 2 * cut);
    }

    /** The quantile of sorted values, linear between neighbours. */
    public static double quantile(double[] sorted, double share) {
        double place = share * (sorted.length - 1);
        int below = (int) place;
        int above = Math.min(below + 1, sorted.length - 1);
        // Equal values are taken as they are: the difference of two infinities is no number.
        return sorted[below] == sorted[above]
                ? sorted[below]
                : sorted[below] + (place - below) * (sorted[above] - sorted[below]);
    }
}
