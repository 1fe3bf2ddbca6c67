package io.espalier.policy;

import io.espalier.core.Box;
import io.espalier.core.Discrete;
import io.espalier.core.MultiBinary;
import io.espalier.core.MultiDiscrete;
import io.espalier.core.Space;
import io.espalier.nn.Network;
import io.espalier.nn.NetworkSpec;
import java.util.Arrays;
import java.util.List;

/**
 * What does not change while a policy is trained: spaces, network and kind of head; and what follows from them. Checked
 * once; shared by all policies that come from one another.
 */
final class Structure {
    /** A table's index must be exact as a float. */
    private static final long MOST_STATES = 1 << 24;

    final Space observationSpace;
    final Space actionSpace;
    final boolean masked;
    final NetworkSpec spec;
    final Class<? extends ActionHead> headKind;
    /** Numbers of the head's output for each action. */
    final int outputsPerAction;

    final int[] inputShape;
    final int inputSize;
    final int parameterCount;
    /** Floats that the network remembers of a row. */
    final int stateSize;

    final List<Network.Tensor> tensors;
    /** Which network output the head reads. */
    final int main;
    /** Which network output has the logarithms of standard deviations, or -1. */
    final int logStd;
    /** Which network output a table samples by: the main one, unless there is one for it. */
    final int explore;
    /** Which network output estimates the value, or -1. */
    final int value;
    /** Whether the value's part of the network shares nothing with the others, and can be left for later. */
    final boolean valueApart;
    /** Whether the network has noisy layers. */
    final boolean noisy;
    /** The choices of each discrete component of an action; none for a box. */
    final int[] counts;

    Structure(Space observationSpace, Space actionSpace, boolean masked, NetworkSpec spec, ActionHead noisyHead) {
        ActionHead head = noisyHead.plain();
        this.observationSpace = observationSpace;
        this.actionSpace = actionSpace;
        this.masked = masked;
        this.spec = spec;
        headKind = head.getClass();
        outputsPerAction = head.outputsPerAction();
        counts = counts(actionSpace);
        if (masked && counts.length == 0) {
            throw new IllegalArgumentException("masked (true) needs discrete actions, not " + actionSpace.text()
                    + ". Maybe cut actions to bounds in the environment instead.");
        }
        noisy = spec.noisy();
        if (noisyHead instanceof ActionHead.Noisy && !noisy) {
            throw new IllegalArgumentException("head " + noisyHead.text() + " needs noisy layers; there are none in "
                    + spec.text() + ". Maybe use " + head.text() + ".");
        }
        boolean tabular = head instanceof ActionHead.Tabular;
        inputShape = inputShape(observationSpace, head);
        Network network = new Network(spec, inputShape, 1);
        inputSize = network.inputSize();
        parameterCount = network.parameterCount();
        stateSize = network.stateSize();
        tensors = network.tensors();
        boolean values = tabular
                || head instanceof ActionHead.EpsilonGreedy
                || head instanceof ActionHead.EpsilonGreedyQuantiles
                || head instanceof ActionHead.EpsilonGreedyAtoms;
        main = output(network, values ? ActionHead.Q : ActionHead.POLICY, head);
        value = network.hasHead(ActionHead.VALUE) ? network.head(ActionHead.VALUE) : -1;
        valueApart = value >= 0 && stateSize == 0 && !noisy && spec instanceof NetworkSpec.Heads;
        boolean explores = tabular && network.heads() > 1 && network.hasHead(ActionHead.EXPLORE);
        explore = explores ? network.head(ActionHead.EXPLORE) : main;
        boolean gaussian = head instanceof ActionHead.DiagonalGaussian || head instanceof ActionHead.SquashedGaussian;
        logStd = gaussian ? output(network, ActionHead.LOG_STD, head) : -1;
        checkActions(network, head, values, gaussian);
        if (value >= 0 && network.headSize(value) != 1) {
            throw new IllegalArgumentException("output \"value\" (" + network.headSize(value)
                    + " elements) must have 1. Maybe end it in dense(1).");
        }
        if (tabular) {
            checkTable(network);
        }
    }

    /** The shape of one row of the network's input. */
    static int[] inputShape(Space space, ActionHead head) {
        if (head instanceof ActionHead.Tabular) {
            return new int[] {1};
        }
        return space instanceof Box box ? box.shape() : new int[] {space.encodedSize()};
    }

    private static int[] counts(Space space) {
        if (space instanceof Discrete discrete) {
            return new int[] {discrete.n()};
        } else if (space instanceof MultiDiscrete several) {
            int[] counts = new int[several.components()];
            Arrays.setAll(counts, several::count);
            return counts;
        } else if (space instanceof MultiBinary bits) {
            int[] counts = new int[bits.n()];
            Arrays.fill(counts, 2);
            return counts;
        }
        return new int[0];
    }

    private static int output(Network network, String name, ActionHead head) {
        if (network.heads() == 1 && !name.equals(ActionHead.LOG_STD)) {
            return 0;
        }
        if (!network.hasHead(name)) {
            throw new IllegalArgumentException("head " + head.text() + " needs a network output \"" + name
                    + "\"; there is none in " + network.spec().text() + ". Maybe name one so in heads(...).");
        }
        return network.head(name);
    }

    private void checkActions(Network network, ActionHead head, boolean values, boolean gaussian) {
        boolean squashed =
                head instanceof ActionHead.SquashedGaussian || head instanceof ActionHead.SquashedDeterministic;
        boolean real = gaussian || squashed || head instanceof ActionHead.Deterministic;
        if ((real != actionSpace instanceof Box) || (values && !(actionSpace instanceof Discrete))) {
            String rule = real ? "a box" : values ? "discrete(n)" : "discrete actions";
            throw new IllegalArgumentException("head " + head.text() + " needs " + rule + " for an action space, not "
                    + actionSpace.text() + ". Maybe use "
                    + (actionSpace instanceof Box ? "diagonal-gaussian." : "categorical."));
        }
        if (squashed) {
            checkBounded((Box) actionSpace, head);
        }
        long wanted = real ? actionSpace.size() : (long) actionSpace.choices() * outputsPerAction;
        checkSize(network, main, wanted);
        checkSize(network, explore, wanted);
        if (gaussian) {
            checkSize(network, logStd, wanted);
        }
    }

    private static void checkBounded(Box box, ActionHead head) {
        for (int i = 0; i < box.size(); i++) {
            float width = box.high(i) - box.low(i);
            if (!(width > 0) || Float.isInfinite(width)) {
                throw new IllegalArgumentException("head " + head.text() + " needs a box with finite bounds and low <"
                        + " high, not " + box.text() + ". Maybe use diagonal-gaussian, or give the actions bounds.");
            }
        }
    }

    private void checkSize(Network network, int output, long wanted) {
        if (network.headSize(output) != wanted) {
            throw new IllegalArgumentException("output \"" + network.headName(output) + "\" ("
                    + network.headSize(output) + " elements) must have " + wanted + " for " + actionSpace.text()
                    + ". Maybe end it in dense(" + wanted + ").");
        }
    }

    private void checkTable(Network network) {
        if (stateSize > 0) {
            throw new IllegalArgumentException("head tabular needs a network without memory, not " + spec.text()
                    + ". Maybe use embedding(states, actions).");
        }
        int[] digits = counts(observationSpace);
        if (digits.length == 0 || observationSpace instanceof MultiBinary) {
            throw new IllegalArgumentException("head tabular needs discrete or multi-discrete observations, not "
                    + observationSpace.text() + ". Maybe use another algorithm.");
        }
        long states = 1;
        for (int digit : digits) {
            states = Math.multiplyExact(states, (long) digit);
            if (states > MOST_STATES) {
                throw new IllegalArgumentException(observationSpace.text() + " has more than " + MOST_STATES
                        + " values, too many for a table. Maybe use a network.");
            }
        }
        // Reading the last index shows whether the table is long enough.
        network.forward(new float[] {states - 1}, 0, 1);
    }

    /** Refuses a policy that a session of this structure cannot run. */
    void checkSame(Structure other) {
        if (!spec.equals(other.spec)) {
            throw mismatch("network", other.spec.text(), spec.text());
        }
        if (!observationSpace.equals(other.observationSpace)) {
            throw mismatch("observation space", other.observationSpace.text(), observationSpace.text());
        }
        if (!actionSpace.equals(other.actionSpace)) {
            throw mismatch("action space", other.actionSpace.text(), actionSpace.text());
        }
        if (headKind != other.headKind || outputsPerAction != other.outputsPerAction) {
            throw mismatch("head", other.headText(), headText());
        }
        if (masked != other.masked) {
            throw mismatch("masked", String.valueOf(other.masked), String.valueOf(masked));
        }
    }

    /** Whether a policy with that head has this structure, if all else is the same. */
    boolean fits(ActionHead head) {
        return head.plain().getClass() == headKind
                && head.outputsPerAction() == outputsPerAction
                && (noisy || !(head instanceof ActionHead.Noisy));
    }

    private String headText() {
        return headKind.getSimpleName() + (outputsPerAction == 1 ? "" : " of " + outputsPerAction);
    }

    private static IllegalArgumentException mismatch(String what, String got, String wanted) {
        return new IllegalArgumentException(what + " (" + got + ") must be the session's (" + wanted
                + "). Maybe make a new session from this policy.");
    }
}
