package io.espalier.nn;

/**
 * Distributions of returns, in the two forms that networks give them, and their losses: n quantiles of equal weight
 * (Dabney et al., arXiv:1710.10044), or probabilities of n atoms z₀ = low, ..., zₙ₋₁ = high at equal distances (Bellemare et
 * al., arXiv:1707.06887). Pure functions on rows in flat arrays, which allocate nothing and overwrite what they write.
 */
public final class ValueDistributions {
    private ValueDistributions() {}

    /** zⱼ = low + j·(high − low)/(atoms − 1). */
    public static float atom(int j, int atoms, double low, double high) {
        return (float) (low + j * ((high - low) / (atoms - 1)));
    }

    /**
     * The mean of each row's quantiles.
     *
     * @param quantiles [rows, count] from {@code at}
     * @param into receives [rows] from {@code intoAt}
     */
    public static void quantileMeans(float[] quantiles, int at, int rows, int count, float[] into, int intoAt) {
        for (int row = 0; row < rows; row++) {
            float sum = 0;
            for (int i = at + row * count; i < at + (row + 1) * count; i++) {
                sum += quantiles[i];
            }
            into[intoAt + row] = sum / count;
        }
    }

    /**
     * The mean of each row's distribution over atoms.
     *
     * @param probabilities [rows, atoms] from {@code at}
     * @param into receives [rows] from {@code intoAt}
     */
    public static void atomMeans(
            float[] probabilities, int at, int rows, int atoms, double low, double high, float[] into, int intoAt) {
        for (int row = 0; row < rows; row++) {
            float sum = 0;
            for (int j = 0; j < atoms; j++) {
                sum = Math.fma(probabilities[at + row * atoms + j], atom(j, atoms, low, high), sum);
            }
            into[intoAt + row] = sum;
        }
    }

    /**
     * Quantile regression with Huber's loss (Dabney et al., equation 10). With N quantiles θᵢ at τᵢ = (2i + 1)/2N, M
     * targets tⱼ and u = tⱼ − θᵢ,
     *
     * <pre>
     *   ℓ = Σᵢ 1/M Σⱼ |τᵢ − [u &lt; 0]| · huber(u, κ)/κ          |τᵢ − [u &lt; 0]| · |u| where κ = 0
     * </pre>
     *
     * @param quantiles θ [count] from {@code at}
     * @param targets t [targetCount]
     * @param kappa κ, not negative
     * @param gradients receives scale · ∂ℓ/∂θ [count] from {@code gradientsAt}
     * @return ℓ
     */
    public static double quantileHuber(
            float[] quantiles,
            int at,
            int count,
            float[] targets,
            int targetsAt,
            int targetCount,
            float kappa,
            float scale,
            float[] gradients,
            int gradientsAt) {
        double loss = 0;
        for (int i = 0; i < count; i++) {
            float quantile = quantiles[at + i];
            float level = (2 * i + 1) / (2f * count);
            float sum = 0;
            float slope = 0;
            for (int j = 0; j < targetCount; j++) {
                float u = targets[targetsAt + j] - quantile;
                float weight = u < 0 ? 1 - level : level;
                if (kappa > 0) {
                    sum += weight * Losses.huber(u, kappa);
                    slope -= weight * Losses.huberGradient(u, kappa);
                } else {
                    sum += weight * Math.abs(u);
                    slope -= weight * Math.signum(u);
                }
            }
            float share = kappa > 0 ? targetCount * kappa : targetCount;
            loss += sum / share;
            gradients[gradientsAt + i] = scale * (slope / share);
        }
        return loss;
    }

    /**
     * Projects the distribution of reward + discount·z onto the atoms (Bellemare et al., equation 7): the probability of
     * each moved atom, cut to [low, high], is shared by its two neighbours in proportion to their nearness. With discount
     * 0 the probabilities do not matter.
     *
     * @param probabilities [atoms] from {@code at}
     * @param into receives [atoms] from {@code intoAt}; must not overlap
     */
    public static void project(
            float[] probabilities,
            int at,
            int atoms,
            double low,
            double high,
            double reward,
            double discount,
            float[] into,
            int intoAt) {
        java.util.Arrays.fill(into, intoAt, intoAt + atoms, 0);
        double width = (high - low) / (atoms - 1);
        if (discount == 0) {
            share(1, (cut(reward, low, high) - low) / width, atoms, into, intoAt);
            return;
        }
        for (int j = 0; j < atoms; j++) {
            double moved = cut(reward + discount * (low + j * width), low, high);
            share(probabilities[at + j], (moved - low) / width, atoms, into, intoAt);
        }
    }

    private static double cut(double value, double low, double high) {
        return Math.max(low, Math.min(high, value));
    }

    /** Gives a probability to the atoms on both sides of a place between 0 and atoms − 1. */
    private static void share(float probability, double place, int atoms, float[] into, int at) {
        int below = Math.min((int) place, atoms - 1);
        float above = (float) (place - below);
        into[at + below] += probability * (1 - above);
        if (above > 0 && below + 1 < atoms) {
            into[at + below + 1] += probability * above;
        }
    }

    /**
     * The divergence of a predicted distribution from a target: ℓ = Σⱼ mⱼ·(ln mⱼ − ln pⱼ), which differs from the cross
     * entropy by what no prediction can change; so the gradient with respect to the logits is the same, p − m.
     *
     * @param target m [count] from {@code targetAt}
     * @param probabilities p [count] from {@code at}, with their logarithms at the same place of {@code logs}
     * @param gradients receives scale · ∂ℓ/∂logits [count] from {@code gradientsAt}
     * @return ℓ
     */
    public static double divergence(
            float[] target,
            int targetAt,
            float[] probabilities,
            float[] logs,
            int at,
            int count,
            float scale,
            float[] gradients,
            int gradientsAt) {
        double sum = 0;
        for (int j = 0; j < count; j++) {
            float wanted = target[targetAt + j];
            if (wanted != 0) {
                sum += wanted * (FloatMath.log(wanted) - logs[at + j]);
            }
            gradients[gradientsAt + j] = scale * (probabilities[at + j] - wanted);
        }
        return sum;
    }
}
