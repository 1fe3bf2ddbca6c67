package io.espalier.runtime.compression;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Writes some numbers as bytes, and reads them back as nearly as it can. Neither allocates. */
public abstract class GradientCodec {
    private static final VarHandle FLOAT = MethodHandles.byteArrayViewVarHandle(float[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    GradientCodec() {}

    /** The most bytes that {@code count} numbers take. */
    public abstract int mostBytes(int count);

    /**
     * Writes numbers.
     *
     * @param values finite
     * @param into takes {@link #mostBytes} from its beginning
     * @return how many bytes were written
     */
    public abstract int encode(float[] values, int from, int count, byte[] into);

    /**
     * Reads as many numbers as were written.
     *
     * @throws IllegalArgumentException if the bytes cannot be those of so many numbers
     */
    public abstract void decode(byte[] bytes, int length, float[] into, int at, int count);

    static void putFloat(byte[] into, int at, float value) {
        FLOAT.set(into, at, value);
    }

    static float getFloat(byte[] from, int at) {
        return (float) FLOAT.get(from, at);
    }

    static void putLong(byte[] into, int at, long value) {
        LONG.set(into, at, value);
    }

    static long getLong(byte[] from, int at) {
        return (long) LONG.get(from, at);
    }

    final void check(int length, int wanted, int count) {
        if (length != wanted) {
            throw new IllegalArgumentException(getClass().getSimpleName() + " got " + length + " bytes for " + count
                    + " numbers, which take " + wanted + ". Maybe the two sides do not compress alike.");
        }
    }
}
