package io.espalier.testkit;

import io.espalier.core.Box;
import io.espalier.core.Environment;
import io.espalier.core.Space;
import io.espalier.core.Step;
import java.util.ArrayList;
import java.util.List;

/**
 * An environment whose every number is known beforehand, and which counts how it is used. Observation: the lowest 16
 * bits of the seed, and the environment steps of the episode so far. Reward of step k, from 1: {@code 100 * action + k}.
 * Episodes have a fixed length.
 */
public final class CountingEnvironment implements Environment {
    private final int length;
    private final boolean truncates;
    private final Space observations = Box.uniform(0, 65_535, 2);
    private final Space actions = Box.uniform(-1, 1, 1);
    private final List<Long> seeds = new ArrayList<>();
    private int elapsed = -1;
    private int steps;
    private int observed;
    private int closed;

    /**
     * Episodes of that length.
     *
     * @param length environment steps, at least 1
     * @param truncates whether they are truncated at their end, or terminated
     */
    public CountingEnvironment(int length, boolean truncates) {
        this.length = length;
        this.truncates = truncates;
    }

    /** The seeds of all resets, in order. */
    public List<Long> seeds() {
        return List.copyOf(seeds);
    }

    /** Environment steps ever. */
    public int steps() {
        return steps;
    }

    /** Calls of {@link #observe}. */
    public int observed() {
        return observed;
    }

    /** Calls of {@link #close}. */
    public int closed() {
        return closed;
    }

    @Override
    public Space observationSpace() {
        return observations;
    }

    @Override
    public Space actionSpace() {
        return actions;
    }

    @Override
    public void reset(long seed) {
        seeds.add(seed);
        elapsed = 0;
    }

    @Override
    public Step step(float[] row, int at) {
        if (elapsed < 0 || elapsed == length) {
            throw new IllegalStateException("No episode is under way. Maybe reset first.");
        }
        steps++;
        elapsed++;
        double reward = 100.0 * row[at] + elapsed;
        if (elapsed < length) {
            return Step.transition(reward);
        }
        return truncates ? Step.truncation(reward) : Step.termination(reward);
    }

    @Override
    public void observe(float[] into, int at) {
        observed++;
        into[at] = seeds.isEmpty() ? 0 : seeds.get(seeds.size() - 1) & 0xFFFF;
        into[at + 1] = Math.max(0, elapsed);
    }

    @Override
    public void close() {
        closed++;
    }
}
