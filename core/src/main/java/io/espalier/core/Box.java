package io.espalier.core;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * Real numbers between bounds, in the shape of a tensor. A bound may be infinite; NaN is never legal, nor is an
 * infinite value.
 */
public final class Box implements Space {
    private final int[] shape;
    private final float[] low;
    private final float[] high;

    /**
     * @param shape the tensor's shape, row-major; {@code [4]} is a vector of four
     * @param low the least legal value of each element
     * @param high the greatest legal value of each element
     * @throws IllegalArgumentException if lengths differ from the shape's size, a bound is NaN, or low exceeds high
     */
    public Box(int[] shape, float[] low, float[] high) {
        long size = 1;
        for (int extent : shape) {
            if (extent < 1) {
                throw new IllegalArgumentException(
                        "shape (" + Arrays.toString(shape) + ") must have extents of at least 1.");
            }
            size = Math.multiplyExact(size, (long) extent);
        }
        if (low.length != size || high.length != size) {
            throw new IllegalArgumentException("low (" + low.length + " values) and high (" + high.length
                    + " values) must each have as many as shape " + Arrays.toString(shape) + " has elements (" + size
                    + ").");
        }
        for (int i = 0; i < size; i++) {
            if (!(low[i] <= high[i])) {
                throw new IllegalArgumentException(
                        "low[" + i + "] (" + low[i] + ") must not exceed high[" + i + "] (" + high[i] + ").");
            }
        }
        this.shape = shape.clone();
        this.low = low.clone();
        this.high = high.clone();
    }

    /** A vector with a bound of its own for each element. */
    public static Box of(float[] low, float[] high) {
        return new Box(new int[] {low.length}, low, high);
    }

    /** A tensor whose elements all have the same bounds. */
    public static Box uniform(float low, float high, int... shape) {
        int size = 1;
        for (int extent : shape) {
            size = Math.multiplyExact(size, extent);
        }
        float[] lows = new float[Math.max(0, size)];
        float[] highs = new float[Math.max(0, size)];
        Arrays.fill(lows, low);
        Arrays.fill(highs, high);
        return new Box(shape, lows, highs);
    }

    /** A vector of {@code size} numbers without bounds. */
    public static Box unbounded(int size) {
        return uniform(Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY, size);
    }

    /** A copy of the shape. */
    public int[] shape() {
        return shape.clone();
    }

    /** The least legal value of element {@code i}. */
    public float low(int i) {
        return low[i];
    }

    /** The greatest legal value of element {@code i}. */
    public float high(int i) {
        return high[i];
    }

    @Override
    public int size() {
        return low.length;
    }

    @Override
    public int encodedSize() {
        return low.length;
    }

    @Override
    public int choices() {
        return 0;
    }

    @Override
    public boolean contains(float[] row, int at) {
        boolean inside = true;
        for (int i = 0; i < low.length; i++) {
            float value = row[at + i];
            inside &= value >= low[i] && value <= high[i] && Float.isFinite(value);
        }
        return inside;
    }

    @Override
    public String violation(float[] row, int at) {
        for (int i = 0; i < low.length; i++) {
            float value = row[at + i];
            if (!Float.isFinite(value)) {
                return "component " + i + " is " + value;
            }
            if (value < low[i] || value > high[i]) {
                return "component " + i + " is " + value + ", outside " + low[i] + " to " + high[i];
            }
        }
        return "";
    }

    @Override
    public void sample(RandomGenerator random, float[] into, int at) {
        for (int i = 0; i < low.length; i++) {
            boolean below = low[i] > Float.NEGATIVE_INFINITY;
            boolean above = high[i] < Float.POSITIVE_INFINITY;
            double value;
            if (below && above) {
                value = low[i] + ((double) high[i] - low[i]) * random.nextDouble();
            } else if (below) {
                value = low[i] - StrictMath.log(1 - random.nextDouble());
            } else if (above) {
                value = high[i] + StrictMath.log(1 - random.nextDouble());
            } else {
                value = random.nextGaussian();
            }
            into[at + i] = Math.max(low[i], Math.min(high[i], (float) value));
        }
    }

    @Override
    public void encode(float[] row, int at, float[] into, int start) {
        System.arraycopy(row, at, into, start, low.length);
    }

    @Override
    public String text() {
        return "box(shape=" + Arrays.toString(shape) + ", low=" + bounds(low) + ", high=" + bounds(high) + ")";
    }

    private static String bounds(float[] values) {
        for (float value : values) {
            if (value != values[0]) {
                return Arrays.toString(values);
            }
        }
        return Float.toString(values[0]);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Box that
                && Arrays.equals(shape, that.shape)
                && Arrays.equals(low, that.low)
                && Arrays.equals(high, that.high);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * Arrays.hashCode(shape) + Arrays.hashCode(low)) + Arrays.hashCode(high);
    }

    @Override
    public String toString() {
        return text();
    }
}
