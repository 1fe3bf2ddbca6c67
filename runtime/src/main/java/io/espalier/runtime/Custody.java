package io.espalier.runtime;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Who may touch what a run knows: the learner, the progress, the records. The loop does, but for the time that it spends
 * in environments, which may be for ever; then another thread may claim it, once and for all, and the loop gets it back
 * no more.
 */
final class Custody {
    private static final int LOOP = 0;
    private static final int NOBODY = 1;
    private static final int CLAIMED = 2;

    private final AtomicInteger holder = new AtomicInteger(LOOP);

    /** The loop, or whoever goes on with it in the place of a thread that is stuck, enters environments; false if claimed. */
    boolean leave() {
        return holder.compareAndSet(LOOP, NOBODY) || holder.get() == NOBODY;
    }

    /** The loop has come back from environments; false if claimed. */
    boolean comeBack() {
        return holder.compareAndSet(NOBODY, LOOP);
    }

    /** Takes it from the loop; false if the loop has it, or another has claimed it. */
    boolean claim() {
        return holder.compareAndSet(NOBODY, CLAIMED);
    }

    boolean claimed() {
        return holder.get() == CLAIMED;
    }
}
