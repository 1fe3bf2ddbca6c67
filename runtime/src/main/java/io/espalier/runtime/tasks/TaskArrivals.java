package io.espalier.runtime.tasks;

import io.espalier.runtime.events.RunEvent;
import io.espalier.runtime.workers.Message;
import io.espalier.runtime.workers.WorkerLink;
import io.espalier.runtime.workers.WorkerListener;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What comes from workers, on whatever thread, waits here for the one that runs the tasks. It is bounded: of each worker
 * one report and one last word can wait, and events are left out when they are too many.
 */
final class TaskArrivals implements WorkerListener {
    private static final int MOST_EVENTS = 10_000;

    private final BlockingQueue<Arrival> arrivals = new LinkedBlockingQueue<>();

    /** Something that came of a worker: one of the four; nothing, if it is only a reason to look around. */
    record Arrival(
            int number,
            @Nullable Message message,
            @Nullable RunEvent event,
            @Nullable String lost,
            @Nullable Throwable failure) {}

    /** The next; null if none comes within that time. */
    @Nullable
    Arrival poll(long millis) throws InterruptedException {
        return arrivals.poll(millis, TimeUnit.MILLISECONDS);
    }

    /** Lets whoever waits look around. */
    void wake() {
        arrivals.add(new Arrival(-1, null, null, null, null));
    }

    void clear() {
        arrivals.clear();
    }

    @Override
    public void received(WorkerLink from, Message message) {
        arrivals.add(new Arrival(from.number(), message, null, null, null));
    }

    @Override
    public void event(WorkerLink from, RunEvent event) {
        if (arrivals.size() < MOST_EVENTS) {
            arrivals.add(new Arrival(from.number(), null, event, null, null));
        }
    }

    @Override
    public void lost(WorkerLink worker, String cause) {
        arrivals.add(new Arrival(worker.number(), null, null, cause, null));
    }

    @Override
    public void failed(WorkerLink worker, Throwable cause) {
        arrivals.add(new Arrival(worker.number(), null, null, null, cause));
    }
}
