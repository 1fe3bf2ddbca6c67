package io.espalier.core;

/**
 * N copies of an environment stepped together, each beginning a new episode by itself when one ends. What was
 * <em>reached</em> by an action is kept apart from what comes <em>next</em>: they differ when an episode has ended.
 *
 * <p>All arrays are owned by this object, are the same at every call, and are overwritten by the next {@link #step}.
 * Copy {@code i} has the global number {@code first() + i}; its episode {@code e} starts from the seed
 * {@code seeds.child("environment", first() + i).seedOf(e)}, so what a copy lives through does not depend on how copies
 * are grouped.
 */
public interface VectorEnvironment extends Stateful, AutoCloseable {
    /** How many copies there are: N. */
    int size();

    /** The global number of copy 0. */
    int first();

    /** The space of each copy's observations. */
    Space observationSpace();

    /** The space of each copy's actions. */
    Space actionSpace();

    /** Begins episode 0 in every copy. */
    void reset();

    /**
     * Acts in every copy.
     *
     * @param actions [N, action size]
     */
    void step(float[] actions);

    /** [N, observation size]: what each copy shows now, to be acted on; after an end, of the new episode. */
    float[] observations();

    /** [N, observation size]: what each copy's last action reached, before any new episode began. */
    float[] reached();

    /** [N, choices]: which actions are allowed now; empty if the environment masks none. */
    boolean[] actionMasks();

    /**
     * [N, choices]: which actions would have been allowed in what was {@link #reached}, all of them where the task has
     * ended; empty if the environment masks none. An implementation that masks must override this.
     */
    default boolean[] reachedMasks() {
        return actionMasks();
    }

    /** [N]: the reward of the last action. */
    double[] rewards();

    /** [N]: whether the last action ended the task. */
    boolean[] terminated();

    /** [N]: whether the episode was cut off after the last action. */
    boolean[] truncated();

    /** [N]: whether the last transition is void (the environment failed) and must not be learned from. */
    boolean[] discarded();

    /** Told of every episode that ends, in order of copies, during {@link #step}. */
    void onEpisode(EpisodeListener listener);

    @Override
    void close();

    /** Is told how an episode went. */
    @FunctionalInterface
    interface EpisodeListener {
        /**
         * An episode has ended.
         *
         * @param copy the global number of the copy
         * @param episodeReturn the sum of its rewards
         * @param length its number of environment steps
         * @param success whether the task was accomplished; false where the environment does not say
         */
        void ended(int copy, double episodeReturn, int length, boolean success);

        /**
         * A figure that the environment itself has put to the episode; told just before {@link #ended}.
         *
         * @param copy the global number of the copy
         * @param name what the figure is
         * @param value the figure
         */
        default void metric(int copy, String name, double value) {}
    }
}
