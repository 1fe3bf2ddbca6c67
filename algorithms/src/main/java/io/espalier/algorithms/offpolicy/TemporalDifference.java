package io.espalier.algorithms.offpolicy;

import io.espalier.core.ReplayBuffer;
import io.espalier.nn.Losses;
import io.espalier.nn.Network;
import java.util.Arrays;

/**
 * The loss of deep Q-learning. Over the B sampled rows i, with R the sum of up to n rewards, s′ what the last of those
 * steps reached, Γ the discount of its value (γᵐ after m steps, 0 where the task ended), w the importance weight, Q the
 * network and Q̄ its slower copy:
 *
 * <pre>
 *   yᵢ = Rᵢ + Γᵢ · maxₐ Q̄(s′ᵢ, a)                    (Mnih et al. 2015)
 *   yᵢ = Rᵢ + Γᵢ · Q̄(s′ᵢ, argmaxₐ Q(s′ᵢ, a))         (double: van Hasselt et al., arXiv:1509.06461, equation 4)
 *   L  = 1/B Σᵢ wᵢ · huber(Q(sᵢ, aᵢ) − yᵢ)
 * </pre>
 *
 * <p>Both maxima are over the actions allowed in s′.
 */
final class TemporalDifference implements ValueLoss {
    private final NextValues next;
    private final ReplayBuffer.Batch batch;
    private final int actions;
    private final float huberDelta;
    private final float[] wanted;
    private final double[] errors;
    private final RowFigures told;

    /**
     * @param huberDelta errors beyond it count linearly instead of squared; 0 for always squared
     */
    TemporalDifference(NextValues next, double huberDelta) {
        this.next = next;
        this.batch = next.batch;
        this.actions = next.actions;
        this.huberDelta = (float) huberDelta;
        wanted = new float[batch.rows];
        errors = new double[batch.rows];
        told = new RowFigures(batch.rows);
    }

    /** [B]: Q(sᵢ, aᵢ) − yᵢ of the last update. */
    @Override
    public double[] errors() {
        return errors;
    }

    /** What Q(sᵢ, aᵢ) should have been, of a row. */
    float wanted(int row) {
        return wanted[row];
    }

    /** Sets y of a row, for losses that differ in it alone. */
    void want(int row, double value) {
        wanted[row] = (float) value;
    }

    @Override
    public void inputs(int shard, int from, int rows, float[] into) {
        next.forward(shard, from, rows);
        float[] values = next.values(shard);
        float[] chosenBy = next.choices(shard);
        for (int i = 0; i < rows; i++) {
            int row = from + i;
            wanted[row] = (float) next.wanted(row, values[i * actions + next.best(chosenBy, i * actions, row)]);
        }
        next.encode(batch.observations, from, rows, into);
    }

    @Override
    public void figures(int from, int rows, double[] figures, int at) {
        told.sum(from, rows, figures, at);
    }

    @Override
    public void gradients(Network network, int from, int rows, double[] figures, int at) {
        float[] values = network.output(0);
        float[] gradient = network.outputGradient(0);
        Arrays.fill(gradient, 0, rows * actions, 0);
        for (int i = 0; i < rows; i++) {
            int row = from + i;
            int taken = i * actions + (int) batch.actions[row];
            float error = values[taken] - wanted[row];
            boolean squared = huberDelta == 0;
            float slope = squared ? 2 * error : Losses.huberGradient(error, huberDelta);
            gradient[taken] = batch.weights[row] * slope / batch.rows;
            errors[row] = error;
            float loss = squared ? error * error : Losses.huber(error, huberDelta);
            told.tell(row, batch.weights[row] * loss, values[taken], Math.abs(error));
        }
    }
}
