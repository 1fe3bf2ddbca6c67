package io.espalier.policy;

import io.espalier.core.Cores;
import io.espalier.core.Seeds;

/**
 * An algorithm that learns from episodes which it plays itself: those of many candidates, or games against itself. It
 * says what is played; the threads, or machines, and the environments are brought by whoever runs it.
 */
public non-sealed interface EpisodeAlgorithm extends Algorithm {
    @Override
    EpisodeLearner learner(TaskSpec task, Policy initial, Seeds seeds, Cores cores);

    /**
     * Someone who plays for the learner; one for each thread, perhaps in another process.
     *
     * @param initial the policy from which the learner started
     * @param seeds the same for all players of a run
     */
    Player player(TaskSpec task, Policy initial, Seeds seeds);
}
