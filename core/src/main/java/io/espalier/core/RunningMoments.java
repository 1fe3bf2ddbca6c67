package io.espalier.core;

import java.util.Arrays;

/**
 * Mean and variance of each component of the rows seen so far, by Welford's recurrence in double precision.
 *
 * <pre>
 *   meanₙ = meanₙ₋₁ + (xₙ − meanₙ₋₁) / n
 *   Mₙ = Mₙ₋₁ + (xₙ − meanₙ₋₁) · (xₙ − meanₙ),   varianceₙ = Mₙ / n
 * </pre>
 */
public final class RunningMoments implements Stateful {
    private final double[] mean;
    private final double[] squares;
    private long count;

    /** Nothing seen yet, of rows of that many components. */
    public RunningMoments(int size) {
        mean = new double[size];
        squares = new double[size];
    }

    /** Takes in the row at {@code row[at ..]}. */
    public void add(float[] row, int at) {
        count++;
        for (int i = 0; i < mean.length; i++) {
            add(i, row[at + i]);
        }
    }

    /** Takes in one number, where rows have one component. */
    public void add(double value) {
        count++;
        add(0, value);
    }

    private void add(int i, double value) {
        double before = value - mean[i];
        mean[i] += before / count;
        squares[i] += before * (value - mean[i]);
    }

    /** How many rows were seen. */
    public long count() {
        return count;
    }

    /** The mean of component {@code i}; 0 before the first row. */
    public double mean(int i) {
        return mean[i];
    }

    /** The population variance of component {@code i}; 1 before the first row. */
    public double variance(int i) {
        return count == 0 ? 1 : squares[i] / count;
    }

    /** A copy of all means. */
    public double[] means() {
        return mean.clone();
    }

    /** A copy of all variances. */
    public double[] variances() {
        double[] variances = new double[squares.length];
        Arrays.setAll(variances, this::variance);
        return variances;
    }

    @Override
    public void save(State into) {
        into.putLong("count", count);
        into.put("mean", mean);
        into.put("squares", squares);
    }

    @Override
    public void load(State from) {
        double[] savedMean = from.doubles("mean");
        double[] savedSquares = from.doubles("squares");
        if (savedMean.length != mean.length || savedSquares.length != mean.length) {
            throw new IllegalArgumentException("The saved moments have " + savedMean.length + " components, not "
                    + mean.length + ". Maybe they are of another environment.");
        }
        count = from.getLong("count");
        System.arraycopy(savedMean, 0, mean, 0, mean.length);
        System.arraycopy(savedSquares, 0, squares, 0, mean.length);
    }
}
