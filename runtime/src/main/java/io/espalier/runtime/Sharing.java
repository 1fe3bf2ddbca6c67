package io.espalier.runtime;

import io.espalier.core.Cores.Task;

/**
 * Whether short runs of tasks are worth sharing among threads just now. Between processors that share no cache, or on a
 * crowded machine where a thread that is needed for twenty microseconds comes back after hundreds, the caller may do
 * better alone. Results do not depend on it.
 *
 * <p>It is tried out, since it shows in nothing but the time that everything takes: data that other threads have written
 * are slow to read later, and threads that rest fall asleep. Now and then a window of runs is done the other way, between
 * two that are not; if that was faster than both, twice in a row, the other way it is. Trials become rare while they fail.
 * All short tasks are shared or none. Long ones always are, and so is a task that was never seen, as it may be long.
 *
 * <p>For the calling thread alone; allocates nothing.
 */
final class Sharing {
    /** Runs of a window. */
    static final int RUNS = 64;

    /** As many tasks are known at a time. */
    private static final int KNOWN = 16;

    /** Windows between two trials. */
    private static final int SHORTEST_GAP = 2;

    private static final int LONGEST_GAP = 64;

    /** A run that takes longer does not mind a late thread. */
    private static final long LONG_NANOS = 1_000_000;

    /** What counts as faster: measuring is not exact. */
    private static final double FASTER = 0.93;

    private static final int VOTES = 2;

    private enum Phase {
        /** As decided. */
        USUAL,
        /** The other way. */
        TRIAL,
        /** As decided, once more. */
        CHECK
    }

    private final Task[] tasks = new Task[KNOWN];
    /** How long the task was busy when it was last shared; 0 if it never was. */
    private final long[] lately = new long[KNOWN];

    private int known;
    private int next;

    private boolean shares = true;
    private Phase phase = Phase.USUAL;
    private int gap = SHORTEST_GAP;
    private int left = SHORTEST_GAP;
    private int votes;
    private long usual;
    private long trial;

    private int runs = RUNS;
    private long windowBegan;
    private boolean begun;
    /** Whether the run that began last is shared in any case: it is no part of its window. */
    private boolean apart;

    /** Under which number that task is known; one that was not seen for long may have been forgotten. */
    int number(Task task) {
        for (int i = 0; i < known; i++) {
            if (tasks[i] == task) {
                return i;
            }
        }
        int number = next;
        next = (next + 1) % KNOWN;
        known = Math.min(KNOWN, known + 1);
        tasks[number] = task;
        lately[number] = 0;
        return number;
    }

    /**
     * Whether the run of a task that begins should be shared.
     *
     * @param now {@link System#nanoTime}
     */
    boolean worth(int number, long now) {
        apart = lately[number] == 0 || lately[number] > LONG_NANOS;
        if (apart) {
            return true;
        }
        if (runs == RUNS) {
            if (begun) {
                passed(now - windowBegan);
            }
            begun = true;
            windowBegan = now;
            runs = 0;
        }
        runs++;
        return shares ^ phase == Phase.TRIAL;
    }

    /**
     * Notes what a shared run took.
     *
     * @param nanos from its beginning until all threads were done
     * @param busyNanos of all threads together
     */
    void took(int number, long nanos, long busyNanos) {
        lately[number] = Math.max(1, Math.min(nanos, busyNanos));
        if (apart) {
            windowBegan += nanos;
        }
    }

    /** A window has passed in so long a time. */
    private void passed(long nanos) {
        switch (phase) {
            case USUAL -> {
                usual = nanos;
                left--;
                if (left <= 0) {
                    phase = Phase.TRIAL;
                }
            }
            case TRIAL -> {
                trial = nanos;
                phase = Phase.CHECK;
            }
            case CHECK -> {
                judge(Math.min(usual, nanos));
                usual = nanos;
                phase = Phase.USUAL;
            }
        }
    }

    private void judge(long best) {
        if (trial >= FASTER * best) {
            votes = 0;
            gap = Math.min(LONGEST_GAP, 2 * gap);
            left = gap;
            return;
        }
        votes++;
        left = 1;
        if (votes == VOTES) {
            shares = !shares;
            votes = 0;
            gap = SHORTEST_GAP;
            left = gap;
        }
    }
}
