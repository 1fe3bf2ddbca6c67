package io.espalier.core;

/**
 * Keeps transitions and gives samples of them: all that a learner knows of its replay, wherever that is. A {@link Place} makes
 * it, which the learner reaches through {@link Cores#replay}. Used by one thread, but for {@link #gather}.
 */
public interface ReplayMemory extends Stateful {
    /** Transitions kept now. */
    int size();

    /**
     * Stores a block, step by step and environment by environment; of rows that are discarded, or whose reward is not
     * finite, nothing.
     *
     * @throws IllegalArgumentException if it has other sizes
     */
    void add(Rollout rollout);

    /** Room for a sample of that many rows. */
    ReplayBuffer.Batch batch(int rows);

    /**
     * The first half of a sample: chooses rows, and weighs them.
     *
     * @param beta how far the weights undo the bias of drawing by priority: 0 not at all, 1 fully; of no matter where rows
     *     are drawn uniformly
     * @return false if nothing can be had just now, as when what kept it was lost: do without this update
     * @throws IllegalStateException if nothing was ever stored
     */
    boolean draw(RandomStream random, double beta, ReplayBuffer.Batch into);

    /**
     * The second half: fills rows {@code from} to {@code to - 1} of the batch. Threads may fill different rows at the same
     * time.
     */
    void gather(ReplayBuffer.Batch into, int from, int to);

    /**
     * Tells how wrong the learner was about each row of the batch that was drawn last; it goes by that in drawing, unless
     * it draws uniformly.
     *
     * @param errors [B]: δ, of either sign
     * @throws IllegalArgumentException if an error is NaN or infinite
     */
    void update(ReplayBuffer.Batch batch, double[] errors);

    /** Makes memories. */
    @FunctionalInterface
    interface Place {
        /** Beside the learner. */
        Place HERE = ReplaySpec::create;

        /** An empty memory. */
        ReplayMemory memory(ReplaySpec spec);
    }
}
