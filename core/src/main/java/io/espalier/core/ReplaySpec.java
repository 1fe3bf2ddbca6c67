package io.espalier.core;

/**
 * What a {@link ReplayMemory} is to keep, and how it draws.
 *
 * @param capacity transitions to keep
 * @param observationSize floats per observation
 * @param actionSize floats per action
 * @param maskSize flags per action mask, 0 if nothing is masked
 * @param environments how many environments each block comes from
 * @param nStep rewards per sample, at least 1
 * @param gamma the discount between rewards of one sample
 * @param learningStarts environment steps before the learner draws; a memory that has lost what it held waits for as many
 *     transitions again
 * @param alpha exponent of priorities; 0 to draw uniformly
 */
public record ReplaySpec(
        int capacity,
        int observationSize,
        int actionSize,
        int maskSize,
        int environments,
        int nStep,
        double gamma,
        long learningStarts,
        double alpha) {
    /** What is added to every error, so that no row dies out. */
    private static final double EPSILON = 1e-6;

    /** For transitions of a task with those spaces. */
    public ReplaySpec(
            int capacity,
            Space observationSpace,
            Space actionSpace,
            boolean masked,
            int environments,
            int nStep,
            double gamma,
            long learningStarts,
            double alpha) {
        this(
                capacity,
                observationSpace.size(),
                actionSpace.size(),
                masked ? actionSpace.choices() : 0,
                environments,
                nStep,
                gamma,
                learningStarts,
                alpha);
    }

    /**
     * An empty memory beside whoever asks.
     *
     * @throws IllegalArgumentException if a number is out of its range, or an array would be too large
     */
    public ReplayMemory create() {
        return alpha > 0 ? prioritized(uniform()) : uniform();
    }

    /** As {@link #create}, drawing uniformly. */
    public ReplayBuffer uniform() {
        return new ReplayBuffer(this);
    }

    /** Lets rows of an empty buffer be drawn by priority. */
    public PrioritizedReplayBuffer prioritized(ReplayBuffer buffer) {
        return new PrioritizedReplayBuffer(buffer, alpha, EPSILON);
    }

    /** Room for a sample of that many rows. */
    public ReplayBuffer.Batch batch(int rows) {
        return new ReplayBuffer.Batch(rows, observationSize, actionSize, maskSize);
    }

    /** The same, for so many transitions. */
    public ReplaySpec withCapacity(int transitions) {
        return new ReplaySpec(
                transitions, observationSize, actionSize, maskSize, environments, nStep, gamma, learningStarts, alpha);
    }
}
