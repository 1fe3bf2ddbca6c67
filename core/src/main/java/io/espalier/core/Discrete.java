package io.espalier.core;

import java.util.random.RandomGenerator;

/**
 * The numbers 0 to n-1.
 *
 * @param n how many there are; at most 2^24, so that a float holds each exactly
 */
public record Discrete(int n) implements Space {
    static final int MOST = 1 << 24;

    /**
     * Checks the count.
     *
     * @throws IllegalArgumentException if n is outside 1 to 2^24
     */
    public Discrete {
        if (n < 1 || n > MOST) {
            throw new IllegalArgumentException("n (" + n + ") must be from 1 to " + MOST + ".");
        }
    }

    @Override
    public int size() {
        return 1;
    }

    @Override
    public int encodedSize() {
        return n;
    }

    @Override
    public int choices() {
        return n;
    }

    @Override
    public String violation(float[] row, int at) {
        return MultiDiscrete.violation(row[at], n, 0);
    }

    @Override
    public boolean contains(float[] row, int at) {
        float value = row[at];
        return value >= 0 && value < n && value == (int) value;
    }

    @Override
    public void sample(RandomGenerator random, float[] into, int at) {
        into[at] = random.nextInt(n);
    }

    @Override
    public void encode(float[] row, int at, float[] into, int start) {
        java.util.Arrays.fill(into, start, start + n, 0);
        into[start + (int) row[at]] = 1;
    }

    @Override
    public String text() {
        return "discrete(" + n + ")";
    }

    @Override
    public String toString() {
        return text();
    }
}
