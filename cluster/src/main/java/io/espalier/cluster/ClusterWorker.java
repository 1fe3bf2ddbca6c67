package io.espalier.cluster;

import io.espalier.runtime.events.RunEvent;
import io.espalier.runtime.workers.Command;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * A process that lends itself to whichever head is at an address: runs the workers that the head starts here, of the kinds
 * that are registered as services and no others. When the head is gone it ends them, and waits for the next one, without
 * ending itself.
 */
public final class ClusterWorker {
    private static final long FIRST_PAUSE_MILLIS = 100;
    private static final long LONGEST_PAUSE_MILLIS = 2000;

    /** How long the head may take to see a node that has joined. */
    private static final int UP_MILLIS = 30_000;

    private final WorkerSettings settings;
    private final Identity identity;
    private final Consumer<RunEvent> events;
    private final CountDownLatch leaving = new CountDownLatch(1);
    private @Nullable NodeSession session;
    private long lastEpoch;

    /**
     * Does not start yet.
     *
     * @param events hears when it joins, loses its head, or is refused; from any thread
     */
    public ClusterWorker(WorkerSettings settings, Consumer<RunEvent> events) {
        this(settings, Identity.here(settings.own().code()), events);
    }

    ClusterWorker(WorkerSettings settings, Identity identity, Consumer<RunEvent> events) {
        this.settings = settings;
        this.identity = identity;
        this.events = events;
    }

    /**
     * Joins, works, and joins again, until it is asked to {@linkplain #drain leave}.
     *
     * @throws ClusterException.Refused if the head does not want it: trying again would not help
     */
    public void run() {
        if (!settings.own().host().isEmpty()) {
            settings.own().checkProtection();
        }
        Optional<Tls> tls = settings.own().tls().map(Tls::of);
        long pause = FIRST_PAUSE_MILLIS;
        String told = "";
        while (leaving.getCount() > 0) {
            try {
                NodeSession joined = begin(tls);
                tell("cluster/joined", "working for the head at " + settings.head());
                pause = FIRST_PAUSE_MILLIS;
                told = "";
                if (leaving.getCount() == 0) {
                    joined.drain();
                }
                String cause = joined.await();
                int workers = joined.close();
                if (leaving.getCount() > 0) {
                    tell(
                            "cluster/lost",
                            "the head at " + settings.head() + " is gone (" + cause + "): " + workers
                                    + " workers ended, waiting for the next one");
                }
            } catch (ClusterException.Refused e) {
                tell("cluster/refused", "refused by " + settings.head() + ": " + e.getMessage());
                throw e;
            } catch (IOException e) {
                // Said once, not at each of the many tries that may follow.
                String why = String.valueOf(e.getMessage());
                if (!why.equals(told)) {
                    tell("cluster/waiting", "no head at " + settings.head() + " yet (" + why + "), trying on");
                    told = why;
                }
                pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
            }
            rest(pause);
        }
        tell("cluster/left", "left the head at " + settings.head());
    }

    private NodeSession begin(Optional<Tls> tls) throws IOException {
        GateConnection line = null;
        NodeSystem system = null;
        boolean begun = false;
        try {
            line = Neighbours.call(settings.headHost(), settings.headPort(), tls);
            line.send(new Hello(identity, false, settings.name(), settings.offers(), lastEpoch).toCommand());
            Hello.Welcome welcome = welcome(line.receive());
            ClusterSettings own = settings.own();
            if (own.host().isEmpty()) {
                own = own.at(line.socket().getLocalAddress().getHostAddress(), own.port());
                own.checkProtection();
            }
            system = listening(own, tls);
            NodeSession fresh = new NodeSession(welcome, line, system, settings.loader(), settings.offers());
            fresh.open();
            line.send(Words.of("listens", system.address()));
            line.receive();
            fresh.join();
            awaitUp(line, system.address());
            lastEpoch = welcome.epoch();
            line.patience(0);
            fresh.listenToTheLine();
            begun = true;
            keep(fresh);
            return fresh;
        } catch (GateConnection.StrangerException e) {
            throw new ClusterException.Refused("what listens there is no head of this kind: " + e.getMessage());
        } catch (SSLException e) {
            if (e.getCause() instanceof EOFException || e.getCause() instanceof SocketException) {
                throw e;
            }
            throw new ClusterException.Refused("TLS failed (" + e.getMessage()
                    + "). Maybe one side has no TLS, or the certificates are of different authorities.");
        } finally {
            if (!begun) {
                if (line != null) {
                    line.close();
                }
                if (system != null) {
                    system.end(java.time.Duration.ofSeconds(5));
                }
            }
        }
    }

    /** A port may still be taken by the stay before, or the machine too busy to start in time. */
    private static NodeSystem listening(ClusterSettings own, Optional<Tls> tls) throws IOException {
        try {
            return NodeSystem.start(own.host(), own.port(), "worker", tls, own.timings());
        } catch (RuntimeException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private static void awaitUp(GateConnection line, String address) throws IOException {
        line.patience(UP_MILLIS);
        try {
            if (line.receive().name().equals("up")) {
                return;
            }
        } catch (SocketTimeoutException e) {
            throw new IOException(
                    "it did not take this node in. Maybe it cannot reach " + address + ": see --host and --port", e);
        }
        throw new IOException("it did not take this node in");
    }

    private static Hello.Welcome welcome(Command answer) {
        if (!answer.name().equals(Hello.Welcome.NAME)) {
            throw new ClusterException.Refused(Words.text(answer));
        }
        return Hello.Welcome.of(answer);
    }

    private synchronized void keep(NodeSession fresh) {
        session = fresh;
    }

    synchronized @Nullable NodeSession session() {
        return session;
    }

    /**
     * Lets its workers finish the message that they are in, for at most 5 seconds, and leaves; {@link #run} then returns.
     * From any thread; waits for it.
     */
    public void drain() {
        leaving.countDown();
        NodeSession now = session();
        if (now != null) {
            now.drain();
        }
    }

    private void rest(long milliseconds) {
        try {
            boolean unused = leaving.await(milliseconds, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            leaving.countDown();
        }
    }

    private void tell(String type, String message) {
        events.accept(RunEvent.of(type, message));
    }
}
