package io.espalier.core;

import java.util.random.RandomGenerator;

/**
 * A counter-based stream of random numbers: draw number {@code n} is a pure function of the stream's key and {@code n}.
 * So its whole state is three longs that a checkpoint can keep, and no other stream influences it.
 *
 * <p>The function is that of SplittableRandom (Steele, Lea and Flood, "Fast splittable pseudorandom number generators",
 * OOPSLA 2014): {@code mix(key + n * gamma)} with an odd gamma of its own for each stream.
 */
public final class RandomStream implements RandomGenerator {
    private static final double TO_UNIT = 0x1p-53;

    private long key;
    private long gamma;
    private long drawn;

    /** The stream of a seed. */
    public RandomStream(long seed) {
        reseed(seed);
    }

    /** Becomes the stream of another seed, at its beginning. */
    public void reseed(long seed) {
        key = Seeds.mix(seed);
        gamma = Seeds.gamma(seed);
        drawn = 0;
    }

    @Override
    public long nextLong() {
        return Seeds.mix(key + ++drawn * gamma);
    }

    @Override
    public double nextDouble() {
        return (nextLong() >>> 11) * TO_UNIT;
    }

    @Override
    public float nextFloat() {
        return (nextLong() >>> 40) * 0x1p-24f;
    }

    @Override
    public int nextInt() {
        return (int) (nextLong() >>> 32);
    }

    /** A whole number from 0 to bound-1 from one draw; its bias is below bound / 2^32. */
    @Override
    public int nextInt(int bound) {
        if (bound < 1) {
            throw new IllegalArgumentException("bound (" + bound + ") must be at least 1.");
        }
        return (int) (((nextLong() >>> 32) * bound) >>> 32);
    }

    /** A uniform number in [low, high). */
    public double uniform(double low, double high) {
        return low + (high - low) * nextDouble();
    }

    /** A standard normal number, by Box and Muller: always two draws, so that streams stay in step. */
    @Override
    public double nextGaussian() {
        double radius = StrictMath.sqrt(-2 * StrictMath.log(1 - nextDouble()));
        return radius * StrictMath.cos(2 * Math.PI * nextDouble());
    }

    /** An exponential number of mean 1, from one draw. */
    @Override
    public double nextExponential() {
        return -StrictMath.log(1 - nextDouble());
    }

    /** How many numbers were drawn. */
    public long drawn() {
        return drawn;
    }

    /** Goes on where another one stands. */
    public void copyFrom(RandomStream other) {
        key = other.key;
        gamma = other.gamma;
        drawn = other.drawn;
    }

    /** Writes key, gamma and count into {@code into[at .. at + 2]}. */
    public void save(long[] into, int at) {
        into[at] = key;
        into[at + 1] = gamma;
        into[at + 2] = drawn;
    }

    /** Goes on where the stream that wrote {@code from[at .. at + 2]} stood. */
    public void load(long[] from, int at) {
        key = from[at];
        gamma = from[at + 1] | 1;
        drawn = from[at + 2];
    }
}
