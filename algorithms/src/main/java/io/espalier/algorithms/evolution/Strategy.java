package io.espalier.algorithms.evolution;

import io.espalier.core.MetricSink;
import io.espalier.core.State;
import io.espalier.core.Stateful;

/**
 * What one way of evolution decides for itself: whom to try, and what to make of their returns. {@link PopulationLearner}
 * does what all ways share.
 */
interface Strategy extends Stateful {
    /** How many plays a generation has. */
    int plays();

    /** How many candidates are tried in one play, one after the other. */
    int perPlay();

    /**
     * Writes what {@link Candidates} must know of the coming generation.
     *
     * @param noise its seed
     */
    void announce(long noise, State round);

    /**
     * Learns from a generation.
     *
     * @param noise its seed
     * @param returns of all candidates, those of a play side by side; finite
     * @param progress how far along its budget the run is, 0 to 1
     */
    void learn(long noise, double[] returns, double progress, MetricSink metrics);

    /** The parameters of the policy to publish; live. */
    float[] parameters();
}
