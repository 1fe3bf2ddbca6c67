package io.espalier.core;

import org.jspecify.annotations.Nullable;

/** A copy of an environment failed. Says which, in which episode, from which seed, after how many steps. */
public final class EnvironmentException extends RuntimeException {
    private final int copy;
    private final long seed;
    private final int step;

    EnvironmentException(int copy, long episode, long seed, int step, String what, @Nullable Throwable cause) {
        super(
                "environment " + copy + " (episode " + episode + ", seed " + seed + ", step " + step + ") " + what,
                cause);
        this.copy = copy;
        this.seed = seed;
        this.step = step;
    }

    /** The global number of the copy. */
    public int copy() {
        return copy;
    }

    /** The seed that its episode began from. */
    public long seed() {
        return seed;
    }

    /** How many environment steps of the episode were complete. */
    public int step() {
        return step;
    }
}
