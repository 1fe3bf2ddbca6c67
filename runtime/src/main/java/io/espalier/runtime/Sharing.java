package io.espalier.runtime;

import io.espalier.core.Cores.Task;

/**
 * Whether short runs of a task are worth sharing among threads just now. On a crowded machine a thread that is needed for
 * twenty microseconds may come back after hundreds; then the caller does better alone. Results do not depend on it.
 *
 * <p>What is compared, over a few runs: how long they took, and how long all threads were busy with them together, which is
 * what one alone would take. A task that was not worth it rests from sharing, longer each time, and is then tried again.
 * For the calling thread alone; allocates nothing.
 */
final class Sharing {
    /** As many tasks are known at a time. */
    private static final int KNOWN = 16;

    private static final int RUNS = 8;
    private static final int SHORTEST_REST = 64;
    private static final int LONGEST_REST = 1024;
    /** A run that takes longer does not mind a late thread. */
    private static final long LONG_NANOS = 1_000_000;
    /** Sharing must be slower by this before it is left: measuring is not exact. */
    private static final double SLOWER = 1.2;

    private final Task[] tasks = new Task[KNOWN];
    private final int[] runs = new int[KNOWN];
    private final long[] whole = new long[KNOWN];
    private final long[] busy = new long[KNOWN];
    private final int[] resting = new int[KNOWN];
    private final int[] rest = new int[KNOWN];
    private int known;
    private int next;

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
        resting[number] = 0;
        rest[number] = 0;
        clear(number);
        return number;
    }

    /** Whether its next run should be shared. */
    boolean worth(int number) {
        if (resting[number] > 0) {
            resting[number]--;
            return false;
        }
        return true;
    }

    /**
     * Notes what a shared run took.
     *
     * @param nanos from its beginning until all threads were done
     * @param busyNanos of all threads together
     */
    void took(int number, long nanos, long busyNanos) {
        if (nanos > LONG_NANOS && busyNanos > LONG_NANOS) {
            clear(number);
            rest[number] = 0;
            return;
        }
        whole[number] += nanos;
        busy[number] += busyNanos;
        if (++runs[number] == RUNS) {
            if (whole[number] > SLOWER * busy[number]) {
                rest[number] = Math.min(LONGEST_REST, Math.max(SHORTEST_REST, 2 * rest[number]));
                resting[number] = rest[number];
            } else {
                rest[number] = 0;
            }
            clear(number);
        }
    }

    private void clear(int number) {
        runs[number] = 0;
        whole[number] = 0;
        busy[number] = 0;
    }
}
