package io.espalier.cluster;

import io.espalier.nn.Weights;
import io.espalier.policy.ActionHead;
import io.espalier.policy.Normalizer;
import io.espalier.runtime.workers.PolicyUpdate;

/** Makes policy updates. */
final class Updates {
    private Updates() {}

    static PolicyUpdate of(long version, int size) {
        float[] weights = new float[size];
        for (int i = 0; i < size; i++) {
            weights[i] = i;
        }
        return new PolicyUpdate(Weights.copyOf(version, weights), Normalizer.identity(), new ActionHead.Tabular(0.5));
    }
}
