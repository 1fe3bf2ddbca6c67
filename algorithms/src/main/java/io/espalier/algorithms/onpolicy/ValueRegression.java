package io.espalier.algorithms.onpolicy;

import io.espalier.algorithms.parts.ShardedUpdate;
import io.espalier.nn.Network;

/**
 * The squared error of values alone, 1/M Σₜ (vₜ − Rₜ)², for learners that fit the value apart from the policy. The network
 * has the one head "value".
 */
final class ValueRegression implements ShardedUpdate.Loss {
    /** A figure: the sum of squared errors. */
    static final int VALUE = 0;

    private final int inputSize;
    private final float[] inputs;
    private final float[] returns;

    private int[] order = {};
    private int first;
    private int count;

    /**
     * @param inputs [rows, input size]: observations as the network reads them; filled anew for each rollout
     * @param returns [rows]: Rₜ, likewise
     */
    ValueRegression(int inputSize, float[] inputs, float[] returns) {
        this.inputSize = inputSize;
        this.inputs = inputs;
        this.returns = returns;
    }

    /** Chooses the minibatch: rows[from .. to-1]. */
    void minibatch(int[] rows, int from, int to) {
        order = rows;
        first = from;
        count = to - from;
    }

    @Override
    public void inputs(int shard, int from, int number, float[] into) {
        for (int i = 0; i < number; i++) {
            System.arraycopy(inputs, order[first + from + i] * inputSize, into, i * inputSize, inputSize);
        }
    }

    @Override
    public void gradients(Network network, int from, int number, double[] figures, int at) {
        float[] values = network.output(0);
        float[] gradient = network.outputGradient(0);
        for (int i = 0; i < number; i++) {
            float error = values[i] - returns[order[first + from + i]];
            figures[at + VALUE] += error * error;
            gradient[i] = 2 * error / count;
        }
    }
}
