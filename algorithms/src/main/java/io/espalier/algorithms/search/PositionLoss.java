package io.espalier.algorithms.search;

import io.espalier.algorithms.parts.ShardedUpdate;
import io.espalier.nn.Losses;
import io.espalier.nn.Network;

/**
 * AlphaZero's loss (Silver et al., arXiv:1712.01815, equation 1) over the M positions s of a minibatch, with π the shares
 * of the moves in the search, p the network's probabilities of the legal moves, z the value to be learned and v the
 * network's:
 *
 * <pre>
 *   L = 1/M Σₛ [ c · (z − v)² − Σₐ π(a)·ln p(a) ]
 * </pre>
 *
 * <p>The paper's third term, the squared norm of the parameters, is the optimiser's weight decay.
 */
final class PositionLoss implements ShardedUpdate.Loss {
    /** Figures: sums over rows. */
    static final int POLICY = 0, VALUE = 1, ENTROPY = 2;

    private final PositionBuffer buffer;
    private final double valueCoefficient;
    private final int policyHead;
    private final int valueHead;
    private final float[] probabilities;
    private final float[] logs;
    private int[] rows = {};
    private int count;

    PositionLoss(PositionBuffer buffer, double valueCoefficient, Network network, int mostRows) {
        this.buffer = buffer;
        this.valueCoefficient = valueCoefficient;
        policyHead = network.head("policy");
        valueHead = network.head("value");
        probabilities = new float[Math.multiplyExact(mostRows, buffer.actions)];
        logs = new float[probabilities.length];
    }

    /** Chooses the minibatch: positions {@code rows[0 .. number - 1]} of the buffer. */
    void rows(int[] chosen, int number) {
        rows = chosen;
        count = number;
    }

    @Override
    public void inputs(int shard, int from, int number, float[] into) {
        int size = buffer.observationSize;
        for (int i = 0; i < number; i++) {
            System.arraycopy(buffer.observations, rows[from + i] * size, into, i * size, size);
        }
    }

    @Override
    public void gradients(Network network, int from, int number, double[] figures, int at) {
        int actions = buffer.actions;
        float[] logits = network.output(policyHead);
        float[] logitGradients = network.outputGradient(policyHead);
        float[] values = network.output(valueHead);
        float[] valueGradients = network.outputGradient(valueHead);
        for (int i = 0; i < number; i++) {
            int position = rows[from + i];
            int p = (from + i) * actions;
            Losses.softmax(
                    logits, i * actions, 1, actions, buffer.legal, position * actions, probabilities, p, logs, p);
            for (int a = 0; a < actions; a++) {
                float share = buffer.shares[position * actions + a];
                boolean legal = buffer.legal[position * actions + a];
                if (share > 0) {
                    figures[at + POLICY] -= share * logs[p + a];
                    figures[at + ENTROPY] -= share * StrictMath.log(share);
                }
                // Shares sum to 1, so ∂/∂logit of −Σ π·ln p is p − π.
                logitGradients[i * actions + a] = legal ? (probabilities[p + a] - share) / count : 0;
            }
            float error = values[i] - buffer.values[position];
            figures[at + VALUE] += error * error;
            valueGradients[i] = (float) (2 * valueCoefficient * error / count);
        }
    }
}
