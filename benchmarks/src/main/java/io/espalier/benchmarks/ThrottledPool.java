package io.espalier.benchmarks;

import io.espalier.runtime.events.RunEvent;
import io.espalier.runtime.workers.LocalPool;
import io.espalier.runtime.workers.Message;
import io.espalier.runtime.workers.MessageFormat;
import io.espalier.runtime.workers.PolicyUpdate;
import io.espalier.runtime.workers.Resources;
import io.espalier.runtime.workers.WorkerLink;
import io.espalier.runtime.workers.WorkerListener;
import io.espalier.runtime.workers.WorkerNode;
import io.espalier.runtime.workers.WorkerPool;
import io.espalier.runtime.workers.WorkerRecipe;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Threads of this process behind slow links: each worker has one to the learner and one back, and a message arrives when all
 * its bytes, and those sent before it, have had the time that they take at so many bits a second.
 */
final class ThrottledPool implements WorkerPool {
    private final LocalPool inner = new LocalPool();
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(work -> {
        Thread thread = new Thread(work, "throttled-links");
        thread.setDaemon(true);
        return thread;
    });
    private final double bitsPerSecond;
    private final AtomicLong toWorkers = new AtomicLong();
    private final AtomicLong fromWorkers = new AtomicLong();

    ThrottledPool(double bitsPerSecond) {
        this.bitsPerSecond = bitsPerSecond;
    }

    /** Bytes that have been sent to workers. */
    long bytesToWorkers() {
        return toWorkers.get();
    }

    /** Bytes that workers have sent. */
    long bytesFromWorkers() {
        return fromWorkers.get();
    }

    /** One direction of a link. */
    private final class Wire {
        private final AtomicLong counter;
        private long free;

        Wire(AtomicLong counter) {
            this.counter = counter;
        }

        @SuppressWarnings("FutureReturnValueIgnored") // nobody waits for a delivery but its receiver
        synchronized void send(Message message, Runnable delivery) {
            long bytes = MessageFormat.size(message);
            counter.addAndGet(bytes);
            long now = System.nanoTime();
            free = Math.max(now, free) + (long) (bytes * 8e9 / bitsPerSecond);
            if (!clock.isShutdown()) {
                clock.schedule(delivery, free - now, TimeUnit.NANOSECONDS);
            }
        }
    }

    @Override
    public List<WorkerNode> nodes() {
        return inner.nodes();
    }

    @Override
    public WorkerLink start(int number, WorkerRecipe recipe, Resources needs, WorkerListener listener) {
        Wire back = new Wire(fromWorkers);
        Wire out = new Wire(toWorkers);
        WorkerLink link = inner.start(number, recipe, needs, new WorkerListener() {
            @Override
            public void received(WorkerLink from, Message message) {
                back.send(message, () -> listener.received(new Slow(from, out), message));
            }

            @Override
            public void event(WorkerLink from, RunEvent event) {
                listener.event(new Slow(from, out), event);
            }

            @Override
            public void lost(WorkerLink worker, String cause) {
                listener.lost(new Slow(worker, out), cause);
            }

            @Override
            public void failed(WorkerLink worker, Throwable cause) {
                listener.failed(new Slow(worker, out), cause);
            }
        });
        return new Slow(link, out);
    }

    private record Slow(WorkerLink inner, Wire out) implements WorkerLink {
        @Override
        public int number() {
            return inner.number();
        }

        @Override
        public String node() {
            return inner.node();
        }

        @Override
        public void send(Message message) {
            if (message instanceof PolicyUpdate) {
                throw new IllegalArgumentException("policies overtake each other, which is not simulated.");
            }
            out.send(message, () -> inner.send(message));
        }

        @Override
        public void close() {
            inner.close();
        }
    }

    @Override
    public void onChange(Runnable changed) {
        inner.onChange(changed);
    }

    @Override
    public void close() {
        clock.shutdownNow();
        inner.close();
    }
}
