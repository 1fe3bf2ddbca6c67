package io.espalier.cluster;

import java.util.function.LongConsumer;

/** Counts what was taken in of a node's window and acknowledges it, several frames at a time. */
final class Receipts {
    /** A quarter of the window: the rest goes on while this is not told yet. */
    private static final int BATCH = Wire.WINDOW / 4;

    private final LongConsumer acknowledge;
    private long untold;
    private long bytes;

    Receipts(LongConsumer acknowledge) {
        this.acknowledge = acknowledge;
    }

    /** Something of the window was taken in. */
    void took(int length) {
        bytes += length;
        untold += Wire.cost(length);
        if (untold >= BATCH) {
            acknowledge.accept(untold);
            untold = 0;
        }
    }

    /** Bytes of messages taken in. */
    long bytes() {
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
