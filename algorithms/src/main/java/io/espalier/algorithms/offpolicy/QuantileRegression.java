package io.espalier.algorithms.offpolicy;

import io.espalier.core.ReplayBuffer;
import io.espalier.nn.Network;
import io.espalier.nn.ValueDistributions;
import java.util.Arrays;

/**
 * The loss of QR-DQN (Dabney et al., arXiv:1710.10044, algorithm 1). The network gives N quantiles θₖ(s, a) of the return
 * of each action, its slower copy θ̄ₖ. With R, Γ and w as in {@link TemporalDifference}:
 *
 * <pre>
 *   a* = argmaxₐ 1/N Σₖ θ̄ₖ(s′ᵢ, a)               double: by θ
 *   yⱼ = Rᵢ + Γᵢ · θ̄ⱼ(s′ᵢ, a*)
 *   L  = 1/B Σᵢ wᵢ Σₖ 1/N Σⱼ |τₖ − [u &lt; 0]| · huber(u, κ)/κ,   u = yⱼ − θₖ(sᵢ, aᵢ),   τₖ = (2k + 1)/2N
 * </pre>
 */
final class QuantileRegression implements ValueLoss {
    private final NextValues next;
    private final ReplayBuffer.Batch batch;
    private final int actions;
    private final int count;
    private final float kappa;
    private final float[][] means;
    private final float[] wanted;
    private final double[] errors;
    private final RowFigures told;

    /**
     * @param kappa κ; 0 for quantile regression without Huber's loss
     */
    QuantileRegression(NextValues next, double kappa) {
        this.next = next;
        this.batch = next.batch;
        this.kappa = (float) kappa;
        actions = next.actions;
        count = next.outputsPerAction();
        means = new float[next.places()][next.shardRows() * actions];
        wanted = new float[batch.rows * count];
        errors = new double[batch.rows];
        told = new RowFigures(batch.rows);
    }

    /** [B]: the loss of each row of the last update. */
    @Override
    public double[] errors() {
        return errors;
    }

    @Override
    public void inputs(int shard, int from, int rows, float[] into) {
        next.forward(shard, from, rows);
        float[] values = next.values(shard);
        float[] mean = means[shard];
        ValueDistributions.quantileMeans(next.choices(shard), 0, rows * actions, count, mean, 0);
        for (int i = 0; i < rows; i++) {
            int row = from + i;
            int best = (i * actions + next.best(mean, i * actions, row)) * count;
            for (int j = 0; j < count; j++) {
                wanted[row * count + j] = (float) next.wanted(row, values[best + j]);
            }
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
        Arrays.fill(gradient, 0, rows * actions * count, 0);
        for (int i = 0; i < rows; i++) {
            int row = from + i;
            int taken = (i * actions + (int) batch.actions[row]) * count;
            float weight = batch.weights[row];
            double loss = ValueDistributions.quantileHuber(
                    values, taken, count, wanted, row * count, count, kappa, weight / batch.rows, gradient, taken);
            float value = mean(values, taken);
            errors[row] = loss;
            told.tell(row, weight * loss, value, Math.abs(value - mean(wanted, row * count)));
        }
    }

    private float mean(float[] quantiles, int at) {
        float sum = 0;
        for (int j = at; j < at + count; j++) {
            sum += quantiles[j];
        }
        return sum / count;
    }
}
