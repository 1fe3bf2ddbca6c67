package io.espalier.runtime.metrics;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/** Counts of whole numbers from 0, by ranges. From any thread; a reader may see a number counted before it is summed. */
public final class Histogram {
    private final long[] bounds;
    private final AtomicLongArray counts;
    private final LongAdder sum = new LongAdder();

    /**
     * Counts numbers up to each bound, and those beyond the last.
     *
     * @param bounds the greatest number of each range, growing
     */
    Histogram(long... bounds) {
        this.bounds = bounds.clone();
        counts = new AtomicLongArray(bounds.length + 1);
    }

    void add(long number) {
        int at = Arrays.binarySearch(bounds, number);
        counts.incrementAndGet(at >= 0 ? at : -at - 1);
        sum.add(number);
    }

    /** The greatest number of each range but the last, which has no end. */
    public long[] bounds() {
        return bounds.clone();
    }

    /** How many numbers fell into each range; one more than there are bounds. */
    public long[] counts() {
        long[] copy = new long[counts.length()];
        Arrays.setAll(copy, counts::get);
        return copy;
    }

    /** How many numbers there were. */
    public long count() {
        return Arrays.stream(counts()).sum();
    }

    /** The sum of all numbers. */
    public long sum() {
        return sum.sum();
    }
}
