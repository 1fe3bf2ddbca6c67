package io.espalier.cluster;

import io.espalier.core.AbandonedCall;
import io.espalier.runtime.workers.Message;
import io.espalier.runtime.workers.MessageFormat;
import io.espalier.runtime.workers.PolicyUpdate;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Iterator;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What waits to be sent to one node, in order. The transport gives no back-pressure, it drops: so only a window of bytes
 * is handed to it, and the receiver says when more may follow. Of policy updates for a worker that follow each other only
 * the newest is sent; large messages go in parts.
 */
final class Outbox {
    /** Bytes that may wait before {@link #put} does. */
    private static final long MOST_WAITING = 4L * Wire.WINDOW;

    private final long epoch;
    private final long session;
    private final Consumer<Wire> transport;
    private final Deque<Parcel> waiting = new ArrayDeque<>();
    private long waitingBytes;
    private long wires;
    private long sentCost;
    private long takenCost;
    private long sentBytes;
    private long superseded;
    private boolean closed;

    /** Of the parcel in front, once it is being sent in parts. */
    private byte @Nullable [] large;

    private int largeSent;

    private static final class Parcel {
        final Wire.Kind kind;
        final Message body;
        final int bytes;
        int[] links;

        Parcel(Wire.Kind kind, int[] links, Message body, int bytes) {
            this.kind = kind;
            this.links = links;
            this.body = body;
            this.bytes = bytes;
        }
    }

    Outbox(long epoch, long session, Consumer<Wire> transport) {
        this.epoch = epoch;
        this.session = session;
        this.transport = transport;
    }

    /**
     * Sends, as soon as may be.
     *
     * @throws IllegalArgumentException if the message is too large
     */
    void add(Wire.Kind kind, int[] links, Message body) {
        int bytes = MessageFormat.size(body);
        synchronized (this) {
            if (!closed) {
                append(new Parcel(kind, links, body, bytes));
                pump();
            }
        }
    }

    /**
     * As {@link #add}, but waits while too much waits already.
     *
     * @throws AbandonedCall if the other side is gone, or {@code alive} says that the sender is
     */
    void put(Wire.Kind kind, int[] links, Message body, java.util.function.BooleanSupplier alive) {
        int bytes = MessageFormat.size(body);
        synchronized (this) {
            while (!closed && alive.getAsBoolean() && waitingBytes > 0 && waitingBytes + bytes > MOST_WAITING) {
                try {
                    wait(200);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new AbandonedCall("interrupted while waiting to send");
                }
            }
            if (closed || !alive.getAsBoolean()) {
                throw new AbandonedCall("nobody waits for this message any more");
            }
            append(new Parcel(kind, links, body, bytes));
            pump();
        }
    }

    private void append(Parcel parcel) {
        if (parcel.body instanceof PolicyUpdate) {
            for (int link : parcel.links) {
                supersede(link);
            }
        }
        waiting.add(parcel);
        waitingBytes += parcel.bytes;
    }

    /** Takes the worker out of what waits last for it, if that is a policy update too. */
    private void supersede(int link) {
        for (Iterator<Parcel> last = waiting.descendingIterator(); last.hasNext(); ) {
            Parcel parcel = last.next();
            if (Arrays.stream(parcel.links).anyMatch(other -> other == link)) {
                boolean begun = large != null && parcel == waiting.peek();
                if (parcel.body instanceof PolicyUpdate && !begun) {
                    parcel.links = Arrays.stream(parcel.links)
                            .filter(other -> other != link)
                            .toArray();
                    superseded++;
                    if (parcel.links.length == 0) {
                        last.remove();
                        waitingBytes -= parcel.bytes;
                    }
                }
                return;
            }
        }
    }

    /** The receiver has taken in so much, all in all. */
    synchronized void acknowledged(long cost) {
        takenCost = Math.max(takenCost, cost);
        pump();
        notifyAll();
    }

    /** Says how much was sent until now, and taken in of what comes back. It takes no room of the window. */
    synchronized void tick(long taken) {
        if (!closed) {
            transport.accept(new Wire.Tick(epoch, session, wires, taken));
        }
    }

    /** Sends nothing more; who waits is told. */
    synchronized void close() {
        closed = true;
        waiting.clear();
        large = null;
        notifyAll();
    }

    /** Whether everything has been sent and taken in, but for the last few bytes that nobody acknowledges by themselves. */
    synchronized boolean empty() {
        return waiting.isEmpty();
    }

    /** Bytes of messages that were sent. */
    synchronized long sentBytes() {
        return sentBytes;
    }

    /** Policy updates that were not sent since a newer one came. */
    synchronized long superseded() {
        return superseded;
    }

    private void pump() {
        while (true) {
            Parcel first = waiting.peek();
            if (first == null) {
                return;
            }
            int length = first.bytes <= Wire.WHOLE ? first.bytes : Math.min(Wire.CHUNK, first.bytes - largeSent);
            int cost = Wire.cost(length);
            long underWay = sentCost - takenCost;
            if (underWay > 0 && underWay + cost > Wire.WINDOW) {
                return;
            }
            sentCost += cost;
            sentBytes += length;
            if (first.bytes <= Wire.WHOLE) {
                done(first);
                transport.accept(
                        new Wire.Frame(epoch, session, wires++, first.kind, first.links, first.body, first.bytes));
                continue;
            }
            byte[] all = large;
            if (all == null) {
                all = MessageFormat.bytes(first.body);
                large = all;
            }
            Wire.Chunk chunk = new Wire.Chunk(
                    epoch, session, wires++, first.kind, first.links, first.bytes, largeSent, all, largeSent, length);
            largeSent += length;
            if (largeSent == first.bytes) {
                done(first);
                large = null;
                largeSent = 0;
            }
            transport.accept(chunk);
        }
    }

    private void done(Parcel first) {
        waiting.remove();
        waitingBytes -= first.bytes;
    }
}
