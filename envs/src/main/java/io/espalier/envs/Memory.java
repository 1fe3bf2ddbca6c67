package io.espalier.envs;

import io.espalier.core.State;

/** Reads back what an environment saved, and refuses what another one did. */
final class Memory {
    private Memory() {}

    /**
     * The ints of that name.
     *
     * @throws IllegalArgumentException if there are none, or not so many
     */
    static int[] ints(State from, String name, int count) {
        int[] saved = from.ints(name);
        check(name, saved.length, count);
        return saved;
    }

    /** The doubles of that name, likewise. */
    static double[] doubles(State from, String name, int count) {
        double[] saved = from.doubles(name);
        check(name, saved.length, count);
        return saved;
    }

    /** The longs of that name, likewise. */
    static long[] longs(State from, String name, int count) {
        long[] saved = from.longs(name);
        check(name, saved.length, count);
        return saved;
    }

    /** Fills an array with what was saved of it. */
    static void restore(State from, String name, int[] into) {
        System.arraycopy(ints(from, name, into.length), 0, into, 0, into.length);
    }

    private static void check(String name, int found, int wanted) {
        if (found != wanted) {
            throw new IllegalArgumentException("\"" + name + "\" has " + found + " values, not " + wanted
                    + ". Maybe it was saved by another environment, or by this one with other settings.");
        }
    }
}
