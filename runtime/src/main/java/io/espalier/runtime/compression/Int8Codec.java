package io.espalier.runtime.compression;

/**
 * Linear quantisation to 8 bits by blocks of {@link #BLOCK} numbers: the scale s of a block is its largest magnitude over
 * 127, and a number x is read back as s·round(x/s). No number moves by more than s/2.
 *
 * <p>Dettmers, "8-bit approximations for parallelism in deep learning", arXiv:1511.04561, for 8 bits in data parallel
 * training; this is its linear form, whose error feedback makes up for.
 */
final class Int8Codec extends GradientCodec {
    /** Numbers that share a scale. */
    static final int BLOCK = 256;

    @Override
    public int mostBytes(int count) {
        return count + Float.BYTES * ((count + BLOCK - 1) / BLOCK);
    }

    @Override
    public int encode(float[] values, int from, int count, byte[] into) {
        int at = 0;
        for (int block = 0; block < count; block += BLOCK) {
            int end = Math.min(count, block + BLOCK);
            float most = 0;
            for (int i = block; i < end; i++) {
                most = Math.max(most, Math.abs(values[from + i]));
            }
            float scale = most / 127;
            putFloat(into, at, scale);
            at += Float.BYTES;
            for (int i = block; i < end; i++) {
                // A scale so small that it is rounded itself could give more than 127.
                double steps = scale == 0 ? 0 : Math.rint((double) values[from + i] / scale);
                into[at++] = (byte) Math.max(-127, Math.min(127, steps));
            }
        }
        return at;
    }

    @Override
    public void decode(byte[] bytes, int length, float[] into, int at, int count) {
        check(length, mostBytes(count), count);
        int next = 0;
        for (int block = 0; block < count; block += BLOCK) {
            int end = Math.min(count, block + BLOCK);
            float scale = getFloat(bytes, next);
            next += Float.BYTES;
            for (int i = block; i < end; i++) {
                into[at + i] = scale * bytes[next++];
            }
        }
    }
}
