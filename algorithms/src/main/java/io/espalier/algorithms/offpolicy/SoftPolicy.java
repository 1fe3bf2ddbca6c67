package io.espalier.algorithms.offpolicy;

import io.espalier.nn.Losses;
import io.espalier.nn.Network;

/**
 * A categorical policy over some rows, with the values of their actions: soft values and what climbs them. Where a mask
 * allows nothing, as in some last states, all actions are taken for allowed.
 */
final class SoftPolicy {
    /** [rows, actions]: min Q, which the caller writes. */
    final float[] values;

    private final Network network;
    private final int actions;
    private final float[] probabilities;
    private final float[] logs;

    SoftPolicy(Network network, int rows, int actions) {
        this.network = network;
        this.actions = actions;
        values = new float[rows * actions];
        probabilities = new float[rows * actions];
        logs = new float[rows * actions];
    }

    /**
     * Computes π of encoded states.
     *
     * @param masks which actions are allowed, row {@code from} on; empty if all are
     */
    void forward(float[] states, int rows, boolean[] masks, int from) {
        network.forward(states, 0, rows);
        distributions(network.output(0), rows, masks, from);
    }

    /** Computes π of logits [rows, actions]. */
    void distributions(float[] logits, int rows, boolean[] masks, int from) {
        if (masks.length == 0) {
            Losses.softmax(logits, 0, rows, actions, null, 0, probabilities, 0, logs, 0);
            return;
        }
        for (int i = 0; i < rows; i++) {
            int mask = (from + i) * actions;
            boolean masked = allowed(masks, from + i) > 0;
            int at = i * actions;
            Losses.softmax(logits, at, 1, actions, masked ? masks : null, mask, probabilities, at, logs, at);
        }
    }

    /** How many actions a mask allows; all if there is none. */
    int allowed(boolean[] masks, int row) {
        if (masks.length == 0) {
            return actions;
        }
        int allowed = 0;
        for (int a = row * actions; a < (row + 1) * actions; a++) {
            allowed += masks[a] ? 1 : 0;
        }
        return allowed;
    }

    /** Σₐ π(a|s) · (Q(s, a) − α·ln π(a|s)) of a row: the negative of what the policy's loss is. */
    double soft(int row, double temperature) {
        double sum = 0;
        for (int i = row * actions; i < (row + 1) * actions; i++) {
            sum += probabilities[i] == 0 ? 0 : probabilities[i] * (values[i] - temperature * logs[i]);
        }
        return sum;
    }

    /** −Σₐ π(a|s)·ln π(a|s) of a row. */
    double entropy(int row) {
        double sum = 0;
        for (int i = row * actions; i < (row + 1) * actions; i++) {
            sum -= probabilities[i] == 0 ? 0 : probabilities[i] * (double) logs[i];
        }
        return sum;
    }

    /** Writes scale · ∂(−soft)/∂logits of a row: π(a)·(soft − (Q(a) − α·ln π(a))). */
    void gradient(int row, double temperature, double scale, float[] into) {
        double soft = soft(row, temperature);
        for (int i = row * actions; i < (row + 1) * actions; i++) {
            double own = probabilities[i] == 0 ? soft : values[i] - temperature * logs[i];
            into[i] = (float) (scale * probabilities[i] * (soft - own));
        }
    }
}
