package io.espalier.algorithms.offpolicy;

import io.espalier.algorithms.parts.ShardedUpdate;
import io.espalier.core.RandomStream;
import io.espalier.core.ReplayBuffer;
import io.espalier.core.ReplayMemory;
import io.espalier.nn.Network;

/** What the variants of soft actor-critic differ in: the losses of policy and values over a replayed sample. */
interface SoftLosses {
    /** Figures of the values' loss: sums over rows. */
    int LOSS = 0, VALUE = 1;

    /** Makes them for a sample, with values that are freshly initialised. */
    interface Maker {
        SoftLosses of(Network actor, ReplayMemory memory, ReplayBuffer.Batch batch, RandomStream initialization);
    }

    ShardedUpdate.Loss policy();

    ShardedUpdate.Loss values();

    /** The network of the values. */
    Network network();

    /** Begins an update with that weight of entropy. */
    void begin(RandomStream random, double temperature);

    /** The sum over rows of the policy's entropy, in nats, in its last update. */
    double entropy(ShardedUpdate policyUpdate);

    /** The entropy wanted, on average over rows. */
    double wantedEntropy(ShardedUpdate policyUpdate);

    /** The parameters of the slower values. */
    float[] target();

    /** Sets them. */
    void copy(float[] parameters);

    /** Moves them towards the values. */
    void moveTarget(double rate);
}
