package io.espalier.runtime.compression;

/**
 * One bit for each number, by blocks of {@link #BLOCK}: whether it is negative. Read back it is the mean of the block's
 * numbers of that sign, which is the nearest that two values can come in squares. The means take two bytes each, a float
 * without its last 16 bits.
 *
 * <p>Seide et al., "1-bit stochastic gradient descent and its application to data-parallel distributed training of speech
 * DNNs" (2014), section 3.2, with blocks in place of columns. Without {@link ErrorFeedback} signs need not converge:
 * Karimireddy et al., "Error feedback fixes SignSGD and other gradient compression schemes", arXiv:1901.09847.
 */
final class OneBitCodec extends GradientCodec {
    /** Numbers that share two means. */
    static final int BLOCK = 64;

    /** Bytes of a block's means. */
    private static final int MEANS = 4;

    private static void putMean(byte[] into, int at, float mean) {
        int bits = Float.floatToRawIntBits(mean) >>> 16;
        into[at] = (byte) bits;
        into[at + 1] = (byte) (bits >>> 8);
    }

    private static float getMean(byte[] from, int at) {
        return Float.intBitsToFloat((from[at] & 0xff) << 16 | from[at + 1] << 24);
    }

    @Override
    public int mostBytes(int count) {
        int whole = count / BLOCK;
        int rest = count % BLOCK;
        return whole * (MEANS + BLOCK / 8) + (rest == 0 ? 0 : MEANS + (rest + 7) / 8);
    }

    @Override
    public int encode(float[] values, int from, int count, byte[] into) {
        int at = 0;
        for (int block = 0; block < count; block += BLOCK) {
            int size = Math.min(BLOCK, count - block);
            double positive = 0;
            double negative = 0;
            int negatives = 0;
            int bits = at + MEANS;
            for (int i = 0; i < size; i += 8) {
                int eight = 0;
                for (int bit = 0; bit < 8 && i + bit < size; bit++) {
                    float value = values[from + block + i + bit];
                    if (value < 0) {
                        eight |= 1 << bit;
                        negative += value;
                        negatives++;
                    } else {
                        positive += value;
                    }
                }
                into[bits + i / 8] = (byte) eight;
            }
            putMean(into, at, negatives == size ? 0 : (float) (positive / (size - negatives)));
            putMean(into, at + 2, negatives == 0 ? 0 : (float) (negative / negatives));
            at = bits + (size + 7) / 8;
        }
        return at;
    }

    @Override
    public void decode(byte[] bytes, int length, float[] into, int at, int count) {
        check(length, mostBytes(count), count);
        int next = 0;
        for (int block = 0; block < count; block += BLOCK) {
            int size = Math.min(BLOCK, count - block);
            float positive = getMean(bytes, next);
            float negative = getMean(bytes, next + 2);
            int bits = next + MEANS;
            for (int i = 0; i < size; i++) {
                into[at + block + i] = (bytes[bits + i / 8] & 1 << i % 8) != 0 ? negative : positive;
            }
            next = bits + (size + 7) / 8;
        }
    }
}
