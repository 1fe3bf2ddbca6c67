package io.espalier.runtime.resources;

import java.util.ArrayDeque;
import java.util.Iterator;

/** The newest slices of a run, and how sure it is what they say. */
final class Window {
    /** Fewer slices say nothing of how much they vary. */
    static final int LEAST_SLICES = 4;

    private final ArrayDeque<Slice> slices = new ArrayDeque<>();
    private final double longestSeconds;
    private final long leastRounds;
    private Slice sum = Slice.NONE;

    /** Keeps about so many seconds, but at the least so many rounds. */
    Window(double longestSeconds, long leastRounds) {
        this.longestSeconds = longestSeconds;
        this.leastRounds = leastRounds;
    }

    void add(Slice slice) {
        slices.add(slice);
        sum = all();
        while (slices.size() > LEAST_SLICES
                && sum.seconds() - slices.getFirst().seconds() > longestSeconds
                && sum.rounds() - slices.getFirst().rounds() >= leastRounds) {
            slices.removeFirst();
            sum = all();
        }
    }

    /** Subtracting would let rounding errors grow over days. */
    private Slice all() {
        return slices.stream().reduce(Slice.NONE, Slice::plus);
    }

    /** Another window, with those of these slices that it keeps. */
    Window into(Window other) {
        slices.forEach(other::add);
        return other;
    }

    void clear() {
        slices.clear();
        sum = Slice.NONE;
    }

    int size() {
        return slices.size();
    }

    Slice sum() {
        return sum;
    }

    double rate() {
        return sum.rate();
    }

    /** The newest so many slices. */
    Slice newest(int count) {
        Slice newest = Slice.NONE;
        Iterator<Slice> from = slices.descendingIterator();
        for (int i = 0; i < count && from.hasNext(); i++) {
            newest = newest.plus(from.next());
        }
        return newest;
    }

    /** The standard error of the rate, as a part of it: that of a ratio of sums, by the linear approximation. */
    double error() {
        int n = slices.size();
        if (n < 2 || sum.steps() == 0) {
            return Double.POSITIVE_INFINITY;
        }
        double rate = rate();
        double squares = 0;
        for (Slice slice : slices) {
            double off = slice.steps() - rate * slice.seconds();
            squares += off * off;
        }
        return Math.sqrt(squares * n / (n - 1.0)) / sum.steps();
    }
}
