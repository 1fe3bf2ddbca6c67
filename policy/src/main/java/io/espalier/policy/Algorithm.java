package io.espalier.policy;

import io.espalier.core.Cores;
import io.espalier.core.Seeds;

/**
 * A recipe for learning: from the task and its settings it makes the first policy and the learner, and says how
 * experience is gathered. It never knows how it is executed: on one thread, many, or many machines.
 *
 * <p>There are two ways to gather: {@link RolloutAlgorithm} has environments stepped together for a fixed number of
 * steps, {@link EpisodeAlgorithm} plays episodes of its own making.
 */
public sealed interface Algorithm permits RolloutAlgorithm, EpisodeAlgorithm {
    /** Its name on the command line, as "ppo". */
    String name();

    /** The settings it was made with. */
    Record settings();

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
