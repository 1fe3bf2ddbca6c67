package io.espalier.algorithms.parts;

import io.espalier.core.Rollout;
import io.espalier.core.State;
import io.espalier.nn.Network;
import io.espalier.nn.Weights;
import io.espalier.policy.Normalizer;
import io.espalier.policy.Policy;

/**
 * The newest policy of a learner: each has the next version of the weights, and, where wanted, a normaliser made of the
 * running mean and deviation of all observations so far.
 */
public final class Publication {
    private final boolean normalizes;
    private final Normalizer.Statistics observations;
    private Policy policy;

    /**
     * @param initial the first policy
     * @param normalizes whether observations are to be scaled
     */
    public Publication(Policy initial, boolean normalizes) {
        this.normalizes = normalizes;
        policy = initial;
        observations = new Normalizer.Statistics(initial.observationSpace().size());
    }

    /** The newest policy. */
    public Policy policy() {
        return policy;
    }

    /** Publishes the network's parameters as the next policy, after what {@code rollout} has shown. */
    public void publish(Rollout rollout, Network network) {
        Normalizer normalizer = policy.normalizer();
        if (normalizes) {
            observations.add(rollout.observations, 0, rollout.rows());
            normalizer = observations.normalizer();
        }
        Weights weights = Weights.copyOf(policy.weights().version() + 1, network.parameters());
        policy = policy.with(weights, normalizer, policy.head());
    }

    /** Puts statistics and version into a state. */
    public void save(State into) {
        observations.save(into.child("observations"));
        into.putLong("version", policy.weights().version());
    }

    /** Takes statistics and version from a state; the parameters are those that the network has by now. */
    public void load(State from, Network network) {
        observations.load(from.child("observations"));
        Normalizer normalizer = normalizes ? observations.normalizer() : policy.normalizer();
        policy = policy.with(Weights.copyOf(from.getLong("version"), network.parameters()), normalizer, policy.head());
    }
}
