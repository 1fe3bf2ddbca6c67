package io.espalier.core;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/** Several discrete components side by side, component {@code i} having {@code counts[i]} choices. */
public final class MultiDiscrete implements Space {
    private final int[] counts;
    private final int choices;

    /**
     * @param counts the number of choices of each component, each from 1 to 2^24, at least one component
     * @throws IllegalArgumentException if a count breaks that rule
     */
    public MultiDiscrete(int... counts) {
        if (counts.length == 0) {
            throw new IllegalArgumentException("counts ([]) must have at least one component.");
        }
        long sum = 0;
        for (int count : counts) {
            sum += new Discrete(count).n();
        }
        if (sum > Discrete.MOST) {
            throw new IllegalArgumentException("counts sum to " + sum + ", at most " + Discrete.MOST + " is allowed.");
        }
        this.counts = counts.clone();
        this.choices = (int) sum;
    }

    /** How many components there are. */
    public int components() {
        return counts.length;
    }

    /** How many choices component {@code i} has. */
    public int count(int i) {
        return counts[i];
    }

    @Override
    public int size() {
        return counts.length;
    }

    @Override
    public int encodedSize() {
        return choices;
    }

    @Override
    public int choices() {
        return choices;
    }

    @Override
    public String violation(float[] row, int at) {
        for (int i = 0; i < counts.length; i++) {
            String reason = violation(row[at + i], counts[i], i);
            if (!reason.isEmpty()) {
                return reason;
            }
        }
        return "";
    }

    static String violation(float value, int n, int component) {
        if (value >= 0 && value < n && value == (int) value) {
            return "";
        }
        return "component " + component + " is " + value + ", not a whole number from 0 to " + (n - 1);
    }

    @Override
    public void sample(RandomGenerator random, float[] into, int at) {
        for (int i = 0; i < counts.length; i++) {
            into[at + i] = random.nextInt(counts[i]);
        }
    }

    @Override
    public void encode(float[] row, int at, float[] into, int start) {
        Arrays.fill(into, start, start + choices, 0);
        int first = start;
        for (int i = 0; i < counts.length; i++) {
            into[first + (int) row[at + i]] = 1;
            first += counts[i];
        }
    }

    @Override
    public String text() {
        return "multi-discrete" + Arrays.toString(counts);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof MultiDiscrete that && Arrays.equals(counts, that.counts);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(counts);
    }

    @Override
    public String toString() {
        return text();
    }
}
