package io.espalier.algorithms.search;

import io.espalier.core.Game;
import io.espalier.nn.Losses;
import io.espalier.nn.Network;
import io.espalier.policy.Policy;

/** Asks a policy's network about several positions at once: the probabilities of their moves, and their values. */
final class GameNetwork {
    private final Network network;
    private final int actions;
    private final int policyHead;
    private final int valueHead;
    private final float[] observations;
    private final float[] logarithms;
    private int rows;

    /** Probabilities of the moves [rows, actions] after {@link #evaluate}; 0 for those that are not legal. */
    final float[] probabilities;

    /** Which moves are legal [rows, actions]. */
    final boolean[] legal;

    /**
     * @param policy with heads "policy" and "value"; reads observations from a box as they are
     * @param mostRows positions at once
     */
    GameNetwork(Policy policy, int mostRows) {
        if (!policy.normalizer().isIdentity()) {
            throw new IllegalArgumentException(
                    "policy must see observations as they are. Maybe it was not learned by alphazero.");
        }
        network = policy.network(mostRows);
        actions = policy.actionSpace().choices();
        policyHead = network.head("policy");
        valueHead = network.head("value");
        observations = new float[Math.multiplyExact(mostRows, network.inputSize())];
        probabilities = new float[Math.multiplyExact(mostRows, actions)];
        logarithms = new float[probabilities.length];
        legal = new boolean[probabilities.length];
    }

    /** Takes other parameters. */
    void load(float[] parameters) {
        System.arraycopy(parameters, 0, network.parameters(), 0, network.parameterCount());
        network.parametersChanged();
    }

    int actions() {
        return actions;
    }

    int observationSize() {
        return network.inputSize();
    }

    /** Forgets all rows. */
    void clear() {
        rows = 0;
    }

    /** Adds a position as the next row. */
    void add(Game position) {
        position.observe(observations, rows * network.inputSize());
        position.actionMask(legal, rows * actions);
        rows++;
    }

    /** Asks about all rows; the network must be asked about one at least. */
    void evaluate() {
        network.forward(observations, 0, rows);
        Losses.softmax(network.output(policyHead), 0, rows, actions, legal, 0, probabilities, 0, logarithms, 0);
    }

    /** The value of a row to who is to move there. */
    float value(int row) {
        return network.output(valueHead)[row];
    }
}
