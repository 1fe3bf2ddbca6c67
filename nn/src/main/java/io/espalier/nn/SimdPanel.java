package io.espalier.nn;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * A panel of columns of B, copied so that its rows lie one after another. Where the rows of B are a multiple of 512 bytes
 * apart, as with 128 or 256 columns, the rows of a panel share a few sets of the first cache and drive one another out,
 * each time that a block of rows of A goes through them; and in other wide matrices too every vector straddles two of many
 * cache lines. Without a copy the product of 64 x 256 x 256 runs at two thirds to three quarters of its speed.
 */
final class SimdPanel {
    private static final VectorSpecies<Float> S = SimdKernels.SPECIES;
    private static final int L = S.length();

    /** Floats between rows of B from which on the copy is worth its time. */
    private static final int LEAST_STEP = 128;

    /** Rows of A, and of B, from which on it is. */
    private static final int LEAST_ROWS = 32;

    /** Rows of a panel of four vectors of which the first cache holds all. */
    static final int MOST_ROWS = 96;

    private SimdPanel() {}

    /** Whether a product of m rows by k rows of B, {@code bRow} floats apart, is faster with packed panels. */
    static boolean pays(int m, int k, int bRow) {
        return m >= LEAST_ROWS && k >= LEAST_ROWS && bRow >= LEAST_STEP;
    }

    /** The rows [k, width · lanes] of the panel of so many vectors at {@code bAt}, in memory that the thread keeps. */
    static float[] of(int k, int width, float[] b, int bAt, int bRow) {
        int columns = width * L;
        float[] panel = SimdNarrow.scratch(k * columns);
        int from = bAt;
        for (int to = 0; to < k * columns; to += columns) {
            for (int j = 0; j < columns; j += L) {
                FloatVector.fromArray(S, b, from + j).intoArray(panel, to + j);
            }
            from += bRow;
        }
        return panel;
    }
}
