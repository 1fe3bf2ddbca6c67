package io.espalier.policy;

import io.espalier.core.State;
import io.espalier.core.Stateful;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What stands between raw observations and the network: each element is shifted and scaled to mean 0 and variance 1 as
 * far as experience tells, and cut off far from there. Immutable; it is part of the policy, so that a policy needs
 * nothing but raw observations. For {@link io.espalier.core.Box} observations.
 *
 * <p>y = clip((x − mean) · (1 / √(variance + 10⁻⁸)), −clip, clip), in float; mean and 1/√ are rounded to float once.
 */
public final class Normalizer {
    /** Where normalised values are cut off unless somebody says otherwise. */
    public static final double DEFAULT_CLIP = 10;

    private static final double SMALL = 1e-8;
    private static final Normalizer IDENTITY =
            new Normalizer(new double[0], new double[0], 0, Double.POSITIVE_INFINITY);

    private final double[] mean;
    private final double[] variance;
    private final double count;
    private final double clip;
    private final float[] shift;
    private final float[] scale;

    private Normalizer(double[] mean, double[] variance, double count, double clip) {
        this.mean = mean;
        this.variance = variance;
        this.count = count;
        this.clip = clip;
        shift = new float[mean.length];
        scale = new float[mean.length];
        for (int i = 0; i < mean.length; i++) {
            shift[i] = (float) mean[i];
            scale[i] = (float) (1 / StrictMath.sqrt(variance[i] + SMALL));
        }
    }

    /** Leaves every observation as it is; of no particular size. */
    public static Normalizer identity() {
        return IDENTITY;
    }

    /**
     * One with given figures.
     *
     * @param mean of each element of an observation
     * @param variance of each element, not negative
     * @param count from how many observations they were estimated; 0 or more
     * @param clip beyond what distance from 0 normalised values are cut off; above 0, may be infinite
     * @throws IllegalArgumentException if a figure breaks these rules
     */
    public static Normalizer of(double[] mean, double[] variance, double count, double clip) {
        if (mean.length == 0 || mean.length != variance.length) {
            throw new IllegalArgumentException("mean (" + mean.length + " elements) and variance (" + variance.length
                    + " elements) must have one element for each of an observation's. Maybe use identity().");
        }
        for (int i = 0; i < mean.length; i++) {
            if (!Float.isFinite((float) mean[i]) || !Float.isFinite((float) variance[i]) || variance[i] < 0) {
                throw new IllegalArgumentException("mean[" + i + "] (" + mean[i] + ") and variance[" + i + "] ("
                        + variance[i] + ") must be finite as float, the variance not negative."
                        + " Maybe an observation was not finite.");
            }
        }
        if (!(count >= 0) || !(clip > 0)) {
            throw new IllegalArgumentException("count (" + count + ") must not be negative and clip (" + clip
                    + ") must be above 0. Maybe use a clip of " + DEFAULT_CLIP + ".");
        }
        return new Normalizer(mean.clone(), variance.clone(), count, clip);
    }

    /** Whether it changes nothing. */
    public boolean isIdentity() {
        return mean.length == 0;
    }

    /** Elements of an observation; 0 for the identity. */
    public int size() {
        return mean.length;
    }

    /** The mean of element {@code i}. */
    public double mean(int i) {
        return mean[i];
    }

    /** The variance of element {@code i}. */
    public double variance(int i) {
        return variance[i];
    }

    /** From how many observations it was estimated. */
    public double count() {
        return count;
    }

    /** Beyond what distance from 0 normalised values are cut off. */
    public double clip() {
        return clip;
    }

    /**
     * Normalises some rows. Not for the identity, which does not know how long a row is.
     *
     * @param from raw observations [rows, size] from {@code at}
     * @param into receives them normalised [rows, size] from {@code start}
     */
    public void normalize(float[] from, int at, int rows, float[] into, int start) {
        int size = shift.length;
        float most = (float) clip;
        for (int row = 0; row < rows; row++) {
            for (int i = 0; i < size; i++) {
                float value = (from[at + row * size + i] - shift[i]) * scale[i];
                into[start + row * size + i] = Math.max(-most, Math.min(most, value));
            }
        }
    }

    void save(State into) {
        into.put("mean", mean);
        into.put("variance", variance);
        into.put("count-and-clip", new double[] {count, clip});
    }

    static Normalizer read(State from) {
        double[] figures = from.doubles("count-and-clip");
        if (figures.length != 2) {
            throw new IllegalArgumentException("count-and-clip has " + figures.length + " values, not 2.");
        }
        double[] mean = from.doubles("mean");
        return mean.length == 0 ? IDENTITY : of(mean, from.doubles("variance"), figures[0], figures[1]);
    }

    /** Whether the other object is a normaliser of the same bits. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Normalizer that
                && Arrays.equals(mean, that.mean)
                && Arrays.equals(variance, that.variance)
                && Double.compare(count, that.count) == 0
                && Double.compare(clip, that.clip) == 0;
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(mean) + Arrays.hashCode(variance);
    }

    @Override
    public String toString() {
        return isIdentity() ? "identity" : "normalizer of " + mean.length + " elements from " + count + " observations";
    }

    /**
     * Running mean and variance of observations, from which normalisers are made. Used by one thread at a time.
     *
     * <p>Each block of rows is reduced in row order, by two passes, then merged: Chan, Golub and LeVeque, "Updating
     * formulae and a pairwise algorithm for computing sample variances" (1979), equations 2.1. With n the rows so far
     * and m those of the block, δ the difference of their means:
     *
     * <pre>
     *   mean ← mean + δ · m / (n + m)
     *   M₂   ← M₂ + M₂′ + δ² · n · m / (n + m)
     * </pre>
     *
     * <p>A row with an element that is not finite would spoil the figures for good; it is left out and counted.
     */
    public static final class Statistics implements Stateful {
        private final double clip;
        private final double[] mean;
        private final double[] squares;
        private final double[] blockMean;
        private final double[] blockSquares;
        private double count;
        private long skipped;

        /**
         * Nothing seen yet.
         *
         * @param size elements of an observation
         */
        public Statistics(int size) {
            this(size, DEFAULT_CLIP);
        }

        /**
         * Nothing seen yet.
         *
         * @param size elements of an observation, at least 1
         * @param clip for the normalisers made from it; above 0
         */
        public Statistics(int size, double clip) {
            if (size < 1 || !(clip > 0)) {
                throw new IllegalArgumentException("size (" + size + ") must be at least 1 and clip (" + clip
                        + ") above 0. Maybe use a clip of " + DEFAULT_CLIP + ".");
            }
            this.clip = clip;
            mean = new double[size];
            squares = new double[size];
            blockMean = new double[size];
            blockSquares = new double[size];
        }

        /**
         * Takes a block of observations in. How experience is cut into blocks is part of the result's last bits.
         *
         * @param observations [rows, size] from {@code at}
         */
        public void add(float[] observations, int at, int rows) {
            int size = mean.length;
            Arrays.fill(blockMean, 0);
            Arrays.fill(blockSquares, 0);
            int good = 0;
            for (int row = 0; row < rows; row++) {
                int start = at + row * size;
                if (finite(observations, start)) {
                    good++;
                    for (int i = 0; i < size; i++) {
                        blockMean[i] += observations[start + i];
                    }
                }
            }
            skipped += rows - good;
            if (good == 0) {
                return;
            }
            for (int i = 0; i < size; i++) {
                blockMean[i] /= good;
            }
            for (int row = 0; row < rows; row++) {
                int start = at + row * size;
                if (good == rows || finite(observations, start)) {
                    for (int i = 0; i < size; i++) {
                        double difference = observations[start + i] - blockMean[i];
                        blockSquares[i] += difference * difference;
                    }
                }
            }
            merge(blockMean, blockSquares, good);
        }

        /**
         * Takes in what another has seen. Merging in another order gives other last bits: merge in a fixed one.
         *
         * @throws IllegalArgumentException if it is of another size
         */
        public void merge(Statistics other) {
            checkSize("other", other.mean.length);
            merge(other.mean, other.squares, other.count);
            skipped += other.skipped;
        }

        private void merge(double[] otherMean, double[] otherSquares, double otherCount) {
            if (otherCount == 0) {
                return;
            }
            double total = count + otherCount;
            for (int i = 0; i < mean.length; i++) {
                double delta = otherMean[i] - mean[i];
                mean[i] += delta * (otherCount / total);
                squares[i] += otherSquares[i] + delta * delta * (count * otherCount / total);
            }
            count = total;
        }

        private boolean finite(float[] row, int at) {
            for (int i = 0; i < mean.length; i++) {
                if (!Float.isFinite(row[at + i])) {
                    return false;
                }
            }
            return true;
        }

        /** Elements of an observation. */
        public int size() {
            return mean.length;
        }

        /** How many observations were taken in. */
        public double count() {
            return count;
        }

        /** How many observations were left out because they were not finite. */
        public long skipped() {
            return skipped;
        }

        /** The normaliser of what was seen so far; the identity as long as nothing was. */
        public Normalizer normalizer() {
            if (count == 0) {
                return IDENTITY;
            }
            double[] variance = new double[mean.length];
            for (int i = 0; i < variance.length; i++) {
                variance[i] = squares[i] / count;
            }
            return of(mean, variance, count, clip);
        }

        @Override
        public void save(State into) {
            into.put("mean", mean);
            into.put("squares", squares);
            into.putDouble("count", count);
            into.putLong("skipped", skipped);
        }

        @Override
        public void load(State from) {
            double[] savedMean = from.doubles("mean");
            double[] savedSquares = from.doubles("squares");
            checkSize("the saved mean", savedMean.length);
            checkSize("the saved squares", savedSquares.length);
            System.arraycopy(savedMean, 0, mean, 0, mean.length);
            System.arraycopy(savedSquares, 0, squares, 0, squares.length);
            count = from.getDouble("count");
            skipped = from.getLong("skipped");
        }

        private void checkSize(String what, int size) {
            if (size != mean.length) {
                throw new IllegalArgumentException(what + " has " + size + " elements, these statistics " + mean.length
                        + ". Maybe they are of another environment.");
            }
        }
    }
}
