package io.espalier.cluster;

import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;

/**
 * Counts what was taken in of a node's window and acknowledges it, several frames at a time; and notices what is missing.
 * The transport repairs nothing: when one of its connections breaks, what was under way is gone while the rest arrives.
 */
final class Receipts {
    /** A quarter of the window: the rest goes on while this is not told yet. */
    private static final int BATCH = Wire.WINDOW / 4;

    /** Why a node is given up of which, or by which, something was not received. */
    static final String MISSING = "a message was lost on its way, as when a connection breaks";

    private static final long TICK_MILLIS = 500;

    private final LongConsumer acknowledge;
    private long taken;
    private long told;
    private long wires;
    private long bytes;

    Receipts(LongConsumer acknowledge) {
        this.acknowledge = acknowledge;
    }

    /** Something of the window was taken in. */
    synchronized void took(int length) {
        bytes += length;
        taken += Wire.cost(length);
        if (taken - told >= BATCH) {
            told = taken;
            acknowledge.accept(taken);
        }
    }

    /** What was taken in of the window, all in all. */
    synchronized long taken() {
        return taken;
    }

    /** Whether nothing that was sent before this is missing. */
    synchronized boolean isNext(Wire wire) {
        if (wire instanceof Wire.Tick tick) {
            return tick.wire() == wires;
        }
        long expected = wires++;
        return (wire instanceof Wire.Frame frame && frame.wire() == expected)
                || (wire instanceof Wire.Chunk chunk && chunk.wire() == expected)
                || wire instanceof Wire.Broken;
    }

    /** Does this twice a second, from a thread of its own, until it says false. */
    static void repeat(BooleanSupplier tick) {
        Thread thread = new Thread(
                () -> {
                    try {
                        while (tick.getAsBoolean()) {
                            Thread.sleep(TICK_MILLIS);
                        }
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                "espalier-ticks");
        thread.setDaemon(true);
        thread.start();
    }

    /** Bytes of messages taken in. */
    synchronized long bytes() {
        return bytes;
    }

    /** The bytes of a frame that count, as its sender counted them; 0 if none do. */
    static int length(Wire wire) {
        if (wire instanceof Wire.Frame frame) {
            return frame.bytes();
        }
        return wire instanceof Wire.Chunk chunk ? chunk.length() : 0;
    }
}
