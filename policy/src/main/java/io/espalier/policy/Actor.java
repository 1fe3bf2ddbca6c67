package io.espalier.policy;

import io.espalier.core.Box;
import io.espalier.core.RandomStream;
import io.espalier.nn.Network;

/** One kind of head at work on a network's outputs. */
abstract class Actor {
    /** The actor for a policy's head, reading the outputs of that network. */
    static Actor of(Policy policy, Network network) {
        Structure structure = policy.structure();
        ActionHead head = policy.head().plain();
        float[] main = network.output(structure.main);
        if (head instanceof ActionHead.Categorical) {
            return new CategoricalActor(structure.counts, main);
        } else if (head instanceof ActionHead.DiagonalGaussian) {
            return new GaussianActor(policy.actionSpace().size(), main, network.output(structure.logStd));
        } else if (head instanceof ActionHead.Deterministic) {
            return new DeterministicActor(policy.actionSpace().size(), main);
        } else if (head instanceof ActionHead.SquashedGaussian) {
            return new SquashedActor((Box) policy.actionSpace(), main, network.output(structure.logStd), head);
        } else if (head instanceof ActionHead.SquashedDeterministic) {
            return new SquashedActor((Box) policy.actionSpace(), main, new float[0], head);
        }
        if (head.outputsPerAction() > 1) {
            return new DistributionActor(policy.actionSpace().choices(), network.capacity(), main, head);
        }
        float[] explore = network.output(structure.explore);
        return new GreedyActor(policy.actionSpace().choices(), main, explore, head);
    }

    /** Takes the parameters of a head of the same kind over. */
    void load(ActionHead head) {}

    /** As {@link PolicySession#act}, after the forward pass. */
    abstract void act(
            int rows,
            boolean[] masks,
            int maskAt,
            RandomStream[] streams,
            int firstStream,
            boolean greedy,
            float[] actions,
            int actionsAt,
            float[] logProbabilities,
            int rowsAt);

    /** The allowed choice with the largest of {@code scores[at .. at + count - 1]}, the lowest among equals. */
    static int best(float[] scores, int at, int count, boolean[] masks, int maskAt, int row) {
        boolean masked = masks.length > 0;
        int best = -1;
        boolean finite = true;
        for (int j = 0; j < count; j++) {
            float score = scores[at + j];
            finite &= Math.abs(score) <= Float.MAX_VALUE;
            if ((!masked || masks[maskAt + j]) && (best < 0 || score > scores[at + best])) {
                best = j;
            }
        }
        if (!finite) {
            throw notFinite(row);
        }
        if (best < 0) {
            throw nothingAllowed(row, count);
        }
        return best;
    }

    static IllegalStateException notFinite(int row) {
        return new IllegalStateException("the network's output for row " + row + " is not finite."
                + " Maybe the observation is not, or training diverged: try a lower learning rate.");
    }

    static IllegalArgumentException nothingAllowed(int row, int count) {
        return new IllegalArgumentException("the mask of row " + row + " allows none of " + count
                + " choices. Maybe the environment should end the episode when nothing is allowed.");
    }
}
