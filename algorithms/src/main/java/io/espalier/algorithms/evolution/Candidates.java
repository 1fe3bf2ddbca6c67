package io.espalier.algorithms.evolution;

import io.espalier.core.State;

/** The candidates of a generation, as a player makes them from what {@link Strategy#announce} wrote. */
interface Candidates {
    /** Takes a new generation. */
    void begin(State round);

    /** How many candidates are tried in one play. */
    int perPlay();

    /**
     * Writes the parameters of a candidate.
     *
     * @param play the number of the play
     * @param which which of its candidates
     */
    void parameters(int play, int which, float[] into);
}
