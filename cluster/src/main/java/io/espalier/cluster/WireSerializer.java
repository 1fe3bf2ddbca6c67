package io.espalier.cluster;

import io.espalier.runtime.workers.Message;
import io.espalier.runtime.workers.MessageFormat;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.apache.pekko.serialization.ByteBufferSerializer;
import org.apache.pekko.serialization.SerializerWithStringManifest;

/**
 * Writes and reads {@link Wire}, little-endian, straight into and out of the transport's buffers. What cannot be read
 * becomes a {@link Wire.Broken}, since the transport would only log an exception and drop the message.
 */
final class WireSerializer extends SerializerWithStringManifest implements ByteBufferSerializer {
    private static final int IDENTIFIER = 7771;
    private static final String FRAME = "F";
    private static final String CHUNK = "C";
    private static final String ACK = "A";

    @Override
    public int identifier() {
        return IDENTIFIER;
    }

    @Override
    public String manifest(Object message) {
        return message instanceof Wire.Frame ? FRAME : message instanceof Wire.Chunk ? CHUNK : ACK;
    }

    @Override
    public byte[] toBinary(Object message) {
        ByteBuffer into = ByteBuffer.allocate(size((Wire) message));
        toBinary(message, into);
        return into.array();
    }

    @Override
    public void toBinary(Object message, ByteBuffer into) {
        into.order(ByteOrder.LITTLE_ENDIAN);
        Wire wire = (Wire) message;
        into.putLong(wire.epoch());
        into.putLong(wire.session());
        if (wire instanceof Wire.Frame frame) {
            head(frame.kind(), frame.links(), into);
            into.putInt(frame.bytes());
            MessageFormat.write(frame.body(), into);
        } else if (wire instanceof Wire.Chunk chunk) {
            head(chunk.kind(), chunk.links(), into);
            into.putInt(chunk.total());
            into.putInt(chunk.offset());
            into.putInt(chunk.length());
            into.put(chunk.array(), chunk.from(), chunk.length());
        } else if (wire instanceof Wire.Ack ack) {
            into.putLong(ack.cost());
        } else {
            throw new IllegalArgumentException("a " + wire.getClass().getSimpleName() + " is never sent.");
        }
    }

    private static int size(Wire wire) {
        if (wire instanceof Wire.Frame frame) {
            return 25 + 4 * frame.links().length + frame.bytes();
        }
        return wire instanceof Wire.Chunk chunk ? 33 + 4 * chunk.links().length + chunk.length() : 24;
    }

    private static void head(Wire.Kind kind, int[] links, ByteBuffer into) {
        into.put(kind.letter);
        into.putInt(links.length);
        for (int link : links) {
            into.putInt(link);
        }
    }

    @Override
    public Object fromBinary(byte[] bytes, String manifest) {
        return fromBinary(ByteBuffer.wrap(bytes), manifest);
    }

    @Override
    public Object fromBinary(ByteBuffer from, String manifest) {
        from.order(ByteOrder.LITTLE_ENDIAN);
        long epoch = 0;
        long session = 0;
        int[] links = {};
        try {
            need(from, 16);
            epoch = from.getLong();
            session = from.getLong();
            if (manifest.equals(ACK)) {
                need(from, 8);
                return new Wire.Ack(epoch, session, from.getLong());
            }
            need(from, 5);
            Wire.Kind kind = Wire.Kind.of(from.get());
            int count = from.getInt();
            need(from, 4L * count);
            links = new int[count];
            for (int i = 0; i < count; i++) {
                links[i] = from.getInt();
            }
            return manifest.equals(FRAME)
                    ? frame(epoch, session, kind, links, from)
                    : chunk(epoch, session, kind, links, from);
        } catch (RuntimeException e) {
            return new Wire.Broken(epoch, session, links, String.valueOf(e.getMessage()));
        }
    }

    private static Wire frame(long epoch, long session, Wire.Kind kind, int[] links, ByteBuffer from) {
        need(from, 4);
        int bytes = from.getInt();
        need(from, bytes);
        from.limit(from.position() + bytes);
        Message body = MessageFormat.read(from);
        return new Wire.Frame(epoch, session, kind, links, body, bytes);
    }

    private static Wire chunk(long epoch, long session, Wire.Kind kind, int[] links, ByteBuffer from) {
        need(from, 12);
        int total = from.getInt();
        int offset = from.getInt();
        int length = from.getInt();
        need(from, length);
        if (total > MessageFormat.MOST_BYTES || offset < 0 || length < 1 || (long) offset + length > total) {
            throw new IllegalArgumentException(
                    "a part of " + length + " bytes at " + offset + " does not fit into a message of " + total + ".");
        }
        byte[] array = new byte[length];
        from.get(array);
        return new Wire.Chunk(epoch, session, kind, links, total, offset, array, 0, length);
    }

    private static void need(ByteBuffer from, long bytes) {
        if (bytes < 0 || bytes > from.remaining()) {
            throw new IllegalArgumentException(
                    "a frame ends too early: " + bytes + " bytes are wanted, " + from.remaining() + " are left.");
        }
    }
}
