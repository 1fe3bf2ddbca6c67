package io.espalier.policy;

import io.espalier.core.Environment;
import io.espalier.core.State;

/** Plays the episodes of an {@link EpisodeAlgorithm}. Used by one thread at a time. */
public interface Player {
    /** Takes the {@linkplain EpisodeLearner#round round} to come. */
    void begin(State round);

    /**
     * Plays one part of the round: one episode or several, from a reset.
     *
     * @param number 0 to {@link EpisodeLearner#plays} - 1; with the round, it decides everything that is drawn, so that
     *     it does not matter who plays it
     * @param attempt 0 at first; higher when the environment failed in the attempt before, and other seeds must be tried
     * @param environment used for nothing else meanwhile; guarded, and its steps and episodes are counted
     * @return what the learner wants to know
     */
    State play(int number, int attempt, Environment environment);
}
