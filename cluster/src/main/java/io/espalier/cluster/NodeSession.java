package io.espalier.cluster;

import io.espalier.runtime.workers.Command;
import io.espalier.runtime.workers.Message;
import io.espalier.runtime.workers.Resources;
import io.espalier.runtime.workers.WorkerKind;
import io.espalier.runtime.workers.WorkerRecipe;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.cluster.ClusterEvent;
import org.jspecify.annotations.Nullable;

/**
 * A node's stay with one head: from the welcome at its gate until either is gone. With it end all workers that the head
 * had started here, and the actor system; the process goes on to the next head.
 */
final class NodeSession {
    /** Seconds that workers have, when the node is asked to leave, for the message that they are in. */
    private static final int DRAIN_SECONDS = 5;

    private final Hello.Welcome welcome;
    private final GateConnection line;
    private final NodeSystem system;
    private final ClassLoader loader;
    private final Map<Integer, HostedWorker> workers = new ConcurrentHashMap<>();
    private final CompletableFuture<String> over = new CompletableFuture<>();
    private final Assembler assembler = new Assembler();
    private final Outbox outbox;
    private final Receipts receipts;
    private Resources free;
    private volatile boolean draining;

    NodeSession(Hello.Welcome welcome, GateConnection line, NodeSystem system, ClassLoader loader, Resources offers) {
        this.welcome = welcome;
        this.line = line;
        this.system = system;
        this.loader = loader;
        free = Resources.cpus(0).plus(offers);
        ActorRef headsData = system.remote(welcome.head(), "data");
        ActorRef headsControl = system.remote(welcome.head(), "control");
        outbox = new Outbox(welcome.epoch(), welcome.session(), wire -> headsData.tell(wire, ActorRef.noSender()));
        receipts = new Receipts(
                cost -> headsControl.tell(new Wire.Ack(welcome.epoch(), welcome.session(), cost), ActorRef.noSender()));
    }

    /** Lets the head reach this node; from now on frames may come. */
    void open() {
        system.actor("data", this::received);
        system.watch(system.actor("control", this::heard));
        system.whenEnded(() -> end("the cluster put this node out"));
    }

    /** Becomes a member; the head sends the first workers when it sees it. */
    void join() {
        system.join(welcome.head());
    }

    /** Listens on the line to the head from now on. */
    void listenToTheLine() {
        Thread reader = new Thread(this::listen, "espalier-gate");
        reader.setDaemon(true);
        reader.start();
        Receipts.repeat(this::tick);
    }

    /** Tells the head what it should have by now; false when it is over. */
    private boolean tick() {
        outbox.tick(receipts.taken());
        return !over.isDone();
    }

    /** The line to the head: its end is the first sign that the head is gone. */
    private void listen() {
        try {
            while (true) {
                line.receive();
            }
        } catch (IOException e) {
            end(String.valueOf(e.getMessage()));
        }
    }

    private void end(String cause) {
        over.complete(cause);
    }

    NodeSystem system() {
        return system;
    }

    /** Waits until it is over; returns why. */
    String await() {
        return over.join();
    }

    /** Ends what is left of it; returns how many workers that were. */
    int close() {
        end("closed");
        int left = workers.size();
        workers.values().forEach(HostedWorker::abandon);
        outbox.close();
        line.close();
        system.end(Duration.ofSeconds(5));
        return left;
    }

    /** Finishes the messages that workers are in, within {@value #DRAIN_SECONDS} seconds, and leaves. Waits for it. */
    void drain() {
        draining = true;
        outbox.add(Wire.Kind.DRAINING, new int[0], Command.of("draining"));
        workers.values().forEach(HostedWorker::close);
        long patience = System.nanoTime() + DRAIN_SECONDS * 1_000_000_000L;
        try {
            while (!workers.isEmpty() && !over.isDone() && System.nanoTime() < patience) {
                Thread.sleep(10);
            }
            outbox.add(Wire.Kind.GONE, new int[0], Command.of("gone"));
            // The head cuts the line when it has heard all of it.
            for (int i = 0; i < 200 && !over.isDone(); i++) {
                Thread.sleep(10);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        end("draining");
    }

    // What comes from the head, on the thread of the control inbox.

    private void heard(Object message) {
        if (message instanceof Wire.Ack ack && isCurrent(ack)) {
            outbox.acknowledged(ack.cost());
        } else if (message instanceof ClusterEvent.UnreachableMember event
                && event.member().address().toString().equals(welcome.head())) {
            end("it does not answer heartbeats any more");
        }
    }

    private boolean isCurrent(Wire wire) {
        return wire.epoch() == welcome.epoch() && wire.session() == welcome.session();
    }

    // And on that of the data inbox.

    private void received(Object message) {
        if (!(message instanceof Wire wire) || !isCurrent(wire)) {
            return;
        }
        if (!receipts.isNext(wire)) {
            end(Receipts.MISSING);
            return;
        }
        if (wire instanceof Wire.Tick tick) {
            outbox.acknowledged(tick.cost());
            return;
        }
        for (Wire whole : assembler.take(wire)) {
            if (whole instanceof Wire.Broken broken) {
                end("it sent what cannot be read: " + broken.problem());
                return;
            } else if (whole instanceof Wire.Frame frame) {
                received(frame);
            }
        }
        receipts.took(Receipts.length(wire));
    }

    private void received(Wire.Frame frame) {
        for (int link : frame.links()) {
            HostedWorker worker = workers.get(link);
            switch (frame.kind()) {
                case START -> start(link, (Command) frame.body());
                case MESSAGE -> {
                    if (worker != null) {
                        give(worker, frame.body());
                    }
                }
                case CLOSE -> {
                    if (worker != null) {
                        worker.close();
                    }
                }
                default -> throw new IllegalArgumentException("a head sent a frame of kind " + frame.kind() + ".");
            }
        }
    }

    private void give(HostedWorker worker, Message message) {
        if (!worker.offer(message)) {
            ended(worker, new IllegalStateException("too many messages wait for worker " + worker.number() + "."));
            worker.abandon();
        }
    }

    private void start(int link, Command start) {
        int number = (int) start.body().getLong("number");
        Resources needs = Words.resources(start.body().child("needs"));
        int[] links = {link};
        if (draining || !reserve(needs)) {
            outbox.add(Wire.Kind.NO_ROOM, links, Words.of("no room", "it has no room for " + needs));
            return;
        }
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        // Threads inherit it; the user's environments are found through it.
        thread.setContextClassLoader(loader);
        try {
            WorkerRecipe recipe = kind(start.name()).read(Words.recipe(start));
            HostedWorker worker = new HostedWorker(link, number, needs, recipe, outbox, this::ended);
            workers.put(link, worker);
            worker.start();
        } catch (RuntimeException | LinkageError e) {
            give(needs);
            outbox.add(Wire.Kind.FAILED, links, Words.of(e));
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    private WorkerKind kind(String name) {
        List<String> known = new ArrayList<>();
        for (WorkerKind kind : ServiceLoader.load(WorkerKind.class, loader)) {
            if (kind.name().equals(name)) {
                return kind;
            }
            known.add(kind.name());
        }
        throw new IllegalArgumentException("There is no kind of worker \"" + name + "\" on this node; it knows " + known
                + ". Maybe a jar is missing in its --classpath.");
    }

    private synchronized boolean reserve(Resources needs) {
        if (!free.hasRoomFor(new Resources(needs.cpus(), needs.memoryMiB(), java.util.Set.of()), java.util.Set.of())) {
            return false;
        }
        free = free.minus(needs);
        return true;
    }

    private synchronized void give(Resources back) {
        free = free.plus(back);
    }

    /** On the worker's thread, mostly. */
    private void ended(HostedWorker worker, @Nullable Throwable cause) {
        if (!workers.containsKey(worker.link)) {
            return;
        }
        give(worker.needs);
        if (cause != null) {
            worker.tell(Wire.Kind.FAILED, Words.of(cause));
        } else if (draining) {
            worker.tell(Wire.Kind.LOST, Words.of("lost", "draining"));
        } else {
            worker.tell(Wire.Kind.ENDED, Command.of("ended"));
        }
        workers.remove(worker.link);
    }
}
