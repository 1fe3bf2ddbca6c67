package io.espalier.benchmarks;

import io.espalier.runtime.events.RunEvent;
import io.espalier.runtime.workers.Command;
import io.espalier.runtime.workers.Message;
import io.espalier.runtime.workers.WorkerFailure;
import io.espalier.runtime.workers.WorkerLink;
import io.espalier.runtime.workers.WorkerListener;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** What came from workers, to be waited for. */
final class Inbox implements WorkerListener {
    private static final int PATIENCE_SECONDS = 60;
    private static final Command LOST = Command.of("lost");

    private final BlockingQueue<Message> messages = new LinkedBlockingQueue<>();

    /** The next thing. */
    Command next() throws InterruptedException {
        Message message = messages.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (message instanceof Command command) {
            return command;
        }
        throw new IllegalStateException("nothing came from a worker within " + PATIENCE_SECONDS + " seconds.");
    }

    /** Waits for so many things; returns the largest of their numbers. */
    long await(int count) throws InterruptedException {
        long largest = Long.MIN_VALUE;
        for (int i = 0; i < count; i++) {
            Command next = next();
            if (next.equals(LOST)) {
                throw new IllegalStateException("a worker was lost.");
            }
            largest = Math.max(largest, next.number());
        }
        return largest;
    }

    /** Waits for the loss of a worker. */
    void lost() throws InterruptedException {
        Command next;
        do {
            next = next();
        } while (!next.equals(LOST));
    }

    @Override
    public void received(WorkerLink from, Message message) {
        messages.add(message);
    }

    @Override
    public void event(WorkerLink from, RunEvent event) {}

    @Override
    public void lost(WorkerLink worker, String cause) {
        messages.add(LOST);
    }

    @Override
    public void failed(WorkerLink worker, Throwable cause) {
        throw new WorkerFailure("worker " + worker.number() + " failed", cause);
    }
}
