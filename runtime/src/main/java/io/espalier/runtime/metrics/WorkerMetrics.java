package io.espalier.runtime.metrics;

import java.util.concurrent.atomic.LongAdder;

/**
 * What one worker has done since the run began, whoever holds its number: a successor counts on. Written by the execution
 * mode that employs it and read by anyone, from any thread. Times are those of the worker's own clock.
 */
public final class WorkerMetrics {
    private final LongAdder environmentSteps = new LongAdder();
    private final LongAdder workingNanos = new LongAdder();
    private final LongAdder waitingNanos = new LongAdder();
    private final LongAdder sentBytes = new LongAdder();
    private final LongAdder receivedBytes = new LongAdder();

    WorkerMetrics() {}

    /** It has taken some environment steps, in so many nanoseconds. */
    public void collected(long steps, long nanos) {
        environmentSteps.add(steps);
        workingNanos.add(nanos);
    }

    /** It has had nothing to do for so many nanoseconds. */
    public void waited(long nanos) {
        waitingNanos.add(nanos);
    }

    /** So many bytes were sent to it. */
    public void sent(long bytes) {
        sentBytes.add(bytes);
    }

    /** So many bytes came from it. */
    public void received(long bytes) {
        receivedBytes.add(bytes);
    }

    /** Environment steps it has taken. */
    public long environmentSteps() {
        return environmentSteps.sum();
    }

    /** Nanoseconds in which it took them. */
    public long workingNanos() {
        return workingNanos.sum();
    }

    /** Nanoseconds in which it had nothing to do. */
    public long waitingNanos() {
        return waitingNanos.sum();
    }

    /** Bytes sent to it. */
    public long sentBytes() {
        return sentBytes.sum();
    }

    /** Bytes that came from it. */
    public long receivedBytes() {
        return receivedBytes.sum();
    }
}
