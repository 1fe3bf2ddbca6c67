package io.espalier.runtime.compression;

import java.util.Arrays;

/**
 * The k numbers of the largest magnitude, exactly k, of equal ones those that come first; the others are read back as 0.
 * k is the fraction of all, rounded up. First a byte with the width w of what follows; then, k times w bits, how many
 * numbers are passed over before the next that is kept; then the k numbers in four bytes each.
 *
 * <p>Aji and Heafield, "Sparse communication for distributed gradient descent", arXiv:1704.05021; Stich et al.,
 * "Sparsified SGD with memory", arXiv:1809.07599.
 */
final class TopKCodec extends GradientCodec {
    private final double fraction;
    private final float[] sizes;
    private final int[] kept;

    TopKCodec(double fraction, int most) {
        this.fraction = fraction;
        sizes = new float[most];
        kept = new int[kept(most)];
    }

    private int kept(int count) {
        return count == 0 ? 0 : Math.max(1, Math.min(count, (int) Math.ceil(fraction * count)));
    }

    private static int packed(int k, int width) {
        return (int) (((long) k * width + 7) / 8);
    }

    @Override
    public int mostBytes(int count) {
        int k = kept(count);
        return 1 + packed(k, Integer.SIZE - Integer.numberOfLeadingZeros(count)) + Float.BYTES * k;
    }

    @Override
    public int encode(float[] values, int from, int count, byte[] into) {
        int k = choose(values, from, count);
        int most = 0;
        for (int j = 0; j < k; j++) {
            most = Math.max(most, passed(j));
        }
        int width = Integer.SIZE - Integer.numberOfLeadingZeros(most);
        into[0] = (byte) width;
        int at = 1 + packed(k, width);
        Arrays.fill(into, 1, at, (byte) 0);
        long bit = 8;
        for (int j = 0; j < k; j++, bit += width) {
            putBits(into, bit, passed(j), width);
        }
        for (int j = 0; j < k; j++, at += Float.BYTES) {
            putFloat(into, at, values[from + kept[j]]);
        }
        return at;
    }

    /** How many are passed over before the one that is kept as number j. */
    private int passed(int j) {
        return j == 0 ? kept[0] : kept[j] - kept[j - 1] - 1;
    }

    private static void putBits(byte[] into, long bit, int value, int width) {
        for (int i = 0; i < width; i++) {
            if ((value >>> i & 1) != 0) {
                into[(int) ((bit + i) >>> 3)] |= (byte) (1 << ((bit + i) & 7));
            }
        }
    }

    private static int getBits(byte[] from, long bit, int width) {
        int value = 0;
        for (int i = 0; i < width; i++) {
            value |= (from[(int) ((bit + i) >>> 3)] >>> ((bit + i) & 7) & 1) << i;
        }
        return value;
    }

    /** Writes the places of those to be kept in order; returns how many they are. */
    private int choose(float[] values, int from, int count) {
        int k = kept(count);
        for (int i = 0; i < count; i++) {
            sizes[i] = Math.abs(values[from + i]);
        }
        if (k == 0) {
            return 0;
        }
        float bar = select(count, count - k);
        int larger = 0;
        for (int i = 0; i < count; i++) {
            larger += Math.abs(values[from + i]) > bar ? 1 : 0;
        }
        int equal = k - larger;
        int n = 0;
        for (int i = 0; i < count && n < k; i++) {
            float size = Math.abs(values[from + i]);
            if (size > bar || (size == bar && equal-- > 0)) {
                kept[n++] = i;
            }
        }
        return k;
    }

    /** The number that would stand at a place if the sizes were in order (Hoare's selection, median of three). */
    private float select(int count, int place) {
        int low = 0;
        int high = count - 1;
        while (low < high) {
            float a = sizes[low];
            float b = sizes[(low + high) >>> 1];
            float c = sizes[high];
            float pivot = Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
            int i = low;
            int j = high;
            while (i <= j) {
                while (sizes[i] < pivot) {
                    i++;
                }
                while (sizes[j] > pivot) {
                    j--;
                }
                if (i <= j) {
                    float swapped = sizes[i];
                    sizes[i++] = sizes[j];
                    sizes[j--] = swapped;
                }
            }
            if (place <= j) {
                high = j;
            } else if (place >= i) {
                low = i;
            } else {
                return sizes[place];
            }
        }
        return sizes[place];
    }

    @Override
    public void decode(byte[] bytes, int length, float[] into, int at, int count) {
        int k = kept(count);
        int width = length > 0 ? bytes[0] : 0;
        if (width < 0 || width > Integer.SIZE - Integer.numberOfLeadingZeros(count)) {
            throw new IllegalArgumentException("places among " + count + " numbers cannot take " + width + " bits.");
        }
        int next = 1 + packed(k, width);
        check(length, next + Float.BYTES * k, count);
        Arrays.fill(into, at, at + count, 0f);
        int place = -1;
        long bit = 8;
        for (int j = 0; j < k; j++, bit += width, next += Float.BYTES) {
            place += 1 + getBits(bytes, bit, width);
            if (place < 0 || place >= count) {
                throw new IllegalArgumentException("a place (" + place + ") is not among " + count + " numbers.");
            }
            into[at + place] = getFloat(bytes, next);
        }
    }
}
