package io.espalier.cluster;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import java.net.BindException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.pekko.actor.AbstractActor;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.AddressFromURIString;
import org.apache.pekko.actor.BootstrapSetup;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.Props;
import org.apache.pekko.actor.setup.ActorSystemSetup;
import org.apache.pekko.cluster.Cluster;
import org.apache.pekko.cluster.ClusterEvent;
import org.apache.pekko.remote.artery.tcp.SSLEngineProviderSetup;

/** The Pekko side of a node: its actor system with two actors, one for data and one for everything short. */
final class NodeSystem {
    private static final String NAME = "espalier";

    private final ActorSystem system;

    private NodeSystem(ActorSystem system) {
        this.system = system;
    }

    /**
     * Starts one, which is alone until it joins.
     *
     * @throws ClusterException if it cannot listen there
     */
    static NodeSystem start(String host, int port, String role, Optional<Tls> tls, ClusterSettings.Timings timings) {
        ClassLoader loader = NodeSystem.class.getClassLoader();
        Map<String, Object> values = new HashMap<>();
        values.put("pekko.remote.artery.canonical.hostname", host);
        values.put("pekko.remote.artery.canonical.port", port);
        values.put("pekko.remote.artery.transport", tls.isPresent() ? "tls-tcp" : "tcp");
        values.put("pekko.cluster.roles", List.of(role));
        values.put("pekko.cluster.failure-detector.heartbeat-interval", timings.heartbeatMillis + " ms");
        values.put("pekko.cluster.failure-detector.acceptable-heartbeat-pause", timings.pauseMillis + " ms");
        values.put("pekko.cluster.failure-detector.expected-response-after", timings.heartbeatMillis + " ms");
        values.put("pekko.cluster.split-brain-resolver.stable-after", timings.stableMillis + " ms");
        Config config = ConfigFactory.parseMap(values)
                .withFallback(ConfigFactory.parseResources(
                        NodeSystem.class,
                        "node.conf",
                        ConfigParseOptions.defaults().setAllowMissing(false)))
                .withFallback(ConfigFactory.defaultReference(loader))
                .resolve();
        ActorSystemSetup setup =
                ActorSystemSetup.create(BootstrapSetup.create(config).withClassloader(loader));
        if (tls.isPresent()) {
            Tls used = tls.get();
            setup = setup.withSetup(SSLEngineProviderSetup.create(extended -> used));
        }
        try {
            return new NodeSystem(ActorSystem.create(NAME, setup));
        } catch (RuntimeException e) {
            throw cannotListen(host, port, e);
        }
    }

    private static RuntimeException cannotListen(String host, int port, RuntimeException thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof BindException || cause.getClass().getName().contains("Bind")) {
                return new ClusterException(
                        "cannot listen on " + host + ":" + port + " (" + cause.getMessage()
                                + "). Maybe another process does, or the address is not this machine's.",
                        thrown);
            }
        }
        return thrown;
    }

    /** An actor that hands each message to this, one after the other, on a thread of its own. */
    ActorRef actor(String name, Consumer<Object> receiver) {
        return system.actorOf(
                Props.create(Inbox.class, () -> new Inbox(receiver)).withDispatcher("espalier-inbox"), name);
    }

    private static final class Inbox extends AbstractActor {
        private final Consumer<Object> receiver;

        Inbox(Consumer<Object> receiver) {
            this.receiver = receiver;
        }

        @Override
        public Receive createReceive() {
            return receiveBuilder().matchAny(receiver::accept).build();
        }
    }

    /**
     * The actor of that name on another node; nothing is asked of the node for it. Looked up on one of the system's own
     * threads, which end with it: Pekko keeps what is looked up with the thread, and with that the whole system.
     */
    ActorRef remote(String address, String name) {
        return CompletableFuture.supplyAsync(
                        () -> ((ExtendedActorSystem) system).provider().resolveActorRef(address + "/user/" + name),
                        system.dispatcher())
                .join();
    }

    ActorSystem actors() {
        return system;
    }

    /** "pekko://espalier@HOST:PORT". */
    String address() {
        return cluster().selfAddress().toString();
    }

    private Cluster cluster() {
        return Cluster.get(system);
    }

    /** Joins the cluster of that node; itself to found one. */
    void join(String address) {
        cluster().join(parsed(address));
    }

    /** Tells this actor who comes, goes and falls silent. */
    void watch(ActorRef subscriber) {
        cluster()
                .subscribe(
                        subscriber,
                        ClusterEvent.initialStateAsEvents(),
                        ClusterEvent.MemberEvent.class,
                        ClusterEvent.ReachabilityEvent.class);
    }

    /** Puts that node out of the cluster. */
    void down(String address) {
        cluster().down(parsed(address));
    }

    /** Says good-bye to the others. */
    void leave() {
        cluster().leave(cluster().selfAddress());
    }

    private static Address parsed(String address) {
        return AddressFromURIString.parse(address);
    }

    /** Calls this when the system has ended, by itself or not. */
    void whenEnded(Runnable ended) {
        var unused = system.getWhenTerminated().whenComplete((done, problem) -> ended.run());
    }

    /** Ends it, without good-byes; waits a little. */
    void end(Duration patience) {
        system.terminate();
        try {
            var unused =
                    system.getWhenTerminated().toCompletableFuture().get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException e) {
            org.slf4j.LoggerFactory.getLogger(NodeSystem.class).warn("the actor system did not end cleanly", e);
        }
    }
}
