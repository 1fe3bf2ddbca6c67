package io.espalier.cluster;

import io.espalier.runtime.events.RunEvent;
import io.espalier.runtime.workers.Command;
import io.espalier.runtime.workers.Message;
import io.espalier.runtime.workers.Resources;
import io.espalier.runtime.workers.WorkerLink;
import io.espalier.runtime.workers.WorkerListener;
import io.espalier.runtime.workers.WorkerNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.pekko.actor.ActorRef;
import org.jspecify.annotations.Nullable;

/**
 * The head's state: nodes, links, and starts that wait for room. All listeners are called from one thread, that of the
 * data inbox, so what they hear is in order and nothing follows a loss; no lock is held meanwhile.
 */
final class Head implements Gate.Host {
    private final ClusterSettings settings;
    private final Identity identity;
    private final Consumer<RunEvent> events;
    private final Object lock = new Object();
    private final Map<Long, RemoteNode> nodes = new LinkedHashMap<>();
    private final Map<Integer, ClusterLink> links = new HashMap<>();
    private final List<ClusterLink> waiting = new ArrayList<>();
    private final List<Runnable> changed = new CopyOnWriteArrayList<>();
    private final Sessions sessions = new Sessions();
    private final AtomicLong stale = new AtomicLong();
    private final CountDownLatch founded = new CountDownLatch(1);
    private final Gate gate;
    private final NodeSystem system;
    private final ActorRef data;
    private final ActorRef control;
    private int lastLink;
    private boolean closed;

    private Head(ClusterSettings settings, Identity identity, Consumer<RunEvent> events) {
        this.settings = settings;
        this.identity = identity;
        this.events = events;
        Optional<Tls> tls = settings.tls().map(Tls::of);
        Neighbours.refuseASecondHead(settings, tls, identity);
        gate = Gate.bind(settings.host(), settings.port(), tls, this);
        try {
            system = NodeSystem.start(
                    settings.host(), settings.port() == 0 ? 0 : settings.port() + 1, "driver", tls, settings.timings());
        } catch (RuntimeException e) {
            gate.close();
            throw e;
        }
        data = system.actor("data", this::received);
        control = system.actor("control", new Membership(this)::heard);
    }

    static Head start(ClusterSettings settings, Identity identity, Consumer<RunEvent> events) {
        settings.checkProtection();
        Head head = new Head(settings, identity, events);
        head.found();
        return head;
    }

    private void found() {
        system.watch(control);
        system.join(system.address());
        boolean up = false;
        try {
            up = founded.await(20, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (!up) {
            close();
            throw new ClusterException("the cluster at " + settings.host() + ":" + gate.port()
                    + " could not be founded within 20 seconds. Maybe the machine is overloaded.");
        }
        gate.open();
        Receipts.repeat(this::tick);
        tell("cluster/founded", "listening for workers on " + settings.host() + ":" + gate.port());
    }

    int port() {
        return gate.port();
    }

    /** Tells each node what it should have by now; false when there is nobody left to tell. */
    private boolean tick() {
        List<RemoteNode> all;
        synchronized (lock) {
            if (closed) {
                return false;
            }
            all = nodes.values().stream().filter(RemoteNode::isUp).toList();
        }
        for (RemoteNode node : all) {
            Receipts receipts = node.receipts();
            if (receipts != null) {
                node.outbox().tick(receipts.taken());
            }
        }
        return true;
    }

    private void tell(String type, String message) {
        events.accept(RunEvent.of(type, message));
    }

    // What the employer asks for, on its threads.

    List<WorkerNode> nodes() {
        synchronized (lock) {
            return nodes.values().stream()
                    .filter(RemoteNode::isUp)
                    .map(RemoteNode::described)
                    .toList();
        }
    }

    boolean await(int count, Duration patience) {
        long until = System.nanoTime() + patience.toNanos();
        synchronized (lock) {
            while (nodes.values().stream().filter(RemoteNode::isUp).count() < count && !closed) {
                long left = until - System.nanoTime();
                if (left <= 0) {
                    return false;
                }
                try {
                    TimeUnit.NANOSECONDS.timedWait(lock, left);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return false;
                }
            }
            return !closed;
        }
    }

    WorkerLink start(int number, Command start, Resources needs, WorkerListener listener) {
        synchronized (lock) {
            if (closed) {
                throw new IllegalStateException("this pool has been closed.");
            }
            ClusterLink link = new ClusterLink(++lastLink, number, start, needs, listener, this::closing);
            links.put(link.id, link);
            waiting.add(link);
            place();
            return link;
        }
    }

    /** Starts what waits wherever there is room now, first come first served. */
    private void place() {
        for (ClusterLink link : List.copyOf(waiting)) {
            // Labels that nobody asked for are kept free for those who do; otherwise the emptiest node.
            Optional<RemoteNode> best = nodes.values().stream()
                    .filter(node -> node.hasRoomFor(link.needs))
                    .min(Comparator.<RemoteNode>comparingInt(node -> node.labels.size())
                            .thenComparing(Comparator.comparingDouble(RemoteNode::freeCpus)
                                    .reversed())
                            .thenComparing(node -> node.name));
            if (best.isPresent()) {
                waiting.remove(link);
                best.get().take(link);
                link.startOn(best.get());
            }
        }
    }

    private void closing(ClusterLink link) {
        synchronized (lock) {
            links.remove(link.id);
            RemoteNode node = link.place();
            if (!waiting.remove(link) && node != null && nodes.containsKey(node.session)) {
                node.outbox().add(Wire.Kind.CLOSE, new int[] {link.id}, Command.of("close"));
            }
        }
    }

    void broadcast(Collection<? extends WorkerLink> to, Message message) {
        Map<RemoteNode, List<ClusterLink>> byNode = new LinkedHashMap<>();
        for (WorkerLink link : to) {
            if (!(link instanceof ClusterLink ours)) {
                throw new IllegalArgumentException(
                        "worker " + link.number() + " belongs to another pool. Maybe send it the message by its own.");
            }
            RemoteNode node = ours.place();
            if (node == null) {
                ours.send(message);
            } else if (!ours.gone()) {
                byNode.computeIfAbsent(node, there -> new ArrayList<>()).add(ours);
            }
        }
        byNode.forEach((node, there) -> node.outbox()
                .add(Wire.Kind.MESSAGE, there.stream().mapToInt(link -> link.id).toArray(), message));
    }

    void onChange(Runnable listener) {
        changed.add(listener);
    }

    ClusterPool.Traffic traffic() {
        synchronized (lock) {
            List<RemoteNode> reached =
                    nodes.values().stream().filter(RemoteNode::reached).toList();
            return new ClusterPool.Traffic(
                    reached.stream()
                            .mapToLong(node -> node.outbox().sentBytes())
                            .sum(),
                    reached.stream()
                            .mapToLong(node -> node.receipts() == null
                                    ? 0
                                    : node.receipts().bytes())
                            .sum(),
                    stale.get(),
                    reached.stream()
                            .mapToLong(node -> node.outbox().superseded())
                            .sum());
        }
    }

    void close() {
        List<RemoteNode> left;
        synchronized (lock) {
            if (closed) {
                return;
            }
            closed = true;
            lock.notifyAll();
            left = List.copyOf(nodes.values());
            links.values().forEach(ClusterLink::end);
            nodes.clear();
            links.clear();
            waiting.clear();
        }
        gate.close();
        left.forEach(Head::part);
        system.end(Duration.ofSeconds(5));
    }

    private static void part(RemoteNode node) {
        if (node.reached()) {
            node.outbox().close();
        }
        node.line.close();
    }

    // What happens at the gate, on its threads.

    @Override
    public RemoteNode admit(Hello hello, GateConnection line) {
        if (hello.driver()) {
            throw new ClusterException.Refused("this cluster has a head already, at " + settings.host() + ":"
                    + gate.port() + " (epoch " + sessions.epoch() + "). Maybe choose another port.");
        }
        List<String> differences = identity.differences(hello.identity());
        if (!differences.isEmpty()) {
            throw new ClusterException.Refused("worker " + hello.name() + " is not of this cluster's kind: "
                    + String.join("; ", differences) + ".");
        }
        synchronized (lock) {
            if (closed) {
                throw new IllegalStateException("the head is closing.");
            }
            sessions.fence(hello.lastEpoch(), nodes.isEmpty());
            String name = hello.name();
            for (int n = 2; named(name).isPresent(); n++) {
                name = hello.name() + "-" + n;
            }
            RemoteNode node =
                    new RemoteNode(sessions.epoch(), sessions.next(), name, hello.offers(), line, system.address());
            nodes.put(node.session, node);
            return node;
        }
    }

    private Optional<RemoteNode> named(String name) {
        return nodes.values().stream().filter(node -> node.name.equals(name)).findFirst();
    }

    @Override
    public void listens(RemoteNode node, String address) {
        ActorRef itsData = system.remote(address, "data");
        ActorRef itsControl = system.remote(address, "control");
        node.reach(
                address,
                new Outbox(node.epoch, node.session, wire -> itsData.tell(wire, data)),
                new Receipts(cost -> itsControl.tell(new Wire.Ack(node.epoch, node.session, cost), control)));
    }

    @Override
    public void ended(RemoteNode node, String cause) {
        later(() -> lost(node, cause));
    }

    @Override
    public void refused(String who, String reason) {
        tell("cluster/refused", who + " was refused: " + reason);
    }

    /** On the thread of the data inbox, after what has come before. */
    private void later(Runnable task) {
        data.tell(task, ActorRef.noSender());
    }

    // What is heard of members, on the thread of the control inbox.

    void founded() {
        founded.countDown();
    }

    NodeSystem system() {
        return system;
    }

    Optional<RemoteNode> at(String address) {
        synchronized (lock) {
            return nodes.values().stream()
                    .filter(node -> address.equals(node.address()))
                    .findFirst();
        }
    }

    void acknowledged(Wire.Ack ack) {
        RemoteNode node = current(ack);
        if (node != null) {
            node.outbox().acknowledged(ack.cost());
        }
    }

    void up(RemoteNode node) {
        later(() -> {
            synchronized (lock) {
                if (!nodes.containsKey(node.session) || node.isUp()) {
                    return;
                }
                node.up();
                lock.notifyAll();
                place();
            }
            try {
                node.line.send(Command.of("up"));
            } catch (java.io.IOException e) {
                // Its reader hears of it too.
                return;
            }
            tell("cluster/joined", "worker " + node.name + " joined from " + node.address());
            changed.forEach(Runnable::run);
        });
    }

    void silent(RemoteNode node) {
        later(() -> lost(node, "it has not answered for " + settings.timings().pauseMillis / 1000.0 + " s"));
    }

    void stranger(String address, String roles) {
        tell("cluster/refused", address + " (" + roles + ") was refused: it did not come through the gate.");
        system.down(address);
    }

    // What comes from nodes, on the thread of the data inbox.

    private @Nullable RemoteNode current(Wire wire) {
        synchronized (lock) {
            RemoteNode node = nodes.get(wire.session());
            if (node == null || wire.epoch() != node.epoch || !node.reached()) {
                stale.incrementAndGet();
                return null;
            }
            return node;
        }
    }

    private void received(Object message) {
        if (message instanceof Runnable task) {
            task.run();
        } else if (message instanceof Wire wire) {
            RemoteNode node = current(wire);
            if (node == null) {
                return;
            }
            Receipts receipts = node.receipts();
            if (receipts == null || !receipts.isNext(wire)) {
                lost(node, Receipts.MISSING);
                return;
            }
            if (wire instanceof Wire.Tick tick) {
                node.outbox().acknowledged(tick.cost());
                return;
            }
            for (Wire whole : node.assembler.take(wire)) {
                if (whole instanceof Wire.Frame frame) {
                    received(node, frame);
                } else if (whole instanceof Wire.Broken broken) {
                    lost(node, "it sent what cannot be read: " + broken.problem());
                    return;
                }
            }
            receipts.took(Receipts.length(wire));
        }
    }

    private void received(RemoteNode node, Wire.Frame frame) {
        switch (frame.kind()) {
            case DRAINING -> {
                synchronized (lock) {
                    node.draining();
                }
                tell("cluster/draining", "worker " + node.name + " is about to leave");
                changed.forEach(Runnable::run);
            }
            case GONE -> lost(node, "draining");
            default -> IntStream.of(frame.links()).forEach(link -> received(node, link, frame));
        }
    }

    private void received(RemoteNode node, int number, Wire.Frame frame) {
        ClusterLink link;
        boolean over = frame.kind() != Wire.Kind.MESSAGE && frame.kind() != Wire.Kind.EVENT;
        synchronized (lock) {
            link = over ? node.giveBack(number) : node.links.get(number);
            if (over) {
                links.remove(number);
                if (frame.kind() == Wire.Kind.NO_ROOM) {
                    node.full();
                }
                place();
            }
        }
        if (link == null || link.gone()) {
            stale.addAndGet(over ? 0 : 1);
            return;
        }
        try {
            deliver(link, node, frame);
        } catch (RuntimeException e) {
            synchronized (lock) {
                links.remove(number);
            }
            link.close();
            link.listener.failed(link, e);
        }
    }

    private static void deliver(ClusterLink link, RemoteNode node, Wire.Frame frame) {
        switch (frame.kind()) {
            case MESSAGE -> link.listener.received(link, frame.body());
            case EVENT -> link.listener.event(link, Words.event((Command) frame.body()));
            case FAILED -> {
                if (link.end()) {
                    link.listener.failed(link, Words.failure(node.name, (Command) frame.body()));
                }
            }
            case LOST, NO_ROOM -> {
                if (link.end()) {
                    link.listener.lost(link, node.name + ": " + Words.text((Command) frame.body()));
                }
            }
            default -> throw new IllegalArgumentException("a worker sent a frame of kind " + frame.kind() + ".");
        }
    }

    private void lost(RemoteNode node, String cause) {
        List<ClusterLink> theirs;
        synchronized (lock) {
            if (nodes.remove(node.session) == null) {
                return;
            }
            theirs = List.copyOf(node.links.values());
            theirs.forEach(link -> links.remove(link.id));
        }
        part(node);
        String address = node.address();
        if (address != null) {
            system.down(address);
        }
        tell("cluster/lost", "worker " + node.name + " is gone: " + cause);
        for (ClusterLink link : theirs) {
            if (link.end()) {
                link.listener.lost(link, node.name + ": " + cause);
            }
        }
        changed.forEach(Runnable::run);
    }
}
