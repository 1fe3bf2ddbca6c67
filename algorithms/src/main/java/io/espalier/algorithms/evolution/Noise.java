package io.espalier.algorithms.evolution;

import io.espalier.core.Cores;
import io.espalier.core.RandomStream;
import io.espalier.core.Seeds;
import io.espalier.nn.FloatMath;

/**
 * Vectors of independent standard normal numbers that are never kept: whoever knows a vector's seed makes it again, whole
 * or in part. So players and learner need not send each other more than seeds (Salimans et al., arXiv:1703.03864,
 * algorithm 2).
 *
 * <p>Elements 2j and 2j + 1 are those of Box and Muller for draw j of the seed's stream, in float: with u in (0, 1] and v
 * in [0, 1), √(−2 ln u) · (cos 2πv, sin 2πv).
 */
final class Noise {
    private static final int BLOCK = 1024;
    private static final float TWO_PI = (float) (2 * Math.PI);
    private static final float UNIT = 0x1p-24f;

    private final RandomStream stream = new RandomStream(0);
    private final long[] place = new long[3];
    private final float[] radii = new float[BLOCK / 2];
    private final float[] angles = new float[BLOCK / 2];
    private final float[] cosines = new float[BLOCK / 2];

    /** The seed of vector {@code index} of a generation. */
    static long seed(long generation, int index) {
        return Seeds.of(generation).seedOf(index);
    }

    /**
     * Writes elements {@code from} to {@code to - 1} of a vector to {@code into[0 ..]}.
     *
     * @param from an even number
     */
    void fill(long seed, int from, int to, float[] into) {
        stream.reseed(seed);
        stream.save(place, 0);
        place[2] = from >> 1;
        stream.load(place, 0);
        for (int at = 0; at < to - from; at += BLOCK) {
            pairs(Math.min(BLOCK, to - from - at), into, at);
        }
    }

    /** The next {@code size} elements, the cosine of each pair first; of an odd number the last sine is left out. */
    private void pairs(int size, float[] into, int at) {
        int count = (size + 1) / 2;
        for (int i = 0; i < count; i++) {
            long bits = stream.nextLong();
            radii[i] = ((bits >>> 40) + 1) * UNIT;
            angles[i] = TWO_PI * ((bits & 0xFFFFFF) * UNIT);
        }
        FloatMath.log(radii, 0, radii, 0, count);
        FloatMath.cos(angles, 0, cosines, 0, count);
        FloatMath.sin(angles, 0, angles, 0, count);
        for (int i = 0; i < count; i++) {
            float radius = (float) Math.sqrt(-2 * radii[i]);
            into[at + 2 * i] = radius * cosines[i];
            if (2 * i + 1 < size) {
                into[at + 2 * i + 1] = radius * angles[i];
            }
        }
    }

    /**
     * Σₖ weightsₖ · εₖ over a generation's vectors, in order of k; in parallel over elements.
     *
     * @param into receives the sum, over its whole length
     */
    static void sum(Cores cores, long generation, float[] weights, float[] into) {
        int blocks = (into.length + BLOCK - 1) / BLOCK;
        cores.run(blocks, (block, thread) -> {
            Noise noise = new Noise();
            float[] part = new float[BLOCK];
            int from = block * BLOCK;
            int to = Math.min(into.length, from + BLOCK);
            java.util.Arrays.fill(into, from, to, 0);
            for (int k = 0; k < weights.length; k++) {
                float weight = weights[k];
                if (weight != 0) {
                    noise.fill(seed(generation, k), from, to, part);
                    for (int i = from; i < to; i++) {
                        into[i] += weight * part[i - from];
                    }
                }
            }
        });
    }
}
