package io.espalier.cluster;

import io.espalier.core.State;
import io.espalier.runtime.events.RunEvent;
import io.espalier.runtime.workers.Command;
import io.espalier.runtime.workers.Message;
import io.espalier.runtime.workers.Resources;
import io.espalier.runtime.workers.WorkerLink;
import io.espalier.runtime.workers.WorkerListener;
import io.espalier.runtime.workers.WorkerNode;
import io.espalier.runtime.workers.WorkerPool;
import io.espalier.runtime.workers.WorkerRecipe;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;

/**
 * The nodes of a cluster as a place for workers. The process that starts one is the cluster's head: {@link ClusterWorker
 * workers' nodes} knock at its gate (its port), show that they run the same code, and then join over the transport (the
 * next port). They may come and go at any time; the workers of one that goes are lost, and may be started elsewhere.
 *
 * <p>A node whose process is killed is noticed at once, since its line to the gate ends; one that only stops answering
 * after the time of its {@link ClusterSettings.Timings}. Every frame carries the head's epoch and the node's session, so
 * that nothing of a lost node is heard later.
 */
public final class ClusterPool implements WorkerPool {
    private final Head head;

    private ClusterPool(Head head) {
        this.head = head;
    }

    /**
     * What went over the wire so far.
     *
     * @param sentBytes bytes of messages to nodes that are here now
     * @param receivedBytes bytes of messages from nodes that are here now
     * @param stale frames dropped since they were of a node or head that is no more
     * @param superseded policy updates not sent since a newer one came
     */
    public record Traffic(long sentBytes, long receivedBytes, long stale, long superseded) {}

    /**
     * Founds a cluster, with this process as its head.
     *
     * @param events hears of nodes that come, go and are refused; from any thread
     * @throws ClusterException if it cannot listen there, another head does, or TLS is missing; the message says what helps
     */
    public static ClusterPool start(ClusterSettings settings, Consumer<RunEvent> events) {
        return start(settings, Identity.here(settings.code()), events);
    }

    static ClusterPool start(ClusterSettings settings, Identity identity, Consumer<RunEvent> events) {
        return new ClusterPool(Head.start(settings, identity, events));
    }

    /** The port at which workers' nodes knock. */
    public int port() {
        return head.port();
    }

    /** The head's address on the transport. */
    String address() {
        return head.system().address();
    }

    /**
     * Waits until there are so many nodes.
     *
     * @return whether there are, before the time is over or the thread is interrupted
     */
    public boolean await(int nodes, Duration patience) {
        return head.await(nodes, patience);
    }

    /** Figures of the transport. */
    public Traffic traffic() {
        return head.traffic();
    }

    @Override
    public List<WorkerNode> nodes() {
        return head.nodes();
    }

    @Override
    public WorkerLink start(int number, WorkerRecipe recipe, Resources needs, WorkerListener listener) {
        State description = recipe.description();
        Command start = Words.start(recipe.kind(), number, needs, description);
        return head.start(number, start, needs, listener);
    }

    /** One message to each node, however many of the workers it has: they share it there. */
    @Override
    public void broadcast(Collection<? extends WorkerLink> to, Message message) {
        head.broadcast(to, message);
    }

    @Override
    public void onChange(Runnable changed) {
        head.onChange(changed);
    }

    /** Ends all workers and the cluster; the nodes' processes stay, and wait for the next head. */
    @Override
    public void close() {
        head.close();
    }
}
