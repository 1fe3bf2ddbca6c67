package io.espalier.cluster;

import io.espalier.runtime.workers.Resources;
import io.espalier.runtime.workers.WorkerNode;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the head knows of a worker's node. Everything but what is final belongs to the pool's lock. */
final class RemoteNode {
    final long epoch;
    final long session;
    final String name;
    final Set<String> labels;
    final GateConnection line;
    final Map<Integer, ClusterLink> links = new HashMap<>();
    private final Resources offers;
    private final String head;
    private Resources free;
    private boolean up;
    private boolean draining;
    private boolean full;
    private volatile @Nullable String address;
    private volatile @Nullable Outbox outbox;

    /** Only the head's inbox touches these two. */
    final Assembler assembler = new Assembler();

    private @Nullable Receipts receipts;

    RemoteNode(long epoch, long session, String name, Resources offers, GateConnection line, String head) {
        this.epoch = epoch;
        this.session = session;
        this.name = name;
        this.offers = Resources.cpus(0).plus(offers);
        this.labels = offers.labels();
        this.line = line;
        this.head = head;
        free = this.offers;
    }

    Hello.Welcome welcome() {
        return new Hello.Welcome(epoch, session, name, head);
    }

    /** It can be reached from now on. */
    void reach(String where, Outbox out, Receipts in) {
        address = where;
        receipts = in;
        outbox = out;
    }

    @Nullable
    String address() {
        return address;
    }

    Outbox outbox() {
        Outbox known = outbox;
        if (known == null) {
            throw new IllegalStateException("node " + name + " cannot be reached yet.");
        }
        return known;
    }

    boolean reached() {
        return outbox != null;
    }

    @Nullable
    Receipts receipts() {
        return receipts;
    }

    void up() {
        up = true;
    }

    boolean isUp() {
        return up;
    }

    /** Nothing new is to be placed there, since it is about to go. */
    void draining() {
        draining = true;
    }

    /** It had no room though it should have: nothing new until a worker has ended there. */
    void full() {
        full = true;
    }

    boolean hasRoomFor(Resources needs) {
        return up && !draining && !full && free.hasRoomFor(needs, labels);
    }

    double freeCpus() {
        return free.cpus();
    }

    void take(ClusterLink link) {
        links.put(link.id, link);
        free = free.minus(link.needs);
    }

    /** The worker is over; its place is free. */
    @Nullable
    ClusterLink giveBack(int link) {
        ClusterLink ended = links.remove(link);
        if (ended != null) {
            free = free.plus(ended.needs);
            full = false;
        }
        return ended;
    }

    WorkerNode described() {
        return new WorkerNode(name, offers, free, labels);
    }
}
