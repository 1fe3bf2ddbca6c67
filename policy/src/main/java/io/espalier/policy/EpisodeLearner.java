package io.espalier.policy;

import io.espalier.core.MetricSink;
import io.espalier.core.State;
import java.util.List;

/** The learner of an {@link EpisodeAlgorithm}: it announces a round, has it played, and learns from what came of it. */
public interface EpisodeLearner extends Learner {
    /** How many plays the coming round has; at least 1. */
    int plays();

    /** What {@link Player}s must know of the coming round: parameters, its number. Not changed afterwards. */
    State round();

    /**
     * Learns from a round.
     *
     * @param results what {@link Player#play} gave, in the order of the plays' numbers
     * @param metrics receives losses and the like, under names such as "loss/value"
     */
    void update(List<State> results, MetricSink metrics);
}
