package io.espalier.algorithms.offpolicy;

import io.espalier.core.ReplayBuffer;
import io.espalier.nn.Losses;
import io.espalier.nn.Network;
import io.espalier.nn.ValueDistributions;
import java.util.Arrays;

/**
 * The loss of C51 (Bellemare et al., arXiv:1707.06887, algorithm 1). The network gives probabilities pₖ(s, a) of N atoms zₖ
 * of the return of each action, its slower copy p̄ₖ. With R, Γ and w as in {@link TemporalDifference}:
 *
 * <pre>
 *   a* = argmaxₐ Σₖ zₖ · p̄ₖ(s′ᵢ, a)               double: by p
 *   m  = the distribution of Rᵢ + Γᵢ·z, z from p̄(s′ᵢ, a*), shared out to the atoms
 *   L  = 1/B Σᵢ wᵢ Σₖ mₖ · (ln mₖ − ln pₖ(sᵢ, aᵢ))
 * </pre>
 */
final class CategoricalProjection implements ValueLoss {
    private final NextValues next;
    private final ReplayBuffer.Batch batch;
    private final int actions;
    private final int atoms;
    private final double low;
    private final double high;
    private final float[][] means;
    private final float[][] probabilities;
    private final float[][] logs;
    private final float[] wanted;
    private final double[] errors;
    private final RowFigures told;
    private final float[] p;
    private final float[] logP;
    private final float[] mean;

    /**
     * @param low the least return that can be told
     * @param high the greatest
     */
    CategoricalProjection(NextValues next, double low, double high) {
        this.next = next;
        this.batch = next.batch;
        this.low = low;
        this.high = high;
        actions = next.actions;
        atoms = next.outputsPerAction();
        int most = next.shardRows() * actions;
        means = new float[next.places()][most];
        probabilities = new float[next.places()][most * atoms];
        logs = new float[next.places()][most * atoms];
        wanted = new float[batch.rows * atoms];
        errors = new double[batch.rows];
        told = new RowFigures(batch.rows);
        p = new float[batch.rows * atoms];
        logP = new float[batch.rows * atoms];
        mean = new float[batch.rows];
    }

    /** [B]: the divergence of each row of the last update. */
    @Override
    public double[] errors() {
        return errors;
    }

    @Override
    public void inputs(int shard, int from, int rows, float[] into) {
        next.forward(shard, from, rows);
        float[] values = next.values(shard);
        float[] chance = probabilities[shard];
        float[] value = means[shard];
        Losses.softmax(next.choices(shard), 0, rows * actions, atoms, null, 0, chance, 0, logs[shard], 0);
        ValueDistributions.atomMeans(chance, 0, rows * actions, atoms, low, high, value, 0);
        for (int i = 0; i < rows; i++) {
            int row = from + i;
            int best = (i * actions + next.best(value, i * actions, row)) * atoms;
            // Only the chosen action's distribution is wanted of the slower copy.
            Losses.softmax(values, best, 1, atoms, null, 0, chance, best, logs[shard], best);
            ValueDistributions.project(
                    chance, best, atoms, low, high, batch.rewards[row], batch.discounts[row], wanted, row * atoms);
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
        Arrays.fill(gradient, 0, rows * actions * atoms, 0);
        for (int i = 0; i < rows; i++) {
            int row = from + i;
            int own = row * atoms;
            int taken = (i * actions + (int) batch.actions[row]) * atoms;
            float weight = batch.weights[row];
            Losses.softmax(values, taken, 1, atoms, null, 0, p, own, logP, own);
            double loss = ValueDistributions.divergence(
                    wanted, own, p, logP, own, atoms, weight / batch.rows, gradient, taken);
            errors[row] = loss;
            ValueDistributions.atomMeans(p, own, 1, atoms, low, high, mean, row);
            float value = mean[row];
            ValueDistributions.atomMeans(wanted, own, 1, atoms, low, high, mean, row);
            told.tell(row, weight * loss, value, Math.abs(value - mean[row]));
        }
    }
}
