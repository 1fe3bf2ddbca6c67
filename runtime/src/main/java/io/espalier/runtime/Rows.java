package io.espalier.runtime;

/** Copies rows, which are mostly short. */
final class Rows {
    private Rows() {}

    /** As {@link System#arraycopy}, without its fixed cost for a few floats. */
    static void copy(float[] from, int at, float[] into, int start, int count) {
        if (count > 16) {
            System.arraycopy(from, at, into, start, count);
            return;
        }
        for (int i = 0; i < count; i++) {
            into[start + i] = from[at + i];
        }
    }
}
