package io.espalier.runtime.workers;

import io.espalier.core.AbandonedCall;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Runs one {@link Worker} on a thread, wherever that is: makes it, gives it its messages one after the other, and puts
 * another thread in the place of one that was given up.
 */
public final class WorkerThread {
    /** Messages that may wait for a worker; who sends it more than that has lost count of them. */
    private static final int MOST_WAITING = 4096;

    private static final Command END = Command.of("worker/end");
    private static final Command UPDATE = Command.of("worker/update");

    private final String name;
    private final WorkerRecipe recipe;
    private final WorkerContext context;
    private final Ending ending;
    private final BlockingQueue<Message> mailbox = new ArrayBlockingQueue<>(MOST_WAITING);
    private final AtomicBoolean ended = new AtomicBoolean();
    private final AtomicReference<@Nullable PolicyUpdate> newest = new AtomicReference<>();
    private volatile @Nullable Thread thread;
    private volatile boolean closed;
    private @Nullable Worker worker;
    private boolean receiving;
    private long workingNanos;

    /** Hears, once, on the worker's thread, that it has ended. */
    public interface Ending {
        /** It has ended; {@code cause} is null if it was asked to. */
        void ended(@Nullable Throwable cause);
    }

    /**
     * Does not start yet.
     *
     * @param name of the thread
     */
    public WorkerThread(String name, WorkerRecipe recipe, WorkerContext context, Ending ending) {
        this.name = name;
        this.recipe = recipe;
        this.context = context;
        this.ending = ending;
    }

    /** Starts. */
    public void start() {
        go();
    }

    private void go() {
        Thread fresh = new Thread(this::live, name);
        // One that is stuck for good must not keep the JVM from ending.
        fresh.setDaemon(true);
        thread = fresh;
        fresh.start();
    }

    /**
     * Hands over a message; false if too many wait. A policy waits in a slot of its own, where a newer one takes its
     * place, and is received before whatever comes next.
     */
    public boolean offer(Message message) {
        if (message instanceof PolicyUpdate update) {
            // The place in the queue is that of the first which has not been received yet.
            return newest.getAndSet(update) != null || closed || mailbox.offer(UPDATE);
        }
        return closed || mailbox.offer(message);
    }

    /** Ends the worker after the message that it is receiving; those that wait are dropped. */
    public void close() {
        closed = true;
        mailbox.clear();
        mailbox.add(END);
    }

    /** Puts another thread in the place of one that is stuck in the worker. */
    public synchronized void giveUp(Thread stuck) {
        if (thread == stuck && !closed) {
            go();
        }
    }

    /** How long the worker has been busy with messages, in nanoseconds. */
    public synchronized long workingNanos() {
        return workingNanos;
    }

    private void live() {
        try {
            if (receiving && worker != null) {
                worker.resume();
                received();
            }
            Worker now = worker;
            if (now == null) {
                now = recipe.create(context);
                worker = now;
            }
            while (!closed) {
                Message message = mailbox.poll(1, TimeUnit.SECONDS);
                if (message != null && message != END) {
                    long began = System.nanoTime();
                    PolicyUpdate update = newest.getAndSet(null);
                    if (update != null) {
                        now.receive(update);
                    }
                    if (message != UPDATE) {
                        receiving = true;
                        now.receive(message);
                        received();
                    }
                    spent(System.nanoTime() - began);
                }
            }
            end(null);
        } catch (AbandonedCall e) {
            // Another thread goes on, or nobody is left who would hear of it: then the worker is over.
            if (mine()) {
                end(null);
            }
        } catch (InterruptedException e) {
            end(closed ? null : e);
        } catch (Throwable e) {
            if (mine()) {
                end(e);
            }
        }
    }

    private synchronized void spent(long nanos) {
        workingNanos += nanos;
    }

    /** Somebody else may be this thread now: then leave without touching anything. */
    private void received() {
        if (!mine()) {
            throw new AbandonedCall("another thread runs this worker now");
        }
        receiving = false;
    }

    private boolean mine() {
        return Thread.currentThread() == thread;
    }

    private void end(@Nullable Throwable cause) {
        if (ended.getAndSet(true)) {
            return;
        }
        closed = true;
        Throwable found = cause;
        Worker now = worker;
        if (now != null) {
            try {
                now.close();
            } catch (RuntimeException e) {
                found = found == null ? e : found;
            }
        }
        ending.ended(found);
    }
}
