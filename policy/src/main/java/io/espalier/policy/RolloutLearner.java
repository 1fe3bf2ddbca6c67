package io.espalier.policy;

import io.espalier.core.MetricSink;
import io.espalier.core.Rollout;

/** The learner of a {@link RolloutAlgorithm}. */
public interface RolloutLearner extends Learner {
    /**
     * Takes one block of experience and makes zero or more gradient updates. The block is the caller's and will be
     * overwritten after this call.
     *
     * @param metrics receives losses and the like, under names such as "loss/value"
     */
    void update(Rollout rollout, MetricSink metrics);
}
