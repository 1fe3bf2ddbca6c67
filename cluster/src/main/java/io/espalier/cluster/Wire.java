package io.espalier.cluster;

import io.espalier.runtime.workers.Message;

/**
 * What goes between two nodes: a closed set, written by {@link WireSerializer}. The epoch is the head's, the session that
 * of one node's stay with it; whoever gets one of others drops it.
 */
// Written and read once, never compared: the arrays may be components.
@SuppressWarnings("ArrayRecordComponent")
sealed interface Wire permits Wire.Frame, Wire.Chunk, Wire.Ack, Wire.Broken {
    /** The largest message that goes as one frame, in bytes. */
    int WHOLE = 2 << 20;

    /** Bytes of a larger one that go together. */
    int CHUNK = 1 << 20;

    /** Bytes that may be under way to a node, not yet acknowledged. */
    int WINDOW = 8 << 20;

    /** What the smallest frame counts in the window: so their number is bounded too. */
    int LEAST_COST = 16 << 10;

    /** The head's run. */
    long epoch();

    /** The node's stay. */
    long session();

    /** What a frame of so many bytes takes of the window. */
    static int cost(int bytes) {
        return Math.max(LEAST_COST, bytes);
    }

    /**
     * A message that fits into one frame.
     *
     * @param links the numbers of the links that it is for or from
     * @param bytes how long the body is when written
     */
    record Frame(long epoch, long session, Kind kind, int[] links, Message body, int bytes) implements Wire {}

    /**
     * A part of a larger one.
     *
     * @param total bytes of the whole message
     * @param offset where in it the part stands
     * @param from where in the array the part begins
     * @param length its bytes
     */
    record Chunk(
            long epoch, long session, Kind kind, int[] links, int total, int offset, byte[] array, int from, int length)
            implements Wire {}

    /** So much of the window is free again. */
    record Ack(long epoch, long session, long cost) implements Wire {}

    /** Something that could not be read; never sent. */
    record Broken(long epoch, long session, int[] links, String problem) implements Wire {}

    /** What a message is about. */
    enum Kind {
        /** To a node: start a worker. */
        START('S'),
        /** To or from workers. */
        MESSAGE('M'),
        /** To a node: end a worker. */
        CLOSE('C'),
        /** From a node: an event of a worker. */
        EVENT('E'),
        /** From a node: a worker ended by an exception. */
        FAILED('F'),
        /** From a node: a worker ended since it was closed. */
        ENDED('D'),
        /** From a node: there is no room for that worker. */
        NO_ROOM('N'),
        /** From a node: no more workers, please; it is about to go. */
        DRAINING('R'),
        /** From a node: a worker had to end with its node. */
        LOST('L'),
        /** From a node: it has told everything and goes. */
        GONE('G');

        final byte letter;

        Kind(char letter) {
            this.letter = (byte) letter;
        }

        static Kind of(byte letter) {
            for (Kind kind : values()) {
                if (kind.letter == letter) {
                    return kind;
                }
            }
            throw new IllegalArgumentException("a frame of kind " + letter + " is not known.");
        }
    }
}
