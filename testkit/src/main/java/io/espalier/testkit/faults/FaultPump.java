package io.espalier.testkit.faults;

import io.espalier.core.RandomStream;
import io.espalier.core.Seeds;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Carries bytes from one socket to another: one thread reads them, another passes them on when their time has come. */
final class FaultPump {
    /** Enough that a delay does not throttle, too little to hold a slow receiver's memory. */
    private static final int MOST_WAITING = 64;

    private static final byte[] END = {};

    private final Socket from;
    private final Socket to;
    private final FaultLink link;
    private final Ending ending;
    private final BlockingQueue<Piece> waiting = new ArrayBlockingQueue<>(MOST_WAITING);

    // Streams of their own: one kind of fault does not move the others.
    private final RandomStream jitters;
    private final RandomStream losses;
    private final RandomStream flips;
    private final RandomStream doubles;

    /** Bytes that went before, in this direction of this connection. */
    private long at;

    /** Of the packet under way: what has come of it, which bit of the stream is flipped, and whether it comes twice. */
    private final byte[] packet = new byte[LinkFaults.PACKET];

    private long flipped = -1;
    private boolean doubled;

    private volatile boolean hole;

    /** Hears, once, that this direction has ended. */
    interface Ending {
        /** It has; {@code broken} if not by a good-bye. */
        void ended(boolean broken);
    }

    // Written and read once, never compared.
    @SuppressWarnings("ArrayRecordComponent")
    private record Piece(long arrived, byte[] bytes, boolean broken) {}

    FaultPump(Socket from, Socket to, FaultLink link, Seeds seeds, Ending ending) {
        this.from = from;
        this.to = to;
        this.link = link;
        this.ending = ending;
        jitters = seeds.child("jitter").stream();
        losses = seeds.child("loss").stream();
        flips = seeds.child("garbled").stream();
        doubles = seeds.child("duplicated").stream();
    }

    void start() {
        daemon("fault-proxy-reader", this::read);
        daemon("fault-proxy-writer", this::write);
    }

    private static void daemon(String name, Runnable body) {
        Thread thread = new Thread(body, name);
        thread.setDaemon(true);
        thread.start();
    }

    /** Whether bytes were swallowed, and the direction is open now. */
    boolean hasHole() {
        return hole && link.faults().way() != LinkFaults.Way.SWALLOWED;
    }

    private void read() {
        boolean broken = false;
        try {
            byte[] buffer = new byte[16 << 10];
            int got = from.getInputStream().read(buffer);
            while (got >= 0) {
                byte[] bytes = new byte[got];
                System.arraycopy(buffer, 0, bytes, 0, got);
                put(new Piece(System.nanoTime(), bytes, false));
                got = from.getInputStream().read(buffer);
            }
        } catch (IOException e) {
            broken = true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            broken = true;
        }
        try {
            put(new Piece(System.nanoTime(), END, broken));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void put(Piece piece) throws InterruptedException {
        while (!waiting.offer(piece, 100, TimeUnit.MILLISECONDS)) {
            if (over()) {
                return;
            }
        }
    }

    private boolean over() {
        return to.isClosed();
    }

    private void write() {
        boolean broken = true;
        try {
            while (!over()) {
                Piece piece = waiting.poll(100, TimeUnit.MILLISECONDS);
                if (piece == null) {
                    continue;
                }
                if (piece.bytes().length > 0) {
                    pass(piece);
                } else if (end()) {
                    broken = piece.broken();
                    if (!broken) {
                        to.shutdownOutput();
                    }
                    break;
                }
            }
        } catch (IOException e) {
            // The receiver has gone: then the sender is told by a reset.
            broken = true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        ending.ended(broken);
    }

    /** Waits until the end may be told; false if it is swallowed until somebody resets. */
    private boolean end() throws InterruptedException {
        while (!over()) {
            LinkFaults faults = link.awaitPassage(this::over);
            if (faults.way() == LinkFaults.Way.OPEN) {
                return true;
            }
            hole = true;
            Thread.sleep(20);
        }
        return false;
    }

    private void pass(Piece piece) throws IOException {
        LinkFaults faults = link.awaitPassage(this::over);
        byte[] bytes = piece.bytes();
        int done = 0;
        while (done < bytes.length) {
            int inPacket = (int) (at % LinkFaults.PACKET);
            int length = Math.min(bytes.length - done, LinkFaults.PACKET - inPacket);
            packet(piece, done, length, inPacket == 0, faults);
            done += length;
            at += length;
        }
    }

    /** Passes a packet, or the next piece of it. */
    private void packet(Piece piece, int offset, int length, boolean first, LinkFaults faults) throws IOException {
        long due = piece.arrived() + millis(faults.delayMillis());
        if (first) {
            // All are drawn for every packet, hit or not, so that the n-th draw is the n-th packet's.
            due += (long) (jitters.nextDouble() * millis(faults.jitterMillis()));
            due += stall(losses.nextDouble(), faults);
            double flip = flips.nextDouble();
            flipped = flip < faults.garbled() ? 8 * at + (long) (flip / faults.garbled() * LinkFaults.PACKET * 8) : -1;
            doubled = doubles.nextDouble() < faults.duplicated();
        }
        byte[] bytes = piece.bytes();
        if (flipped / 8 >= at && flipped / 8 < at + length) {
            bytes[offset + (int) (flipped / 8 - at)] ^= (byte) (1 << flipped % 8);
        }
        int inPacket = (int) (at % LinkFaults.PACKET);
        System.arraycopy(bytes, offset, packet, inPacket, length);
        if (faults.way() == LinkFaults.Way.SWALLOWED) {
            hole = true;
            return;
        }
        if (faults.bytesPerSecond() > 0) {
            due = Math.max(due, link.reserve(length, faults.bytesPerSecond()));
        }
        rest(due);
        OutputStream out = to.getOutputStream();
        out.write(bytes, offset, length);
        if (doubled && inPacket + length == LinkFaults.PACKET) {
            out.write(packet);
        }
        link.passed(length);
    }

    /** How long TCP needs to bring a packet that is lost with the given probability, each time anew. */
    private static long stall(double drawn, LinkFaults faults) {
        long sum = 0;
        long wait = millis(faults.retransmitMillis());
        double threshold = faults.loss();
        while (drawn < threshold) {
            sum += wait;
            wait *= 2;
            threshold *= faults.loss();
        }
        return sum;
    }

    private static long millis(long count) {
        return TimeUnit.MILLISECONDS.toNanos(count);
    }

    private void rest(long until) {
        long left = until - System.nanoTime();
        while (left > 0 && !over()) {
            LockSupport.parkNanos(Math.min(left, 50_000_000));
            left = until - System.nanoTime();
        }
    }
}
