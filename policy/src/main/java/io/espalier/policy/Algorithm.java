package io.espalier.policy;

import io.espalier.core.Cores;
import io.espalier.core.Seeds;

/**
 * A recipe for learning: from the task and its settings it makes the first policy and the learner, and says how
 * experience is gathered. It never knows how it is executed: on one thread, many, or many machines.
 */
public interface Algorithm {
    /** Its name on the command line, as "ppo". */
    String name();

    /** The settings it was made with. */
    Record settings();

    /** How many copies of the environment are stepped together. */
    int environments();

    /** How many steps each copy takes between two calls of {@link Learner#update}. */
    int rolloutSteps();

    /**
     * The policy before any learning.
     *
     * @throws IllegalArgumentException if the algorithm cannot handle the task's spaces
     */
    Policy policy(TaskSpec task, Seeds seeds);

    /**
     * The learner that starts from that policy.
     *
     * @param cores where its parallel work is done; its results must not depend on their number
     */
    Learner learner(TaskSpec task, Policy initial, Seeds seeds, Cores cores);
}
