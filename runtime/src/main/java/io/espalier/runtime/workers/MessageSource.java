package io.espalier.runtime.workers;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Where the fields of a message come from. No length is believed that what is left cannot fill. */
final class MessageSource {
    private final ByteBuffer from;

    MessageSource(ByteBuffer from) {
        this.from = from.order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Nothing may be left. */
    void end() {
        if (from.hasRemaining()) {
            throw new IllegalArgumentException(from.remaining() + " bytes follow the end of a message.");
        }
    }

    byte getByte() {
        need(Byte.BYTES);
        return from.get();
    }

    int getInt() {
        need(Integer.BYTES);
        return from.getInt();
    }

    long getLong() {
        need(Long.BYTES);
        return from.getLong();
    }

    double getDouble() {
        need(Double.BYTES);
        return from.getDouble();
    }

    /** A number of things that take at least so many bytes each. */
    int getCount(int bytesEach) {
        int count = getInt();
        if (count < 0 || (long) count * bytesEach > from.remaining()) {
            throw new IllegalArgumentException("a message announces " + count + " elements of " + bytesEach
                    + " bytes, but only " + from.remaining() + " bytes are left.");
        }
        return count;
    }

    /** Into some elements of an array. */
    void get(float[] into, int at, int count) {
        need((long) Float.BYTES * count);
        from.asFloatBuffer().get(into, at, count);
        skip(Float.BYTES, count);
    }

    /** Into some elements of an array. */
    void get(double[] into, int at, int count) {
        need((long) Double.BYTES * count);
        from.asDoubleBuffer().get(into, at, count);
        skip(Double.BYTES, count);
    }

    /** Flags, eight to a byte. */
    void get(boolean[] into) {
        need(MessageSink.flagBytes(into.length));
        for (int i = 0; i < into.length; i += 8) {
            int eight = from.get();
            for (int bit = 0; bit < 8 && i + bit < into.length; bit++) {
                into[i + bit] = (eight & 1 << bit) != 0;
            }
        }
    }

    float[] getFloats() {
        float[] array = new float[getCount(Float.BYTES)];
        get(array, 0, array.length);
        return array;
    }

    double[] getDoubles() {
        double[] array = new double[getCount(Double.BYTES)];
        get(array, 0, array.length);
        return array;
    }

    int[] getInts() {
        int[] array = new int[getCount(Integer.BYTES)];
        from.asIntBuffer().get(array);
        skip(Integer.BYTES, array.length);
        return array;
    }

    long[] getLongs() {
        long[] array = new long[getCount(Long.BYTES)];
        from.asLongBuffer().get(array);
        skip(Long.BYTES, array.length);
        return array;
    }

    byte[] getBytes() {
        byte[] array = new byte[getCount(Byte.BYTES)];
        from.get(array);
        return array;
    }

    String getText() {
        return new String(getBytes(), StandardCharsets.UTF_8);
    }

    void need(long bytes) {
        if (bytes < 0 || bytes > from.remaining()) {
            throw new IllegalArgumentException(
                    "a message ends too early: " + bytes + " bytes are wanted, " + from.remaining() + " are left.");
        }
    }

    private void skip(int bytes, int count) {
        from.position(from.position() + bytes * count);
    }
}
