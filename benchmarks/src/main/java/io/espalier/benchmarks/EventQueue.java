package io.espalier.benchmarks;

import java.util.Comparator;
import java.util.PriorityQueue;

/** The clock of a simulation: what happens, in order of time; at the same time, in the order in which it was planned. */
final class EventQueue {
    private record Event(double at, long number, Runnable action) {}

    private final PriorityQueue<Event> events =
            new PriorityQueue<>(Comparator.comparingDouble(Event::at).thenComparingLong(Event::number));
    private double now;
    private long planned;

    /** Seconds since the simulation began. */
    double now() {
        return now;
    }

    /** Lets something happen after so many seconds. */
    void after(double seconds, Runnable action) {
        if (!(seconds >= 0)) {
            throw new IllegalArgumentException("seconds (" + seconds + ") must not be negative.");
        }
        events.add(new Event(now + seconds, planned++, action));
    }

    /** Lets everything happen until that time, or until nothing more is planned. */
    void runUntil(double seconds) {
        Event next = events.peek();
        while (next != null && next.at <= seconds) {
            events.poll();
            now = next.at;
            next.action.run();
            next = events.peek();
        }
        now = Math.max(now, seconds);
    }
}
