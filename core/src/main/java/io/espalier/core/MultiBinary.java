package io.espalier.core;

import java.util.random.RandomGenerator;

/**
 * A row of n bits, each 0 or 1.
 *
 * @param n how many bits, at least 1
 */
public record MultiBinary(int n) implements Space {
    /**
     * Checks the count.
     *
     * @throws IllegalArgumentException if n is outside 1 to 2^24
     */
    public MultiBinary {
        if (n < 1 || n > Discrete.MOST) {
            throw new IllegalArgumentException("n (" + n + ") must be from 1 to " + Discrete.MOST + ".");
        }
    }

    @Override
    public int size() {
        return n;
    }

    @Override
    public int encodedSize() {
        return n;
    }

    @Override
    public int choices() {
        return 2 * n;
    }

    @Override
    public String violation(float[] row, int at) {
        for (int i = 0; i < n; i++) {
            if (row[at + i] != 0 && row[at + i] != 1) {
                return "component " + i + " is " + row[at + i] + ", neither 0 nor 1";
            }
        }
        return "";
    }

    @Override
    public void sample(RandomGenerator random, float[] into, int at) {
        for (int i = 0; i < n; i++) {
            into[at + i] = random.nextBoolean() ? 1 : 0;
        }
    }

    @Override
    public void encode(float[] row, int at, float[] into, int start) {
        System.arraycopy(row, at, into, start, n);
    }

    @Override
    public String text() {
        return "multi-binary(" + n + ")";
    }

    @Override
    public String toString() {
        return text();
    }
}
