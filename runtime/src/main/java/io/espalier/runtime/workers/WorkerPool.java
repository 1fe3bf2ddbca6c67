package io.espalier.runtime.workers;

import java.util.Collection;
import java.util.List;

/** Where workers can be run: {@linkplain LocalPool threads of this process}, or the nodes of a cluster. */
public interface WorkerPool extends AutoCloseable {
    /** The places there are just now. */
    List<WorkerNode> nodes();

    /**
     * Starts a worker on the node that suits best; returns at once. Where no node has room for it, it waits for one;
     * messages sent to it meanwhile wait with it.
     *
     * @param number its number, by which it and its successors are known
     * @throws IllegalArgumentException if the recipe cannot be described, and no node is in this process
     */
    WorkerLink start(int number, WorkerRecipe recipe, Resources needs, WorkerListener listener);

    /** Sends a message to several of this pool's workers; those on the same node may share it, so it must not be changed. */
    default void broadcast(Collection<? extends WorkerLink> to, Message message) {
        to.forEach(link -> link.send(message));
    }

    /** Calls this when a node has come or is about to go, from any thread. */
    void onChange(Runnable changed);

    /** Ends all its workers. */
    @Override
    void close();
}
