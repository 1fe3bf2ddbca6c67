package io.espalier.runtime;

import io.espalier.core.MetricSink;
import io.espalier.core.Seeds;
import io.espalier.core.State;
import io.espalier.policy.EpisodeAlgorithm;
import io.espalier.policy.EpisodeLearner;
import io.espalier.policy.Policy;
import java.util.List;

/** What is the same for all who gather by plays, whoever takes them: the learner, its rounds, and the faults of each play. */
final class PlayRounds {
    private final String name;
    private final EpisodeLearner learner;
    private final Policy initial;
    private final PlayFaults faults;

    PlayRounds(EpisodeAlgorithm algorithm, GatheringParts parts, Seeds seeds) {
        name = algorithm.name();
        initial = algorithm.policy(parts.task(), seeds.child("policy"));
        learner = algorithm.learner(parts.task(), initial, seeds.child("learner"), parts.learnerCores());
        faults = new PlayFaults(parts.plan().guard());
    }

    EpisodeLearner learner() {
        return learner;
    }

    /** The policy from which the learner started. */
    Policy initial() {
        return initial;
    }

    PlayFaults faults() {
        return faults;
    }

    /** Makes ready for the coming round; returns how many plays it has. */
    int begin() {
        int plays = learner.plays();
        if (plays < 1) {
            throw new IllegalStateException(name + " announces a round of " + plays + " plays; at least 1 is needed.");
        }
        faults.plays(plays);
        return plays;
    }

    /**
     * Lets the learner learn from a round.
     *
     * @param results in order of plays
     * @param environmentSteps that the round took
     */
    void learn(List<State> results, long environmentSteps, MetricSink metrics) {
        if (environmentSteps == 0) {
            throw new IllegalStateException("A round of " + name + " took no environment step, so its budget will never"
                    + " be used up. Maybe its player does not play on the environment that it is given.");
        }
        learner.update(results, metrics);
    }

    /** Plays begin anew with each round: a round that is dropped will be played again as it was. */
    void save(State into, boolean settled) {
        if (settled) {
            faults.save(into);
        }
    }

    void load(State from) {
        faults.load(from);
    }
}
