package io.espalier.policy;

import io.espalier.core.MetricSink;
import io.espalier.core.Rollout;
import io.espalier.core.Stateful;
import io.espalier.nn.Weights;

/** The only thing that changes parameters. Used by one thread at a time. */
public interface Learner extends Stateful {
    /**
     * Takes one block of experience and makes zero or more gradient updates. The block is the caller's and will be
     * overwritten after this call.
     *
     * @param metrics receives losses and the like, under names such as "loss/value"
     */
    void update(Rollout rollout, MetricSink metrics);

    /** The newest policy; its weights' version grows by one with each call of {@link #update}. */
    Policy policy();

    /** The newest weights. */
    default Weights weights() {
        return policy().weights();
    }

    /** Gradient updates made so far. */
    long updates();
}
