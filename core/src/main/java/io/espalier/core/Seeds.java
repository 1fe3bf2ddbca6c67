package io.espalier.core;

/**
 * A node in the tree of seeds. Every consumer of randomness has a path of its own from the root, as in
 * {@code seeds.child("environment", 3).child("episode", 7)}, and what it draws depends on that path alone: not on the
 * order in which anything was made, nor on how many threads or machines there are.
 */
public final class Seeds {
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private final long seed;

    private Seeds(long seed) {
        this.seed = seed;
    }

    /** The root of a run's tree. */
    public static Seeds of(long seed) {
        return new Seeds(seed);
    }

    /** The branch of that name. */
    public Seeds child(String name) {
        long hash = 0xCBF29CE484222325L;
        for (int i = 0; i < name.length(); i++) {
            hash = mix(hash ^ name.charAt(i));
        }
        return new Seeds(mix(mix(seed + GOLDEN) ^ hash));
    }

    /** The branch of that number. */
    public Seeds child(long index) {
        return new Seeds(seedOf(index));
    }

    /** The branch of that name and number. */
    public Seeds child(String name, long index) {
        return child(name).child(index);
    }

    /** The seed of this node. */
    public long seed() {
        return seed;
    }

    /** The seed that {@code child(index)} has, without making it. */
    public long seedOf(long index) {
        return mix(mix(seed + GOLDEN) + (index + 1) * GOLDEN);
    }

    /** A new stream of this node's random numbers. */
    public RandomStream stream() {
        return new RandomStream(seed);
    }

    /** Variant 13 of Stafford's mixing functions: a bijection whose every output bit depends on every input bit. */
    static long mix(long z) {
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    /** An odd increment with enough bit changes, as SplittableRandom makes them. */
    static long gamma(long z) {
        z = (z ^ (z >>> 33)) * 0xFF51AFD7ED558CCDL;
        z = (z ^ (z >>> 33)) * 0xC4CEB9FE1A85EC53L;
        z = (z ^ (z >>> 33)) | 1L;
        return Long.bitCount(z ^ (z >>> 1)) < 24 ? z ^ 0xAAAAAAAAAAAAAAAAL : z;
    }
}
