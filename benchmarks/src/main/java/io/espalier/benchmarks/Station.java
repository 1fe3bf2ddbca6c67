package io.espalier.benchmarks;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.Consumer;

/** What does one thing after another in a simulation: a thread, or a link between machines. */
final class Station {
    private final EventQueue events;
    private final Queue<Consumer<Runnable>> waiting = new ArrayDeque<>();
    private boolean running;
    private double busy;
    private double since;

    Station(EventQueue events) {
        this.events = events;
    }

    /** Begins a thing when those before it are done; it calls what it is given when it is done itself. */
    void submit(Consumer<Runnable> thing) {
        waiting.add(thing);
        if (!running) {
            next();
        }
    }

    private void next() {
        Consumer<Runnable> thing = waiting.poll();
        running = thing != null;
        if (thing != null) {
            since = events.now();
            thing.accept(() -> {
                busy += events.now() - since;
                next();
            });
        }
    }

    /** How many things wait. */
    int waiting() {
        return waiting.size();
    }

    /** Seconds in which something was being done. */
    double busy() {
        return running ? busy + events.now() - since : busy;
    }
}
