package io.espalier.testkit.faults;

/**
 * What one direction of a {@link FaultProxy} does to the bytes that pass. A packet is {@value #PACKET} bytes of a
 * connection's stream, counted from its beginning, however the sender wrote them.
 *
 * @param delayMillis how long each byte takes
 * @param jitterMillis up to so much longer; drawn for each packet, which never overtakes another
 * @param loss probability that a packet is lost on its way. TCP sends it again, so all that is ever seen is that this
 *     packet, and what follows, comes later: by {@code retransmitMillis}, twice as much if it is lost again, and so on
 * @param retransmitMillis how long TCP waits before it sends a packet again; Linux: at least 200
 * @param garbled probability that a packet has one bit flipped
 * @param duplicated probability that a packet comes twice, which TCP itself never lets happen: whoever sees it meets a
 *     broken relay, or somebody who plays back what he has heard
 * @param bytesPerSecond what passes at most, all connections together; 0 for no limit
 * @param way whether bytes pass at all
 */
public record LinkFaults(
        int delayMillis,
        int jitterMillis,
        double loss,
        int retransmitMillis,
        double garbled,
        double duplicated,
        long bytesPerSecond,
        Way way) {
    /** Bytes of a packet: what an Ethernet frame carries of a TCP stream. */
    public static final int PACKET = 1448;

    /** Passes everything as it comes. */
    public static final LinkFaults NONE = new LinkFaults(0, 0, 0, 200, 0, 0, 0, Way.OPEN);

    /** Nothing passes. What was sent meanwhile comes when it is open again, as long as the connection lives. */
    public static final LinkFaults PARTITIONED = NONE.going(Way.HELD);

    /** Takes everything and passes nothing, not even that a side has closed. */
    public static final LinkFaults SWALLOWED = NONE.going(Way.SWALLOWED);

    /** Whether bytes pass. */
    public enum Way {
        /** They do. */
        OPEN,
        /** They wait until they do, as TCP's own retransmission makes them. */
        HELD,
        /** They are gone, and the end of the connection with them: its other end is half open. */
        SWALLOWED
    }

    /**
     * Checks each figure.
     *
     * @throws IllegalArgumentException if one is out of range
     */
    public LinkFaults {
        atLeastZero("delayMillis", delayMillis);
        atLeastZero("jitterMillis", jitterMillis);
        atLeastZero("retransmitMillis", retransmitMillis);
        atLeastZero("bytesPerSecond", bytesPerSecond);
        probability("loss", loss);
        probability("garbled", garbled);
        probability("duplicated", duplicated);
    }

    private static void atLeastZero(String name, long value) {
        if (value < 0) {
            throw new IllegalArgumentException(name + " (" + value + ") must not be negative.");
        }
    }

    private static void probability(String name, double value) {
        // At 1 a packet would be sent again for ever.
        if (!(value >= 0 && value < 1)) {
            throw new IllegalArgumentException(
                    name + " (" + value + ") must be from 0 to below 1. Maybe 0.1, for one packet in ten.");
        }
    }

    /** The same with every byte that much later. */
    public LinkFaults delayed(int milliseconds, int jitter) {
        return new LinkFaults(milliseconds, jitter, loss, retransmitMillis, garbled, duplicated, bytesPerSecond, way);
    }

    /** The same with that share of the packets lost, and sent again by TCP after that time. */
    public LinkFaults losing(double share, int againMillis) {
        return new LinkFaults(delayMillis, jitterMillis, share, againMillis, garbled, duplicated, bytesPerSecond, way);
    }

    /** The same with a bit flipped in that share of the packets. */
    public LinkFaults garbling(double share) {
        return new LinkFaults(
                delayMillis, jitterMillis, loss, retransmitMillis, share, duplicated, bytesPerSecond, way);
    }

    /** The same with that share of the packets coming twice. */
    public LinkFaults duplicating(double share) {
        return new LinkFaults(delayMillis, jitterMillis, loss, retransmitMillis, garbled, share, bytesPerSecond, way);
    }

    /** The same with at most that many bytes a second. */
    public LinkFaults throttled(long bytes) {
        return new LinkFaults(delayMillis, jitterMillis, loss, retransmitMillis, garbled, duplicated, bytes, way);
    }

    /** The same, open or not. */
    public LinkFaults going(Way other) {
        return new LinkFaults(
                delayMillis, jitterMillis, loss, retransmitMillis, garbled, duplicated, bytesPerSecond, other);
    }
}
