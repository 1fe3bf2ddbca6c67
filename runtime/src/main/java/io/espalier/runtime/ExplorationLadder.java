package io.espalier.runtime;

import io.espalier.policy.ActionHead;
import io.espalier.policy.Policy;
import org.jspecify.annotations.Nullable;

/**
 * Lets each worker explore by a share of its own, from that of the learner down to nearly nothing.
 *
 * <pre>
 *   εᵢ = ε^(1 + α · i / (N − 1)),   i = 0 … N − 1
 * </pre>
 *
 * <p>Horgan et al., "Distributed prioritized experience replay", arXiv:1803.00933, section 4.1, where ε is 0.4 and α is 7.
 *
 * @param rungs N
 * @param alpha α; 0 for the same share for all
 */
record ExplorationLadder(int rungs, double alpha) {
    /** What that worker acts with; one that came later than the ladder was made stands on its last rung. */
    Policy of(Policy policy, int worker) {
        ActionHead head = lowered(policy.head().plain(), Math.min(worker, rungs - 1));
        if (alpha == 0 || head == null) {
            return policy;
        }
        ActionHead whole =
                policy.head() instanceof ActionHead.Noisy noisy ? new ActionHead.Noisy(head, noisy.seed()) : head;
        return policy.with(policy.weights(), policy.normalizer(), whole);
    }

    /**
     * Checks that a policy explores by a share.
     *
     * @throws IllegalArgumentException if it does not, and there is a ladder
     */
    void check(Policy policy) {
        if (alpha > 0 && lowered(policy.head().plain(), 0) == null) {
            throw new IllegalArgumentException(
                    "ladder (" + alpha + ") needs a policy that explores by a share of random" + " actions, not by "
                            + policy.head().text() + ". Maybe leave it out.");
        }
    }

    private @Nullable ActionHead lowered(ActionHead head, int worker) {
        if (head instanceof ActionHead.EpsilonGreedy greedy) {
            return new ActionHead.EpsilonGreedy(epsilon(greedy.epsilon(), worker));
        } else if (head instanceof ActionHead.EpsilonGreedyQuantiles greedy) {
            return new ActionHead.EpsilonGreedyQuantiles(epsilon(greedy.epsilon(), worker), greedy.quantiles());
        } else if (head instanceof ActionHead.EpsilonGreedyAtoms greedy) {
            return new ActionHead.EpsilonGreedyAtoms(
                    epsilon(greedy.epsilon(), worker), greedy.atoms(), greedy.low(), greedy.high());
        } else if (head instanceof ActionHead.Tabular table) {
            return new ActionHead.Tabular(epsilon(table.epsilon(), worker));
        }
        return null;
    }

    /** The share of a rung. */
    double epsilon(double epsilon, int worker) {
        double exponent = rungs == 1 ? 1 : 1 + alpha * worker / (rungs - 1);
        return StrictMath.pow(epsilon, exponent);
    }
}
