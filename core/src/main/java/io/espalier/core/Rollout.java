package io.espalier.core;

import java.util.Arrays;

/**
 * A time-major block of experience: row {@code t * environments + i} is what environment {@code i} lived through at step
 * {@code t}. Its arrays are allocated once and filled again and again, in place, each column by whoever steps that
 * environment.
 */
public final class Rollout {
    /** T: steps of each environment. */
    public final int steps;
    /** N: environments. */
    public final int environments;
    /** Floats per observation. */
    public final int observationSize;
    /** Floats per action. */
    public final int actionSize;
    /** Flags per action mask, 0 if the environment masks nothing. */
    public final int maskSize;

    /** [T, N, observation]: what was acted on. */
    public final float[] observations;
    /** [T, N, action]: what was done. */
    public final float[] actions;
    /** [T, N, mask]: what was allowed; empty if everything always is. */
    public final boolean[] masks;
    /** [T, N]: log-probability of the action under the policy that chose it. */
    public final float[] logProbabilities;
    /** [T, N]: that policy's estimate of the state's value, 0 if it makes none. */
    public final float[] values;
    /** [T, N]: rewards. */
    public final double[] rewards;
    /** [T, N]: the task ended here. */
    public final boolean[] terminated;
    /** [T, N]: the episode was cut off here. */
    public final boolean[] truncated;
    /** [T, N]: void, because the environment failed: must not be learned from. */
    public final boolean[] discarded;
    /** [T, N, observation]: what the action reached, before any new episode began. */
    public final float[] reached;
    /**
     * [T, N, mask]: what would have been allowed in what was reached; everything until somebody writes it.
     */
    public final boolean[] reachedMasks;
    /** [N, mask]: what is allowed after the last step. */
    public final boolean[] finalMasks;

    /** Floats that the policy remembers of each environment, 0 if it has no memory. */
    public final int stateSize;
    /** [N, state]: what the policy remembered before the first step; zeros where an episode begins there. */
    public final float[] states;
    /** [N]: whether the first step begins an episode; see {@link #begins}. */
    public final boolean[] begun;

    /**
     * Whether its first steps go on where the block before it, handed to the same learner, stopped, environment by
     * environment; false where blocks of several workers take turns.
     */
    public boolean joined = true;

    /** Which weights acted: the version of the policy. */
    public long weightsVersion;

    /** Environment steps taken in the run before this block. */
    public long environmentStepsBefore;

    /**
     * Allocates a block for a policy without memory.
     *
     * @throws IllegalArgumentException if steps or environments is below 1, or the block would not fit an array
     */
    public Rollout(int steps, int environments, Space observationSpace, Space actionSpace, boolean masked) {
        this(steps, environments, observationSpace, actionSpace, masked, 0);
    }

    /**
     * Allocates a block.
     *
     * @param stateSize floats that the policy remembers of each environment
     * @throws IllegalArgumentException if steps or environments is below 1, or the block would not fit an array
     */
    public Rollout(
            int steps, int environments, Space observationSpace, Space actionSpace, boolean masked, int stateSize) {
        this(
                steps,
                environments,
                observationSpace.size(),
                actionSpace.size(),
                masked ? actionSpace.choices() : 0,
                stateSize);
    }

    /**
     * Allocates a block for rows of known sizes.
     *
     * @param maskSize flags per action mask, 0 if nothing is masked
     * @throws IllegalArgumentException if steps or environments is below 1, or the block would not fit an array
     */
    public static Rollout sized(
            int steps, int environments, int observationSize, int actionSize, int maskSize, int stateSize) {
        return new Rollout(steps, environments, observationSize, actionSize, maskSize, stateSize);
    }

    private Rollout(int steps, int environments, int observationSize, int actionSize, int maskSize, int stateSize) {
        if (steps < 1 || environments < 1) {
            throw new IllegalArgumentException(
                    "steps (" + steps + ") and environments (" + environments + ") must be at least 1.");
        }
        this.steps = steps;
        this.environments = environments;
        this.observationSize = observationSize;
        this.actionSize = actionSize;
        this.maskSize = maskSize;
        long most =
                (long) steps * environments * Math.max(Math.max(observationSize, actionSize), Math.max(1, maskSize));
        if ((long) steps * environments > Integer.MAX_VALUE || most < 0 || most > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException("steps (" + steps + ") times environments (" + environments
                    + ") is too large for rows of " + observationSize + " floats. Maybe hand over shorter blocks.");
        }
        int rows = steps * environments;
        observations = new float[rows * observationSize];
        actions = new float[rows * actionSize];
        masks = new boolean[rows * maskSize];
        logProbabilities = new float[rows];
        values = new float[rows];
        rewards = new double[rows];
        terminated = new boolean[rows];
        truncated = new boolean[rows];
        discarded = new boolean[rows];
        reached = new float[observations.length];
        reachedMasks = new boolean[masks.length];
        Arrays.fill(reachedMasks, true);
        finalMasks = new boolean[environments * maskSize];
        this.stateSize = stateSize;
        states = new float[Math.multiplyExact(environments, stateSize)];
        begun = new boolean[environments];
        Arrays.fill(begun, true);
    }

    /** Allocates a block of the same kind for some of its environments. */
    public Rollout narrower(int fewer) {
        return new Rollout(steps, fewer, observationSize, actionSize, maskSize, stateSize);
    }

    /** T times N. */
    public int rows() {
        return steps * environments;
    }

    /** Whether row {@code row} is the last of its episode. */
    public boolean last(int row) {
        return terminated[row] || truncated[row];
    }

    /**
     * Whether an episode begins with row {@code row}: the row before, of the same environment, ended one or is void. Then
     * nothing was remembered of what came before.
     */
    public boolean begins(int row) {
        int before = row - environments;
        return before < 0 ? begun[row] : last(before) || discarded[before];
    }

    /** Whether row {@code row} follows on none that the same learner was given: an episode begins, or another's block. */
    public boolean stands(int row) {
        return (row < environments && !joined) || begins(row);
    }

    /**
     * Takes over what some of its environments lived through from a block that has only them. Threads may do so for
     * different environments at the same time; each begins at another step, so that they seldom write to one cache line.
     *
     * @param block with as many steps, and rows of the same sizes
     * @param column the number here of the block's first environment
     * @throws IllegalArgumentException if the block does not fit
     */
    public void take(Rollout block, int column) {
        if (block.steps != steps
                || column < 0
                || column + block.environments > environments
                || block.observationSize != observationSize
                || block.actionSize != actionSize
                || block.maskSize != maskSize
                || block.stateSize != stateSize) {
            throw new IllegalArgumentException("a block of " + block.steps + " x " + block.environments
                    + " rows cannot be taken as columns " + column + " on of one of " + steps + " x " + environments
                    + ". Maybe it was collected with other settings.");
        }
        int first = (int) ((long) column * steps / environments);
        take(block, column, first, steps);
        take(block, column, 0, first);
        System.arraycopy(block.finalMasks, 0, finalMasks, column * maskSize, block.finalMasks.length);
        System.arraycopy(block.states, 0, states, column * stateSize, block.states.length);
        System.arraycopy(block.begun, 0, begun, column, block.environments);
    }

    private void take(Rollout block, int column, int fromStep, int toStep) {
        int n = block.environments;
        for (int t = fromStep; t < toStep; t++) {
            int from = t * n;
            int to = t * environments + column;
            copy(block.observations, from, observations, to, n * observationSize, observationSize);
            copy(block.reached, from, reached, to, n * observationSize, observationSize);
            copy(block.actions, from, actions, to, n * actionSize, actionSize);
            copy(block.logProbabilities, from, logProbabilities, to, n, 1);
            copy(block.values, from, values, to, n, 1);
            System.arraycopy(block.masks, from * maskSize, masks, to * maskSize, n * maskSize);
            System.arraycopy(block.reachedMasks, from * maskSize, reachedMasks, to * maskSize, n * maskSize);
            for (int i = 0; i < n; i++) {
                rewards[to + i] = block.rewards[from + i];
                terminated[to + i] = block.terminated[from + i];
                truncated[to + i] = block.truncated[from + i];
                discarded[to + i] = block.discarded[from + i];
            }
        }
    }

    private static void copy(float[] from, int row, float[] into, int to, int count, int size) {
        if (count > 32) {
            System.arraycopy(from, row * size, into, to * size, count);
            return;
        }
        for (int i = 0; i < count; i++) {
            into[to * size + i] = from[row * size + i];
        }
    }
}
