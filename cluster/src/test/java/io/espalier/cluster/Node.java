package io.espalier.cluster;

import io.espalier.runtime.events.RunEvent;
import io.espalier.runtime.workers.Resources;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Assertions;

/** A worker's node in this JVM. */
final class Node implements AutoCloseable {
    final BlockingQueue<RunEvent> events = new LinkedBlockingQueue<>();
    final ClusterWorker worker;
    final Thread thread;
    volatile Throwable thrown;

    private Node(WorkerSettings settings, Identity identity) {
        worker = new ClusterWorker(settings, identity, events::add);
        thread = new Thread(
                () -> {
                    try {
                        worker.run();
                    } catch (ClusterException e) {
                        thrown = e;
                    }
                },
                "node-" + settings.name());
        thread.setDaemon(true);
        thread.start();
    }

    static Node of(int port, String name) {
        return of(port, name, 2, Set.of());
    }

    static Node of(int port, String name, double cpus, Set<String> labels) {
        return of(port, ClusterSettings.LOCAL, Identity.here(""), name, new Resources(cpus, 1000, labels));
    }

    static Node of(int port, ClusterSettings own, Identity identity, String name, Resources offers) {
        return new Node(
                new WorkerSettings("127.0.0.1", port, own, name, offers, Node.class.getClassLoader()), identity);
    }

    /** Waits for an event of that type. */
    static RunEvent await(BlockingQueue<RunEvent> events, String type) {
        while (true) {
            RunEvent event = Heard.next(events);
            if (event.type().equals(type)) {
                return event;
            }
        }
    }

    void joined() {
        await(events, "cluster/joined");
    }

    /** Lets it drain and end. */
    void leave() {
        worker.drain();
        try {
            thread.join(15_000);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        Assertions.assertFalse(thread.isAlive(), "the node has ended");
    }

    @Override
    public void close() {
        leave();
    }
}
