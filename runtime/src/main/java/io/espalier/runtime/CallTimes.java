package io.espalier.runtime;

/** How long some of an environment's calls took; written by its thread, read by the watchdog. */
final class CallTimes {
    private volatile long typicalNanos;
    private volatile long slowestNanos;

    /** A call of any kind. */
    void took(long nanos) {
        if (nanos > slowestNanos) {
            slowestNanos = nanos;
        }
    }

    /** A step. */
    void stepTook(long nanos) {
        took(nanos);
        long before = typicalNanos;
        typicalNanos = before == 0 ? nanos : before + (nanos - before) / 4;
    }

    /** A running mean of steps; 0 before the first. */
    long typicalNanos() {
        return typicalNanos;
    }

    /** The longest call so far. */
    long slowestNanos() {
        return slowestNanos;
    }
}
