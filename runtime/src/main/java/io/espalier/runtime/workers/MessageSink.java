package io.espalier.runtime.workers;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Where the fields of a message go: counted first, then written, by the same walk. */
abstract class MessageSink {
    abstract void put(byte value);

    abstract void put(int value);

    abstract void put(long value);

    abstract void put(double value);

    /** Some elements of an array, without their number. */
    abstract void put(float[] array, int from, int count);

    /** Some elements of an array, without their number. */
    abstract void put(double[] array, int from, int count);

    /** Flags, eight to a byte, without their number. */
    abstract void put(boolean[] array);

    abstract void put(int[] array);

    abstract void put(long[] array);

    abstract void put(byte[] array);

    final void put(float[] array) {
        put(array.length);
        put(array, 0, array.length);
    }

    final void put(double[] array) {
        put(array.length);
        put(array, 0, array.length);
    }

    final void put(String text) {
        put(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Bytes that so many flags take. */
    static int flagBytes(int flags) {
        return (flags + 7) >>> 3;
    }

    /** Counts bytes. */
    static final class Counter extends MessageSink {
        private long bytes;

        long bytes() {
            return bytes;
        }

        @Override
        void put(byte value) {
            bytes++;
        }

        @Override
        void put(int value) {
            bytes += Integer.BYTES;
        }

        @Override
        void put(long value) {
            bytes += Long.BYTES;
        }

        @Override
        void put(double value) {
            bytes += Double.BYTES;
        }

        @Override
        void put(float[] array, int from, int count) {
            bytes += (long) Float.BYTES * count;
        }

        @Override
        void put(double[] array, int from, int count) {
            bytes += (long) Double.BYTES * count;
        }

        @Override
        void put(boolean[] array) {
            bytes += flagBytes(array.length);
        }

        @Override
        void put(int[] array) {
            bytes += Integer.BYTES + (long) Integer.BYTES * array.length;
        }

        @Override
        void put(long[] array) {
            bytes += Integer.BYTES + (long) Long.BYTES * array.length;
        }

        @Override
        void put(byte[] array) {
            bytes += Integer.BYTES + (long) array.length;
        }
    }

    /** Writes into a buffer. */
    static final class Writer extends MessageSink {
        private final ByteBuffer into;

        Writer(ByteBuffer into) {
            this.into = into;
        }

        @Override
        void put(byte value) {
            into.put(value);
        }

        @Override
        void put(int value) {
            into.putInt(value);
        }

        @Override
        void put(long value) {
            into.putLong(value);
        }

        @Override
        void put(double value) {
            into.putDouble(value);
        }

        @Override
        void put(float[] array, int from, int count) {
            into.asFloatBuffer().put(array, from, count);
            skip(Float.BYTES, count);
        }

        @Override
        void put(double[] array, int from, int count) {
            into.asDoubleBuffer().put(array, from, count);
            skip(Double.BYTES, count);
        }

        @Override
        void put(boolean[] array) {
            for (int i = 0; i < array.length; i += 8) {
                int eight = 0;
                for (int bit = 0; bit < 8 && i + bit < array.length; bit++) {
                    eight |= array[i + bit] ? 1 << bit : 0;
                }
                into.put((byte) eight);
            }
        }

        @Override
        void put(int[] array) {
            into.putInt(array.length);
            into.asIntBuffer().put(array);
            skip(Integer.BYTES, array.length);
        }

        @Override
        void put(long[] array) {
            into.putInt(array.length);
            into.asLongBuffer().put(array);
            skip(Long.BYTES, array.length);
        }

        @Override
        void put(byte[] array) {
            into.putInt(array.length);
            into.put(array);
        }

        private void skip(int bytes, int count) {
            into.position(into.position() + bytes * count);
        }
    }
}
