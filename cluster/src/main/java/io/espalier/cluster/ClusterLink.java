package io.espalier.cluster;

import io.espalier.runtime.workers.Command;
import io.espalier.runtime.workers.Message;
import io.espalier.runtime.workers.PolicyUpdate;
import io.espalier.runtime.workers.Resources;
import io.espalier.runtime.workers.WorkerLink;
import io.espalier.runtime.workers.WorkerListener;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The head's end of a worker, which may still wait for a node. */
final class ClusterLink implements WorkerLink {
    /** As many as may wait for a worker in one process. */
    private static final int MOST_WAITING = 4096;

    final int id;
    final Resources needs;
    final WorkerListener listener;
    private final int number;
    private final Command start;
    private final Consumer<ClusterLink> closing;
    private final Deque<Message> waiting = new ArrayDeque<>();
    private volatile @Nullable RemoteNode node;
    private volatile boolean gone;

    ClusterLink(
            int id,
            int number,
            Command start,
            Resources needs,
            WorkerListener listener,
            Consumer<ClusterLink> closing) {
        this.id = id;
        this.number = number;
        this.start = start;
        this.needs = needs;
        this.listener = listener;
        this.closing = closing;
    }

    @Override
    public int number() {
        return number;
    }

    @Override
    public String node() {
        RemoteNode known = node;
        return known == null ? "nowhere yet" : known.name;
    }

    @Override
    public boolean placed() {
        return node != null;
    }

    @Nullable
    RemoteNode place() {
        return node;
    }

    /** Starts the worker there, and sends what has waited. */
    synchronized void startOn(RemoteNode found) {
        int[] here = {id};
        found.outbox().add(Wire.Kind.START, here, start);
        waiting.forEach(message -> found.outbox().add(Wire.Kind.MESSAGE, here, message));
        waiting.clear();
        node = found;
    }

    @Override
    public synchronized void send(Message message) {
        if (gone) {
            return;
        }
        RemoteNode known = node;
        if (known != null) {
            known.outbox().add(Wire.Kind.MESSAGE, new int[] {id}, message);
            return;
        }
        if (message instanceof PolicyUpdate && waiting.peekLast() instanceof PolicyUpdate) {
            waiting.removeLast();
        }
        if (waiting.size() >= MOST_WAITING) {
            throw new IllegalStateException("worker " + number + " has too many messages waiting for it.");
        }
        waiting.add(message);
    }

    boolean gone() {
        return gone;
    }

    /** Nothing is sent or heard any more; false if that was so already. */
    synchronized boolean end() {
        boolean first = !gone;
        gone = true;
        waiting.clear();
        return first;
    }

    @Override
    public void close() {
        if (end()) {
            closing.accept(this);
        }
    }
}
