package io.espalier.testkit.faults;

import java.util.function.BooleanSupplier;

/** One direction of a proxy, shared by all its connections. */
final class FaultLink {
    private static final long SECOND = 1_000_000_000L;

    private LinkFaults faults = LinkFaults.NONE;
    private long freeAt = System.nanoTime();
    private long passed;

    synchronized void set(LinkFaults next) {
        faults = next;
        notifyAll();
    }

    synchronized LinkFaults faults() {
        return faults;
    }

    synchronized long passed() {
        return passed;
    }

    synchronized void passed(int bytes) {
        passed += bytes;
    }

    /** Waits while the direction is held. */
    synchronized LinkFaults awaitPassage(BooleanSupplier over) {
        while (faults.way() == LinkFaults.Way.HELD && !over.getAsBoolean()) {
            try {
                wait(50);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return faults;
            }
        }
        return faults;
    }

    /** When so many more bytes will have passed at the given rate, as {@link System#nanoTime} tells it. */
    synchronized long reserve(int bytes, long bytesPerSecond) {
        long now = System.nanoTime();
        if (freeAt - now < 0) {
            freeAt = now;
        }
        freeAt += bytesPerSecond == 0 ? 0 : bytes * SECOND / bytesPerSecond;
        return freeAt;
    }
}
