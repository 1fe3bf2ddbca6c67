package io.espalier.runtime;

import io.espalier.core.Cores.Task;

/**
 * Whether short runs of tasks are worth sharing among threads just now. On a crowded machine a thread that is needed for
 * twenty microseconds may come back after hundreds; then the caller does better alone. Results do not depend on it.
 *
 * <p>What is compared: how long runs took, and how long all threads were busy with them together, which is what one alone
 * would take. Whether a thread comes in time depends on the machine and not on the task, so all short tasks are counted
 * together, and rest from sharing together: did they not, the threads would fall asleep over the runs of one task and be
 * late for those of the other. When sharing has cost some milliseconds more than it gained, everything short is done alone
 * for a while, longer each time, and then sharing is tried again.
 *
 * <p>For the calling thread alone; allocates nothing.
 */
final class Sharing {
    /** As many tasks are known at a time. */
    private static final int KNOWN = 16;

    /** So many runs that were worth it are forgotten, with the credit they have earned. */
    private static final int RUNS = 256;

    private static final long MOST_LOSS_NANOS = 5_000_000;
    private static final long SHORTEST_REST_NANOS = 5_000_000;
    private static final long LONGEST_REST_NANOS = 160_000_000;
    /** A run that takes longer does not mind a late thread. */
    private static final long LONG_NANOS = 1_000_000;
    /** Sharing must be slower by this to count as a loss: measuring is not exact. */
    private static final double SLOWER = 1.2;
    /**
     * And by this in each run: it is what handing over costs at worst between threads that are there, and what was not
     * measured may be worth it, as that a thread finds its data where it left them.
     */
    private static final long SLOWER_NANOS = 3_000;

    private final Task[] tasks = new Task[KNOWN];
    /** How long the task was busy when it was last shared; 0 if it never was. */
    private final long[] lately = new long[KNOWN];

    private int known;
    private int next;

    private int runs;
    private double loss;
    private boolean resting;
    private long restNanos;
    private long restBegan;

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
     * Whether its next run should be shared: one that was never seen may be a long one.
     *
     * @param now {@link System#nanoTime}
     */
    boolean worth(int number, long now) {
        if (resting && now - restBegan >= restNanos) {
            resting = false;
        }
        return !resting || lately[number] == 0 || lately[number] > LONG_NANOS;
    }

    /**
     * Notes what a shared run took.
     *
     * @param began {@link System#nanoTime} at its beginning
     * @param ended when all threads were done
     * @param busyNanos of all threads together
     */
    void took(int number, long began, long ended, long busyNanos) {
        long nanos = ended - began;
        lately[number] = Math.max(1, Math.min(nanos, busyNanos));
        if (resting || lately[number] > LONG_NANOS) {
            return;
        }
        loss += nanos - SLOWER * busyNanos - SLOWER_NANOS;
        runs++;
        if (loss > MOST_LOSS_NANOS) {
            resting = true;
            restBegan = ended;
            restNanos = Math.min(LONGEST_REST_NANOS, Math.max(SHORTEST_REST_NANOS, 2 * restNanos));
            clear();
        } else if (runs == RUNS) {
            restNanos = 0;
            clear();
        }
    }

    private void clear() {
        runs = 0;
        loss = 0;
    }
}
