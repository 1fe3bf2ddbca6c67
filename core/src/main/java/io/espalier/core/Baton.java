package io.espalier.core;

import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A turn that two threads pass to and fro: the one that has it works, the other waits, first spinning, then parked.
 * Everything written before passing it is seen by the one that gets it.
 */
final class Baton {
    /** About 20 µs: a good part of the time that waking a parked thread takes. A single core must not wait for itself. */
    private static final int SPINS = Runtime.getRuntime().availableProcessors() > 1 ? 1000 : 0;

    private volatile boolean away;
    private volatile @Nullable Thread home;
    private volatile @Nullable Thread abroad;

    /** Whether the second of the two has it; at the beginning the first has. */
    boolean away() {
        return away;
    }

    /** Hands it to the second of the two, or back to the first. */
    void pass(boolean toSecond) {
        away = toSecond;
        Thread waiting = toSecond ? abroad : home;
        if (waiting != null) {
            LockSupport.unpark(waiting);
        }
    }

    /** Waits until the second of the two has it, or the first. Interrupts do not end it, and are kept for later. */
    void await(boolean bySecond) {
        for (int i = 0; i < SPINS; i++) {
            if (away == bySecond) {
                return;
            }
            Thread.onSpinWait();
        }
        boolean interrupted = false;
        // Announced before looking again, so whoever passes it in between sees whom to wake.
        announce(bySecond, Thread.currentThread());
        while (away != bySecond) {
            LockSupport.park(this);
            interrupted |= Thread.interrupted();
        }
        announce(bySecond, null);
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void announce(boolean second, @Nullable Thread thread) {
        if (second) {
            abroad = thread;
        } else {
            home = thread;
        }
    }
}
