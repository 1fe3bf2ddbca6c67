package io.espalier.runtime.compression;

/** As they are, in four bytes each. */
final class PlainCodec extends GradientCodec {
    @Override
    public int mostBytes(int count) {
        return Float.BYTES * count;
    }

    @Override
    public int encode(float[] values, int from, int count, byte[] into) {
        for (int i = 0; i < count; i++) {
            putFloat(into, Float.BYTES * i, values[from + i]);
        }
        return mostBytes(count);
    }

    @Override
    public void decode(byte[] bytes, int length, float[] into, int at, int count) {
        check(length, mostBytes(count), count);
        for (int i = 0; i < count; i++) {
            into[at + i] = getFloat(bytes, Float.BYTES * i);
        }
    }
}
