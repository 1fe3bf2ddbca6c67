package io.espalier.algorithms.parts;

import io.espalier.core.Rollout;
import io.espalier.core.State;
import io.espalier.core.Stateful;

/**
 * Divides rewards by the running standard deviation of the discounted return, so that losses have a like size in every
 * task. The mean is left alone: shifting it would change the task.
 *
 * <p>As {@code VecNormalize} of Stable-Baselines3 does, step by step: {@code Rᵢ ← γ·Rᵢ + rᵢ} in each environment
 * {@code i}; the N numbers R join the running variance (Chan, Golub and LeVeque's pairwise formula, started from mean
 * 0, variance 1 and weight 10⁻⁴); then {@code rᵢ ← clip(rᵢ / √(variance + 10⁻⁸), −10, 10)}; and R begins anew where an
 * episode ended.
 */
public final class RewardNormalizer implements Stateful {
    private static final double EPSILON = 1e-8;
    private static final double CLIP = 10;

    private final double gamma;
    private final double[] returns;
    private double mean;
    private double variance = 1;
    private double count = 1e-4;

    /**
     * @param gamma the discount
     * @param environments how many environments there are, at the most
     */
    public RewardNormalizer(double gamma, int environments) {
        this.gamma = gamma;
        this.returns = new double[environments];
    }

    /**
     * Takes one step of all environments and rewrites its rewards.
     *
     * @param rewards [rows of the rollout]: rewritten from row {@code at} to {@code at + N - 1}
     * @param skipped rows that must not count: they end the return and leave 0
     * @param at the step's first row
     */
    public void step(double[] rewards, Rollout rollout, boolean[] skipped, int at) {
        int environments = rollout.environments;
        double sum = 0;
        int seen = 0;
        for (int i = 0; i < environments; i++) {
            if (rollout.stands(at + i)) {
                returns[i] = 0;
            }
            if (skipped[at + i]) {
                returns[i] = 0;
            } else {
                returns[i] = gamma * returns[i] + rewards[at + i];
                sum += returns[i];
                seen++;
            }
        }
        if (seen > 0) {
            merge(skipped, at, environments, sum / seen, seen);
        }
        double scale = 1 / StrictMath.sqrt(variance + EPSILON);
        for (int i = 0; i < environments; i++) {
            rewards[at + i] = skipped[at + i] ? 0 : Math.max(-CLIP, Math.min(CLIP, rewards[at + i] * scale));
            if (rollout.last(at + i)) {
                returns[i] = 0;
            }
        }
    }

    private void merge(boolean[] skipped, int at, int environments, double batchMean, int batchCount) {
        double squares = 0;
        for (int i = 0; i < environments; i++) {
            if (!skipped[at + i]) {
                squares += (returns[i] - batchMean) * (returns[i] - batchMean);
            }
        }
        double total = count + batchCount;
        double delta = batchMean - mean;
        variance = (variance * count + squares + delta * delta * count * batchCount / total) / total;
        mean += delta * batchCount / total;
        count = total;
    }

    /** The running variance of the discounted return. */
    public double variance() {
        return variance;
    }

    @Override
    public void save(State into) {
        into.put("returns", returns);
        into.put("statistics", new double[] {mean, variance, count});
    }

    @Override
    public void load(State from) {
        double[] saved = from.doubles("returns");
        if (saved.length != returns.length) {
            throw new IllegalArgumentException("returns has " + saved.length + " environments, not " + returns.length
                    + ". Maybe it was saved with other settings.");
        }
        System.arraycopy(saved, 0, returns, 0, returns.length);
        double[] statistics = from.doubles("statistics");
        mean = statistics[0];
        variance = statistics[1];
        count = statistics[2];
    }
}
