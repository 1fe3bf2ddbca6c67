package io.espalier.core;

/**
 * The whole of a small task, a finite Markov decision process: every state, every action, and what may come of it, with
 * probabilities P and rewards R. For planning methods; environments that know theirs expose it. State {@code s} is the one
 * that the environment shows as observation {@code s}.
 *
 * <p>Time limits are not part of it: planning for so many steps is the planner's business.
 */
public interface FiniteMdp {
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

    /**
     * The process of given arrays, which are copied.
     *
     * @param probability P(s′ | s, a) as [states, actions, states]; what a row lacks to 1 is the probability that the task
     *     ends
     * @param reward the mean reward R(s, a) as [states, actions]
     * @param start the probability of beginning in each state, [states]
     * @throws IllegalArgumentException if shapes do not fit, or probabilities are none
     */
    static FiniteMdp of(double[][][] probability, double[][] reward, double[] start) {
        return new ExplicitMdp(probability, reward, start);
    }

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
