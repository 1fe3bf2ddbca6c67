package io.espalier.core;

/**
 * Decides for a {@link Simulation}. Arrays given to it are read before it returns and not kept.
 *
 * <p>Every method throws a {@link SimulationCancelled} once nobody wants the episode any more; the simulator must let it
 * pass.
 */
public interface Decider {
    /**
     * Asks what to do now.
     *
     * @param observation what is seen: a row of the observation space
     * @param action receives the decision: a row of the action space
     * @throws IllegalArgumentException if an array has another length than the space's size
     * @throws IllegalStateException after the end of the episode was told, or from another thread than the one that
     *     runs the simulation
     */
    void decide(float[] observation, float[] action);

    /**
     * Asks what to do now, where not everything is allowed.
     *
     * @param observation what is seen: a row of the observation space
     * @param mask which choices are allowed: as many flags as the action space has choices
     * @param action receives the decision: a row of the action space
     */
    void decide(float[] observation, boolean[] mask, float[] action);

    /** Asks for one of the actions 0 to n-1 of a {@link Discrete} space. */
    int choose(float[] observation);

    /** Asks for one of the allowed actions of a {@link Discrete} space. */
    int choose(float[] observation, boolean[] mask);

    /**
     * Adds to the reward of the last decision. What is added after it and before the next question, or the end, counts.
     *
     * @throws IllegalStateException before the first decision of the episode: nothing has earned it
     */
    void reward(double amount);

    /**
     * Tells that the task itself ended here (won, lost, everything done): nothing comes after. The simulation then
     * returns.
     *
     * @param observation what is seen at last
     */
    void terminated(float[] observation);

    /**
     * Tells that the episode was cut off from outside the task, as by a time limit: it would have gone on. The
     * simulation then returns.
     *
     * @param observation what is seen at last
     */
    void truncated(float[] observation);

    /** Tells whether the task was accomplished; false if never told. */
    void success(boolean accomplished);

    /** Notes a figure of the episode by name, as "fuel"; of one name the last counts. */
    void metric(String name, double value);
}
