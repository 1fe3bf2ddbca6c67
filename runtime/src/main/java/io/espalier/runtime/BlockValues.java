package io.espalier.runtime;

import io.espalier.core.Rollout;
import io.espalier.policy.Policy;
import io.espalier.policy.PolicySession;

/**
 * Estimates the values of a block's states all at once, when the last step is taken: nobody wants them earlier, a row's
 * value does not depend on the other rows, and a large product costs less a row than many small ones.
 */
final class BlockValues {
    private static final int ROWS = 128;

    private final PolicySession session;

    /** With a policy whose {@linkplain Policy#valuesApart values can be had later}. */
    BlockValues(Policy policy) {
        session = policy.session(ROWS);
    }

    /** Takes the policy for the block to come. */
    void load(Policy policy) {
        session.load(policy);
    }

    /** Fills in the values. */
    void fill(Rollout rollout) {
        session.values(rollout.observations, 0, rollout.rows(), rollout.values, 0);
    }
}
