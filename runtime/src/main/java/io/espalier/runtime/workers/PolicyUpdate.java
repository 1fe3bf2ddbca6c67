package io.espalier.runtime.workers;

import io.espalier.nn.Weights;
import io.espalier.policy.ActionHead;
import io.espalier.policy.Normalizer;
import io.espalier.policy.Policy;

/** What changes in a policy while it is trained. The weights' version tells which is newer. */
public record PolicyUpdate(Weights weights, Normalizer normalizer, ActionHead head) implements Message {
    /** That of a policy. */
    public static PolicyUpdate of(Policy policy) {
        return new PolicyUpdate(policy.weights(), policy.normalizer(), policy.head());
    }

    /** The policy, made from another of the same structure. */
    public Policy onto(Policy base) {
        return base.with(weights, normalizer, head);
    }
}
