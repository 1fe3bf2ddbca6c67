package io.espalier.runtime;

import io.espalier.core.AbandonedCall;
import io.espalier.core.State;
import io.espalier.runtime.events.RunEvent;
import io.espalier.runtime.workers.LocalPool;
import io.espalier.runtime.workers.Message;
import io.espalier.runtime.workers.MessageFormat;
import io.espalier.runtime.workers.Resources;
import io.espalier.runtime.workers.Worker;
import io.espalier.runtime.workers.WorkerContext;
import io.espalier.runtime.workers.WorkerKind;
import io.espalier.runtime.workers.WorkerLink;
import io.espalier.runtime.workers.WorkerListener;
import io.espalier.runtime.workers.WorkerNode;
import io.espalier.runtime.workers.WorkerPool;
import io.espalier.runtime.workers.WorkerRecipe;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Queue;
import java.util.ServiceLoader;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Threads of this process that behave like other machines: recipes and messages cross as bytes, and every so many messages
 * the worker that sends one is lost before it arrives.
 */
public final class LossyPool implements WorkerPool {
    private final LocalPool inner = new LocalPool();
    private final long every;
    private final AtomicLong sent = new AtomicLong();
    private final AtomicLong lost = new AtomicLong();
    private final Queue<Loser> started = new ConcurrentLinkedQueue<>();
    private final AtomicLong bytes = new AtomicLong();

    /** @param every loses the sender of each message whose number is a multiple of it; 0 to lose nobody */
    public LossyPool(long every) {
        this.every = every;
    }

    /** Bytes that have crossed, both ways. */
    public long bytes() {
        return bytes.get();
    }

    public long lost() {
        return lost.get();
    }

    private Message crossed(Message message) {
        byte[] written = MessageFormat.bytes(message);
        bytes.addAndGet(written.length);
        return MessageFormat.read(ByteBuffer.wrap(written));
    }

    private static WorkerRecipe crossed(WorkerRecipe recipe) {
        for (WorkerKind kind : ServiceLoader.load(WorkerKind.class)) {
            if (kind.name().equals(recipe.kind())) {
                return kind.read(recipe.description());
            }
        }
        throw new IllegalArgumentException("no kind " + recipe.kind());
    }

    @Override
    public List<WorkerNode> nodes() {
        return inner.nodes();
    }

    @Override
    public WorkerLink start(int number, WorkerRecipe recipe, Resources needs, WorkerListener listener) {
        Loser loser = new Loser(listener);
        WorkerLink link = inner.start(number, new Crossing(recipe), needs, loser);
        loser.link = link;
        started.add(loser);
        return new Lossy(this, link);
    }

    /** Loses the worker that has been there longest, whatever it is doing. */
    public void loseOne() {
        Loser loser = started.poll();
        while (loser != null && loser.gone) {
            loser = started.poll();
        }
        if (loser != null) {
            loser.lose(loser.link);
        }
    }

    @Override
    public void onChange(Runnable changed) {
        inner.onChange(changed);
    }

    @Override
    public void close() {
        inner.close();
    }

    private record Lossy(LossyPool pool, WorkerLink inner) implements WorkerLink {
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
            inner.send(pool.crossed(message));
        }

        @Override
        public void close() {
            inner.close();
        }
    }

    private record Crossing(WorkerRecipe inner) implements WorkerRecipe {
        @Override
        public String kind() {
            return inner.kind();
        }

        @Override
        public State description() {
            return inner.description();
        }

        @Override
        public Worker create(WorkerContext context) {
            return crossed(inner).create(context);
        }
    }

    private final class Loser implements WorkerListener {
        private final WorkerListener listener;
        private volatile boolean gone;
        private volatile WorkerLink link;

        Loser(WorkerListener listener) {
            this.listener = listener;
        }

        void lose(WorkerLink worker) {
            gone = true;
            lost.incrementAndGet();
            worker.close();
            listener.lost(new Lossy(LossyPool.this, worker), "on purpose");
        }

        @Override
        public void received(WorkerLink from, Message message) {
            if (every > 0 && sent.incrementAndGet() % every == 0) {
                lose(from);
                throw new AbandonedCall("lost on purpose");
            }
            listener.received(new Lossy(LossyPool.this, from), crossed(message));
        }

        @Override
        public void event(WorkerLink from, RunEvent event) {
            listener.event(new Lossy(LossyPool.this, from), event);
        }

        @Override
        public void lost(WorkerLink worker, String cause) {
            listener.lost(new Lossy(LossyPool.this, worker), cause);
        }

        @Override
        public void failed(WorkerLink worker, Throwable cause) {
            if (!gone) {
                listener.failed(new Lossy(LossyPool.this, worker), cause);
            }
        }
    }
}
