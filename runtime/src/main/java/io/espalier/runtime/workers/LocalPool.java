package io.espalier.runtime.workers;

import io.espalier.core.AbandonedCall;
import io.espalier.runtime.events.RunEvent;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * Runs workers as threads of this process: no ports, no other process, nothing to wait for. Messages are handed over as
 * they are, not copied. There is always room.
 */
public final class LocalPool implements WorkerPool {
    private final List<Link> links = new CopyOnWriteArrayList<>();
    private final Resources offers;
    private volatile boolean closed;

    /** What {@link WorkerLink#node} says of all its workers. */
    public static final String NODE = "here";

    /** Of all processors. */
    public LocalPool() {
        this(Runtime.getRuntime().availableProcessors());
    }

    /**
     * Says that it has so many processors, for those who start as many workers as there are; it keeps nobody from more.
     *
     * @throws IllegalArgumentException if that is negative or not finite
     */
    public LocalPool(double cpus) {
        offers = Resources.cpus(cpus);
    }

    @Override
    public List<WorkerNode> nodes() {
        return List.of(new WorkerNode(NODE, offers, offers, Set.of()));
    }

    @Override
    public WorkerLink start(int number, WorkerRecipe recipe, Resources needs, WorkerListener listener) {
        if (closed) {
            throw new IllegalStateException("this pool has been closed.");
        }
        Link link = new Link(number, recipe, listener);
        links.add(link);
        link.thread.start();
        return link;
    }

    /** The process is the only node, and neither comes nor goes. */
    @Override
    public void onChange(Runnable changed) {}

    @Override
    public void close() {
        closed = true;
        links.forEach(Link::close);
    }

    private final class Link implements WorkerLink {
        private final int number;
        private final WorkerListener listener;
        private final WorkerThread thread;
        private volatile boolean gone;

        Link(int number, WorkerRecipe recipe, WorkerListener listener) {
            this.number = number;
            this.listener = listener;
            thread = new WorkerThread("espalier-worker-" + number, recipe, new Context(this), this::ended);
        }

        private void ended(@Nullable Throwable cause) {
            links.remove(this);
            if (!gone) {
                gone = true;
                listener.failed(this, cause == null ? new IllegalStateException("the worker ended") : cause);
            }
        }

        @Override
        public int number() {
            return number;
        }

        @Override
        public String node() {
            return NODE;
        }

        @Override
        public void send(Message message) {
            if (!thread.offer(message)) {
                throw new IllegalStateException("worker " + number + " has too many messages waiting for it.");
            }
        }

        @Override
        public void close() {
            gone = true;
            thread.close();
        }
    }

    /** The worker's side of a link. */
    private record Context(Link link) implements WorkerContext {
        @Override
        public int number() {
            return link.number;
        }

        @Override
        public void send(Message message) {
            if (link.gone) {
                throw new AbandonedCall("worker " + link.number + " has been closed");
            }
            link.listener.received(link, message);
        }

        @Override
        public void event(RunEvent event) {
            if (!link.gone) {
                link.listener.event(link, event);
            }
        }

        @Override
        public void giveUp(Thread stuck) {
            link.thread.giveUp(stuck);
        }
    }
}
