package io.espalier.algorithms.parts;

import io.espalier.core.RandomStream;
import io.espalier.core.State;
import io.espalier.core.Stateful;

/**
 * The rows of a block of experience in random order, cut into minibatches of (as nearly as possible) equal size. Used
 * as {@code clear, add..., (shuffle, rows)*}; allocates nothing.
 */
public final class Minibatches implements Stateful {
    private final int[] rows;
    private final RandomStream random;
    private int count;

    /**
     * @param capacity the most rows
     * @param random decides the order, and is drawn from by nobody else
     */
    public Minibatches(int capacity, RandomStream random) {
        this.rows = new int[capacity];
        this.random = random;
    }

    /** Forgets all rows. */
    public void clear() {
        count = 0;
    }

    /** Adds a row. */
    public void add(int row) {
        rows[count++] = row;
    }

    /** How many rows there are. */
    public int count() {
        return count;
    }

    /** Puts the rows into a new uniformly random order (Fisher and Yates). */
    public void shuffle() {
        for (int i = count - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int row = rows[i];
            rows[i] = rows[j];
            rows[j] = row;
        }
    }

    /** The rows in their present order; the live array, of which the first {@link #count} entries count. */
    public int[] rows() {
        return rows;
    }

    /** Where minibatch {@code index} of {@code minibatches} begins; for {@code index == minibatches}, where all end. */
    public int start(int index, int minibatches) {
        return (int) ((long) count * index / minibatches);
    }

    @Override
    public void save(State into) {
        long[] stream = new long[3];
        random.save(stream, 0);
        into.put("random", stream);
    }

    @Override
    public void load(State from) {
        random.load(from.longs("random"), 0);
        count = 0;
    }
}
