package io.espalier.envs;

/**
 * The whole of a small task, for planning methods: every state, every action, and what may come of it. State {@code s}
 * is the one that the environment shows as observation {@code s}.
 */
public interface TabularModel {
    /** How many states there are; they are numbered from 0. */
    int states();

    /** How many actions there are; they are numbered from 0, and all are possible in every state. */
    int actions();

    /** How likely an episode begins in that state; sums to 1 over all states. */
    double startProbability(int state);

    /**
     * Hands over all that may come of an action, in a fixed order. An outcome may be handed over more than once (a wall
     * on both sides); the probabilities sum to 1.
     *
     * @throws IllegalArgumentException if there is no such state or action
     */
    void forEachOutcome(int state, int action, Sink sink);

    /** Receives what may come of an action. */
    @FunctionalInterface
    interface Sink {
        /**
         * One outcome.
         *
         * @param probability how likely it is
         * @param next the state that is reached
         * @param reward the reward on the way
         * @param terminated whether the task ends there
         */
        void outcome(double probability, int next, double reward, boolean terminated);
    }
}
