package io.espalier.core;

import java.util.random.RandomGenerator;

/**
 * Where a value comes from: the set of legal observations or actions, as flat rows of floats.
 *
 * <p>{@link #size} is how many floats a value takes as an environment writes it; {@link #encodedSize} how many a
 * network reads (a discrete value becomes a one-hot vector); {@link #choices} how many flags an action mask has.
 */
public sealed interface Space permits Box, Discrete, MultiDiscrete, MultiBinary {
    /** Floats per value. */
    int size();

    /** Floats per value after {@link #encode}: the width of a network's input. */
    int encodedSize();

    /** Flags in an action mask: the number of discrete choices, summed over components; 0 for a {@link Box}. */
    int choices();

    /** Whether the row that starts at {@code at} is a legal value. */
    default boolean contains(float[] row, int at) {
        return violation(row, at).isEmpty();
    }

    /** Why the row that starts at {@code at} is not a legal value, as "component 2 is NaN"; empty if it is legal. */
    String violation(float[] row, int at);

    /** Writes a random value: uniform where bounded, normal or exponential where not, as in Gymnasium. */
    void sample(RandomGenerator random, float[] into, int at);

    /**
     * Rewrites a value as a network reads it: boxes and bits as they are, discrete components one-hot.
     *
     * @param row {@link #size} floats from {@code at}
     * @param into receives {@link #encodedSize} floats from {@code start}
     */
    void encode(float[] row, int at, float[] into, int start);

    /** The readable form, as {@code discrete(4)} or {@code box(shape=[2], low=-1.0, high=1.0)}; {@link #parse} reads it. */
    String text();

    /**
     * Reads the form that {@link #text} writes.
     *
     * @throws IllegalArgumentException if the text is none
     */
    static Space parse(String text) {
        return SpaceText.parse(text);
    }
}
