package io.espalier.algorithms.evolution;

import io.espalier.core.Cores;
import io.espalier.core.State;
import io.espalier.core.Stateful;
import org.hipparchus.linear.EigenDecompositionSymmetric;
import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.RealMatrix;

/**
 * A normal distribution N(m, σ²·C) that moves, widens and turns towards what proved good: Hansen, "The CMA evolution
 * strategy: a tutorial", arXiv:1604.00772, figure 6 and equations 49 to 58 (active update: bad candidates count, too).
 * With n parameters and C = B·D²·Bᵀ,
 *
 * <pre>
 *   yₖ = B·D·zₖ,  zₖ ~ N(0, I);   xₖ = m + σ·yₖ;   i:λ is the i-th best
 *   ⟨y⟩ = Σ_{i ≤ μ} wᵢ·y_{i:λ};   m ← m + σ·⟨y⟩
 *   p_σ ← (1 − c_σ)·p_σ + √(c_σ(2 − c_σ)μ_eff) · C^(−½)·⟨y⟩
 *   σ  ← σ · exp( c_σ/d_σ · (‖p_σ‖ / E‖N(0, I)‖ − 1) )
 *   p_c ← (1 − c_c)·p_c + h_σ·√(c_c(2 − c_c)μ_eff) · ⟨y⟩
 *   C  ← (1 + c₁·δ(h_σ) − c₁ − c_μ·Σ wⱼ)·C + c₁·p_c·p_cᵀ + c_μ Σ wᵢ°·y_{i:λ}·y_{i:λ}ᵀ
 * </pre>
 *
 * <p>Time per generation is that of λ·n² multiplications, done in parallel over rows, and now and then of an
 * eigendecomposition. Everything is in double.
 */
final class CovarianceAdaptation implements Stateful {
    /** Squared axes are kept above the longest one's by this factor: what is flatter cannot be told from noise. */
    private static final double FLATTEST = 1e-14;

    final int size;
    final CovarianceRates rates;
    final double[] mean;
    private final Cores cores;
    private final double[][] covariance;
    private final double[][] axes;
    private final double[] lengths;
    private final double[] pathOfSteps;
    private final double[] pathOfCovariance;
    private double deviation;
    private long generation;
    private long decomposed;

    /**
     * @param mean where the distribution starts
     * @param deviation σ at the start
     */
    CovarianceAdaptation(double[] mean, double deviation, CovarianceRates rates, Cores cores) {
        this.mean = mean.clone();
        this.deviation = deviation;
        this.rates = rates;
        this.cores = cores;
        size = mean.length;
        covariance = new double[size][size];
        axes = new double[size][size];
        lengths = new double[size];
        pathOfSteps = new double[size];
        pathOfCovariance = new double[size];
        for (int i = 0; i < size; i++) {
            covariance[i][i] = 1;
            axes[i][i] = 1;
            lengths[i] = 1;
        }
    }

    /** σ. */
    double deviation() {
        return deviation;
    }

    /** An element of C. */
    double covariance(int i, int j) {
        return covariance[i][j];
    }

    /** The ratio of the longest axis to the shortest. */
    double axisRatio() {
        double longest = 0;
        double shortest = Double.POSITIVE_INFINITY;
        for (double length : lengths) {
            longest = Math.max(longest, length);
            shortest = Math.min(shortest, length);
        }
        return longest / shortest;
    }

    /** yₖ = B·D·zₖ for each k. */
    double[][] stretch(double[][] z) {
        double[][] y = new double[z.length][size];
        cores.run(size, (i, thread) -> {
            for (int k = 0; k < z.length; k++) {
                double sum = 0;
                for (int j = 0; j < size; j++) {
                    sum += axes[i][j] * lengths[j] * z[k][j];
                }
                y[k][i] = sum;
            }
        });
        return y;
    }

    /**
     * Learns from a generation.
     *
     * @param z what was drawn for each candidate
     * @param y what {@link #stretch} made of it
     * @param order the candidates from the best to the worst
     */
    void learn(double[][] z, double[][] y, int[] order) {
        generation++;
        double[] step = weighted(y, order);
        double[] white = rotated(weighted(z, order));
        double keep = 1 - rates.stepPath;
        double gain = Math.sqrt(rates.stepPath * (2 - rates.stepPath) * rates.effective);
        double norm = 0;
        for (int i = 0; i < size; i++) {
            mean[i] += deviation * step[i];
            pathOfSteps[i] = keep * pathOfSteps[i] + gain * white[i];
            norm += pathOfSteps[i] * pathOfSteps[i];
        }
        norm = Math.sqrt(norm);
        double settled = Math.sqrt(1 - StrictMath.pow(keep, 2.0 * generation));
        boolean moves = norm / settled < (1.4 + 2.0 / (size + 1)) * rates.expectedNorm;
        double gainOfCovariance =
                moves ? Math.sqrt(rates.covariancePath * (2 - rates.covariancePath) * rates.effective) : 0;
        for (int i = 0; i < size; i++) {
            pathOfCovariance[i] = (1 - rates.covariancePath) * pathOfCovariance[i] + gainOfCovariance * step[i];
        }
        turn(y, rates.signed(z, order), order, moves);
        deviation *= StrictMath.exp(rates.stepPath / rates.damping * (norm / rates.expectedNorm - 1));
        if (generation - decomposed >= rates.generationsPerDecomposition) {
            decompose();
        }
    }

    /** Σ_{i ≤ μ} wᵢ·v_{i:λ}. */
    private double[] weighted(double[][] vectors, int[] order) {
        double[] sum = new double[size];
        for (int i = 0; i < rates.parents; i++) {
            double[] vector = vectors[order[i]];
            for (int j = 0; j < size; j++) {
                sum[j] += rates.weights[i] * vector[j];
            }
        }
        return sum;
    }

    /** B·v: for C^(−½)·B·D·z is B·z. */
    private double[] rotated(double[] vector) {
        double[] result = new double[size];
        for (int i = 0; i < size; i++) {
            for (int j = 0; j < size; j++) {
                result[i] += axes[i][j] * vector[j];
            }
        }
        return result;
    }

    private void turn(double[][] y, double[] signed, int[] order, boolean moves) {
        double missing = moves ? 0 : rates.covariancePath * (2 - rates.covariancePath);
        double keep = 1 + rates.rankOne * missing - rates.rankOne - rates.rankMany * rates.sumOfWeights;
        cores.run(size, (i, thread) -> {
            double[] row = covariance[i];
            // The lower triangle; the upper one is its mirror.
            for (int j = 0; j <= i; j++) {
                row[j] = keep * row[j] + rates.rankOne * pathOfCovariance[i] * pathOfCovariance[j];
            }
            for (int k = 0; k < order.length; k++) {
                double[] vector = y[order[k]];
                double factor = rates.rankMany * signed[k] * vector[i];
                for (int j = 0; j <= i; j++) {
                    row[j] += factor * vector[j];
                }
            }
        });
        for (int i = 0; i < size; i++) {
            for (int j = 0; j < i; j++) {
                covariance[j][i] = covariance[i][j];
            }
        }
    }

    private void decompose() {
        decomposed = generation;
        EigenDecompositionSymmetric parts = new EigenDecompositionSymmetric(MatrixUtils.createRealMatrix(covariance));
        RealMatrix vectors = parts.getV();
        double longest = 0;
        for (int j = 0; j < size; j++) {
            longest = Math.max(longest, parts.getEigenvalue(j));
        }
        for (int j = 0; j < size; j++) {
            lengths[j] = Math.sqrt(Math.max(parts.getEigenvalue(j), FLATTEST * longest));
            for (int i = 0; i < size; i++) {
                axes[i][j] = vectors.getEntry(i, j);
            }
        }
    }

    @Override
    public void save(State into) {
        into.put("mean", mean);
        into.put("lengths", lengths);
        into.put("path-of-steps", pathOfSteps);
        into.put("path-of-covariance", pathOfCovariance);
        into.putDouble("deviation", deviation);
        into.put("generations", new long[] {generation, decomposed});
        for (int i = 0; i < size; i++) {
            into.put("covariance/" + i, covariance[i]);
            into.put("axes/" + i, axes[i]);
        }
    }

    @Override
    public void load(State from) {
        copy(from, "mean", mean);
        copy(from, "lengths", lengths);
        copy(from, "path-of-steps", pathOfSteps);
        copy(from, "path-of-covariance", pathOfCovariance);
        deviation = from.getDouble("deviation");
        generation = from.longs("generations")[0];
        decomposed = from.longs("generations")[1];
        for (int i = 0; i < size; i++) {
            copy(from, "covariance/" + i, covariance[i]);
            copy(from, "axes/" + i, axes[i]);
        }
    }

    private static void copy(State from, String name, double[] into) {
        double[] saved = from.doubles(name);
        if (saved.length != into.length) {
            throw new IllegalArgumentException("\"" + name + "\" has " + saved.length + " values, not " + into.length
                    + ". Maybe it was saved with another network.");
        }
        System.arraycopy(saved, 0, into, 0, into.length);
    }
}
