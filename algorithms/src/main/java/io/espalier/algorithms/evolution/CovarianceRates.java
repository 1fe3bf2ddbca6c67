package io.espalier.algorithms.evolution;

/**
 * The weights and rates of {@link CovarianceAdaptation} that suit so many parameters and candidates: Hansen,
 * arXiv:1604.00772, table 1, equations 49 to 58. Its symbols: n = size, λ = candidates, μ = parents, μ_eff = effective,
 * c_σ = stepPath, d_σ = damping, c_c = covariancePath, c₁ = rankOne, c_μ = rankMany.
 */
final class CovarianceRates {
    final int size;
    final int parents;
    /** wᵢ of the i-th best, i from 0; those of the better half sum to 1, the rest are negative. */
    final double[] weights;

    final double sumOfWeights;
    final double effective;
    final double stepPath;
    final double damping;
    final double covariancePath;
    final double rankOne;
    final double rankMany;
    /** E‖N(0, I)‖. */
    final double expectedNorm;
    /** After so many generations C has changed enough to be decomposed again: then that costs as much as the rest. */
    final long generationsPerDecomposition;

    CovarianceRates(int size, int candidates) {
        this.size = size;
        double n = size;
        parents = candidates / 2;
        weights = new double[candidates];
        double good = 0;
        double goodSquares = 0;
        double bad = 0;
        double badSquares = 0;
        for (int i = 0; i < candidates; i++) {
            weights[i] = StrictMath.log((candidates + 1) / 2.0) - StrictMath.log(i + 1.0);
            if (i < parents) {
                good += weights[i];
                goodSquares += weights[i] * weights[i];
            } else {
                bad += weights[i];
                badSquares += weights[i] * weights[i];
            }
        }
        effective = good * good / goodSquares;
        double badEffective = bad * bad / badSquares;
        stepPath = (effective + 2) / (n + effective + 5);
        damping = 1 + 2 * Math.max(0, Math.sqrt((effective - 1) / (n + 1)) - 1) + stepPath;
        covariancePath = (4 + effective / n) / (n + 4 + 2 * effective / n);
        rankOne = 2 / ((n + 1.3) * (n + 1.3) + effective);
        rankMany = Math.min(1 - rankOne, 2 * (0.25 + effective + 1 / effective - 2) / ((n + 2) * (n + 2) + effective));
        double most = Math.min(
                Math.min(1 + rankOne / rankMany, 1 + 2 * badEffective / (effective + 2)),
                (1 - rankOne - rankMany) / (n * rankMany));
        double sum = 0;
        for (int i = 0; i < candidates; i++) {
            weights[i] *= i < parents ? 1 / good : most / -bad;
            sum += weights[i];
        }
        sumOfWeights = sum;
        expectedNorm = Math.sqrt(n) * (1 - 1 / (4 * n) + 1 / (21 * n * n));
        generationsPerDecomposition = Math.max(1, (long) (1 / (10 * n * (rankOne + rankMany))));
    }

    /** λ: how many candidates suit so many parameters. */
    static int candidates(int size) {
        return 4 + (int) (3 * StrictMath.log(size));
    }

    /** wᵢ° by rank: a bad candidate counts as if it were as far from the mean as is usual, n/‖zᵢ‖². */
    double[] signed(double[][] z, int[] order) {
        double[] signed = weights.clone();
        for (int i = parents; i < signed.length; i++) {
            double squares = 0;
            for (double each : z[order[i]]) {
                squares += each * each;
            }
            signed[i] = squares > 0 ? signed[i] * size / squares : 0;
        }
        return signed;
    }
}
