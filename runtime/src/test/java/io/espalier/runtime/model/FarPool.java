package io.espalier.runtime.model;

import io.espalier.core.State;
import io.espalier.runtime.events.RunEvent;
import io.espalier.runtime.workers.Command;
import io.espalier.runtime.workers.LocalPool;
import io.espalier.runtime.workers.Message;
import io.espalier.runtime.workers.MessageFormat;
import io.espalier.runtime.workers.Resources;
import io.espalier.runtime.workers.WorkerKind;
import io.espalier.runtime.workers.WorkerLink;
import io.espalier.runtime.workers.WorkerListener;
import io.espalier.runtime.workers.WorkerNode;
import io.espalier.runtime.workers.WorkerPool;
import io.espalier.runtime.workers.WorkerRecipe;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Threads that are as far away as another JVM: recipes come as descriptions and messages as bytes. Workers can be lost, at
 * a count of the messages that they send.
 */
final class FarPool implements WorkerPool {
    private final LocalPool here = new LocalPool();
    private final List<Integer> losses = new ArrayList<>();
    private final AtomicInteger sent = new AtomicInteger();
    final AtomicInteger started = new AtomicInteger();

    /** The worker that sends the n-th of all messages, counted from 1, is lost in place of sending it. */
    synchronized FarPool loseAt(int... counts) {
        for (int count : counts) {
            losses.add(count);
        }
        return this;
    }

    private synchronized boolean loses() {
        return losses.remove((Integer) sent.incrementAndGet());
    }

    int sent() {
        return sent.get();
    }

    @Override
    public List<WorkerNode> nodes() {
        return here.nodes();
    }

    @Override
    public WorkerLink start(int number, WorkerRecipe recipe, Resources needs, WorkerListener listener) {
        started.incrementAndGet();
        State described = ((Command) far(new Command(recipe.kind(), recipe.description()))).body();
        WorkerKind kind = ServiceLoader.load(WorkerKind.class).stream()
                .map(ServiceLoader.Provider::get)
                .filter(each -> each.name().equals(recipe.kind()))
                .findFirst()
                .orElseThrow();
        Far far = new Far(listener);
        far.link = here.start(number, kind.read(described), needs, far);
        return far;
    }

    private static Message far(Message message) {
        return MessageFormat.read(ByteBuffer.wrap(MessageFormat.bytes(message)));
    }

    @Override
    public void onChange(Runnable changed) {}

    @Override
    public void close() {
        here.close();
    }

    private final class Far implements WorkerLink, WorkerListener {
        private final WorkerListener listener;
        private volatile WorkerLink link;
        private volatile boolean lost;

        Far(WorkerListener listener) {
            this.listener = listener;
        }

        private WorkerLink link() {
            while (link == null) {
                Thread.onSpinWait();
            }
            return link;
        }

        @Override
        public int number() {
            return link().number();
        }

        @Override
        public String node() {
            return "far";
        }

        @Override
        public void send(Message message) {
            if (!lost) {
                link().send(far(message));
            }
        }

        @Override
        public void close() {
            link().close();
        }

        @Override
        public void received(WorkerLink from, Message message) {
            if (lost) {
                return;
            }
            if (loses()) {
                lost = true;
                listener.lost(this, "its node was switched off");
                from.close();
            } else {
                listener.received(this, far(message));
            }
        }

        @Override
        public void event(WorkerLink from, RunEvent event) {
            listener.event(this, event);
        }

        @Override
        public void lost(WorkerLink worker, String cause) {
            listener.lost(this, cause);
        }

        @Override
        public void failed(WorkerLink worker, Throwable cause) {
            listener.failed(this, cause);
        }
    }
}
