package io.espalier.nn;

import org.jspecify.annotations.Nullable;

/**
 * Losses and distributions as pure functions from (outputs, targets) to (value, gradient with respect to the outputs).
 * They work on rows in flat arrays, allocate nothing and overwrite what they write.
 *
 * <p>Losses take a {@code scale} rather than dividing by the number of rows, so that shards of one minibatch can share
 * its 1/n: value = scale · Σ ℓ, gradient = scale · ∂ℓ/∂output.
 */
public final class Losses {
    private static final double HALF_LOG_TWO_PI = 0.9189385332046728;

    private Losses() {}

    // Regression

    /**
     * Squared error ℓ = (o − t)²; with scale 1/n it is the mean squared error.
     *
     * @param outputs o [count] from {@code at}
     * @param targets t [count] from {@code targetsAt}
     * @param gradients receives scale · 2(o − t), from {@code gradientsAt}
     * @return scale · Σ ℓ
     */
    public static double mse(
            float[] outputs,
            int at,
            float[] targets,
            int targetsAt,
            int count,
            float scale,
            float[] gradients,
            int gradientsAt) {
        double sum = 0;
        for (int i = 0; i < count; i++) {
            float error = outputs[at + i] - targets[targetsAt + i];
            sum += (double) error * error;
            gradients[gradientsAt + i] = scale * (2 * error);
        }
        return scale * sum;
    }

    /**
     * Huber's loss of each output (Huber 1964): ℓ = ½e² where |e| ≤ δ, else δ(|e| − ½δ), with e = o − t. With δ = 1 and
     * scale 1/n it is PyTorch's smooth_l1_loss.
     *
     * @param outputs o [count] from {@code at}
     * @param targets t [count] from {@code targetsAt}
     * @param delta δ, above 0
     * @param gradients receives scale · clip(e, −δ, δ), from {@code gradientsAt}
     * @return scale · Σ ℓ
     */
    public static double huber(
            float[] outputs,
            int at,
            float[] targets,
            int targetsAt,
            int count,
            float delta,
            float scale,
            float[] gradients,
            int gradientsAt) {
        double sum = 0;
        for (int i = 0; i < count; i++) {
            float error = outputs[at + i] - targets[targetsAt + i];
            sum += huber(error, delta);
            gradients[gradientsAt + i] = scale * huberGradient(error, delta);
        }
        return scale * sum;
    }

    /** Huber's loss of one error: ½e² where |e| ≤ δ, else δ(|e| − ½δ). */
    public static float huber(float error, float delta) {
        float size = Math.abs(error);
        return size <= delta ? 0.5f * error * error : delta * (size - 0.5f * delta);
    }

    /** Derivative of Huber's loss: e clipped to ±δ. */
    public static float huberGradient(float error, float delta) {
        return Math.max(-delta, Math.min(delta, error));
    }

    // Classification

    /**
     * Cross entropy ℓ = −ln softmax(logits)[label] of each row.
     *
     * @param logits [rows, count] from {@code at}
     * @param labels [rows] from {@code labelsAt}, each from 0 to count − 1
     * @param gradients receives scale · (softmax − one-hot) [rows, count], from {@code gradientsAt}
     * @return scale · Σ rows of ℓ
     * @throws IllegalArgumentException if a label is out of range
     */
    public static double crossEntropy(
            float[] logits,
            int at,
            int rows,
            int count,
            int[] labels,
            int labelsAt,
            float scale,
            float[] gradients,
            int gradientsAt) {
        double sum = 0;
        for (int row = 0; row < rows; row++) {
            int x = at + row * count;
            int g = gradientsAt + row * count;
            int label = labels[labelsAt + row];
            if (label < 0 || label >= count) {
                throw new IllegalArgumentException(
                        "label (" + label + ") of row " + row + " must be from 0 to " + (count - 1) + ".");
            }
            float most = largest(logits, x, count, null, 0);
            float labelled = logits[x + label] - most;
            for (int j = 0; j < count; j++) {
                gradients[g + j] = logits[x + j] - most;
            }
            Kernels.INSTANCE.exp(gradients, g, gradients, g, count);
            float total = 0;
            for (int j = 0; j < count; j++) {
                total += gradients[g + j];
            }
            sum += FloatMath.log(total) - labelled;
            for (int j = 0; j < count; j++) {
                gradients[g + j] = scale * (gradients[g + j] / total - (j == label ? 1f : 0f));
            }
        }
        return scale * sum;
    }

    // Categorical distribution

    /**
     * Probabilities of categorical distributions and their logarithms, the basis of the other categorical functions.
     * Forbidden choices get probability 0 and logarithm −∞.
     *
     * @param logits [rows, count] from {@code at}
     * @param mask which choices are allowed [rows, count] from {@code maskAt}; null for all
     * @param probabilities receives softmax(logits) [rows, count] from {@code probabilitiesAt}
     * @param logProbabilities receives their logarithms [rows, count] from {@code logProbabilitiesAt}; must not overlap
     * @throws IllegalArgumentException if a row allows nothing
     */
    public static void softmax(
            float[] logits,
            int at,
            int rows,
            int count,
            boolean @Nullable [] mask,
            int maskAt,
            float[] probabilities,
            int probabilitiesAt,
            float[] logProbabilities,
            int logProbabilitiesAt) {
        if (mask == null && rows > 1 && count <= FewChoices.MOST) {
            FewChoices.softmax(
                    logits, at, rows, count, probabilities, probabilitiesAt, logProbabilities, logProbabilitiesAt);
            return;
        }
        for (int row = 0; row < rows; row++) {
            int x = at + row * count;
            int l = logProbabilitiesAt + row * count;
            int m = maskAt + row * count;
            float most = largest(logits, x, count, mask, m);
            for (int j = 0; j < count; j++) {
                boolean allowed = mask == null || mask[m + j];
                logProbabilities[l + j] = allowed ? logits[x + j] - most : Float.NEGATIVE_INFINITY;
            }
        }
        Kernels.INSTANCE.exp(logProbabilities, logProbabilitiesAt, probabilities, probabilitiesAt, rows * count);
        for (int row = 0; row < rows; row++) {
            int p = probabilitiesAt + row * count;
            int l = logProbabilitiesAt + row * count;
            float total = 0;
            for (int j = 0; j < count; j++) {
                total += probabilities[p + j];
            }
            float logTotal = FloatMath.log(total);
            for (int j = 0; j < count; j++) {
                probabilities[p + j] /= total;
                logProbabilities[l + j] -= logTotal;
            }
        }
    }

    private static float largest(float[] x, int at, int count, boolean @Nullable [] mask, int maskAt) {
        float most = Float.NEGATIVE_INFINITY;
        boolean any = false;
        for (int j = 0; j < count; j++) {
            if (mask == null || mask[maskAt + j]) {
                any = true;
                most = Math.max(most, x[at + j]);
            }
        }
        if (!any) {
            throw new IllegalArgumentException("the mask allows none of " + count + " choices. Maybe the environment"
                    + " should end the episode when nothing is allowed.");
        }
        return most;
    }

    /**
     * Entropy −Σ p·ln p of one row after {@link #softmax}.
     *
     * @param probabilities p [count] from {@code probabilitiesAt}
     * @param logProbabilities ln p [count] from {@code logProbabilitiesAt}
     */
    public static float categoricalEntropy(
            float[] probabilities, int probabilitiesAt, float[] logProbabilities, int logProbabilitiesAt, int count) {
        double sum = 0;
        for (int j = 0; j < count; j++) {
            float p = probabilities[probabilitiesAt + j];
            if (p > 0) { // 0·(−∞) counts as 0
                sum -= (double) p * logProbabilities[logProbabilitiesAt + j];
            }
        }
        return (float) sum;
    }

    /**
     * Gradient of one row's loss with respect to its logits, where the loss depends on them through ln p(choice) and the
     * entropy H: dLogProbability · (one-hot(choice) − p) − dEntropy · p·(ln p + H).
     *
     * @param probabilities p [count], after {@link #softmax}
     * @param logProbabilities ln p [count], after {@link #softmax}
     * @param choice the action whose log-probability is meant
     * @param dLogProbability ∂loss/∂ln p(choice)
     * @param dEntropy ∂loss/∂H
     * @param gradients receives ∂loss/∂logits [count] from {@code gradientsAt}; 0 for forbidden choices
     */
    public static void categoricalGradient(
            float[] probabilities,
            int probabilitiesAt,
            float[] logProbabilities,
            int logProbabilitiesAt,
            int count,
            int choice,
            float dLogProbability,
            float dEntropy,
            float[] gradients,
            int gradientsAt) {
        float entropy = dEntropy == 0
                ? 0
                : categoricalEntropy(probabilities, probabilitiesAt, logProbabilities, logProbabilitiesAt, count);
        categoricalGradient(
                probabilities,
                probabilitiesAt,
                logProbabilities,
                logProbabilitiesAt,
                count,
                choice,
                entropy,
                dLogProbability,
                dEntropy,
                gradients,
                gradientsAt);
    }

    /**
     * As the other, for who knows the entropy already.
     *
     * @param entropy H, from {@link #categoricalEntropy}; not read if dEntropy is 0
     */
    public static void categoricalGradient(
            float[] probabilities,
            int probabilitiesAt,
            float[] logProbabilities,
            int logProbabilitiesAt,
            int count,
            int choice,
            float entropy,
            float dLogProbability,
            float dEntropy,
            float[] gradients,
            int gradientsAt) {
        for (int j = 0; j < count; j++) {
            float p = probabilities[probabilitiesAt + j];
            float gradient = dLogProbability * ((j == choice ? 1f : 0f) - p);
            if (dEntropy != 0 && p > 0) {
                gradient -= dEntropy * (p * (logProbabilities[logProbabilitiesAt + j] + entropy));
            }
            gradients[gradientsAt + j] = p > 0 || j == choice ? gradient : 0f;
        }
    }

    /**
     * {@link #categoricalEntropy} of some rows after {@link #softmax} without a mask.
     *
     * @param probabilities p [rows, count] from {@code probabilitiesAt}
     * @param logProbabilities ln p [rows, count] from {@code logProbabilitiesAt}
     * @param into receives [rows] from {@code intoAt}
     */
    public static void categoricalEntropies(
            float[] probabilities,
            int probabilitiesAt,
            float[] logProbabilities,
            int logProbabilitiesAt,
            int rows,
            int count,
            float[] into,
            int intoAt) {
        if (count <= FewChoices.MOST) {
            FewChoices.entropies(
                    probabilities, probabilitiesAt, logProbabilities, logProbabilitiesAt, rows, count, into, intoAt);
            return;
        }
        for (int i = 0; i < rows; i++) {
            into[intoAt + i] = categoricalEntropy(
                    probabilities,
                    probabilitiesAt + i * count,
                    logProbabilities,
                    logProbabilitiesAt + i * count,
                    count);
        }
    }

    /**
     * {@link #categoricalGradient} of some rows after {@link #softmax} without a mask.
     *
     * @param choices the actions whose log-probabilities are meant [rows] from {@code choicesAt}
     * @param entropies H [rows] from {@code entropiesAt}; not read if dEntropy is 0
     * @param dLogProbabilities ∂loss/∂ln p(choice) [rows] from {@code dAt}
     * @param dEntropy ∂loss/∂H of every row
     * @param gradients receives ∂loss/∂logits [rows, count] from {@code gradientsAt}
     */
    public static void categoricalGradients(
            float[] probabilities,
            int probabilitiesAt,
            float[] logProbabilities,
            int logProbabilitiesAt,
            int rows,
            int count,
            int[] choices,
            int choicesAt,
            float[] entropies,
            int entropiesAt,
            float[] dLogProbabilities,
            int dAt,
            float dEntropy,
            float[] gradients,
            int gradientsAt) {
        if (count <= FewChoices.MOST) {
            FewChoices.gradients(
                    probabilities,
                    probabilitiesAt,
                    logProbabilities,
                    logProbabilitiesAt,
                    rows,
                    count,
                    choices,
                    choicesAt,
                    entropies,
                    entropiesAt,
                    dLogProbabilities,
                    dAt,
                    dEntropy,
                    gradients,
                    gradientsAt);
            return;
        }
        for (int i = 0; i < rows; i++) {
            categoricalGradient(
                    probabilities,
                    probabilitiesAt + i * count,
                    logProbabilities,
                    logProbabilitiesAt + i * count,
                    count,
                    choices[choicesAt + i],
                    dEntropy == 0 ? 0 : entropies[entropiesAt + i],
                    dLogProbabilities[dAt + i],
                    dEntropy,
                    gradients,
                    gradientsAt + i * count);
        }
    }

    // Normal distribution with independent elements

    /**
     * ln p(x) of one row: Σ −½z² − s − ½ln 2π, with z = (x − mean)·e⁻ˢ and s = logStd.
     *
     * @param mean [count] from {@code meanAt}
     * @param logStd logarithms of the standard deviations [count] from {@code logStdAt}
     * @param x [count] from {@code xAt}
     */
    public static float gaussianLogProbability(
            float[] mean, int meanAt, float[] logStd, int logStdAt, float[] x, int xAt, int count) {
        double sum = 0;
        for (int j = 0; j < count; j++) {
            float s = logStd[logStdAt + j];
            float z = (x[xAt + j] - mean[meanAt + j]) * FloatMath.exp(-s);
            sum -= 0.5 * z * z + s + HALF_LOG_TWO_PI;
        }
        return (float) sum;
    }

    /** A logarithm of a standard deviation cut to −20 to 2, as for squashed Gaussians everywhere; NaN stays. */
    public static float clipLogStd(float logStd) {
        return Math.max(-20f, Math.min(2f, logStd));
    }

    /**
     * ln(1 − tanh²(u)) = 2·(ln 2 − u − ln(1 + e⁻²ᵘ)), which does not vanish where tanh rounds to ±1 (Haarnoja et al.,
     * arXiv:1812.05905, appendix C, in a stable form).
     */
    public static float logTanhDerivative(float u) {
        float size = Math.abs(u);
        return 2 * (0.6931472f - size - FloatMath.softplus(-2 * size));
    }

    /** Entropy of one row: Σ ½ + ½ln 2π + logStd. */
    public static float gaussianEntropy(float[] logStd, int logStdAt, int count) {
        double sum = 0;
        for (int j = 0; j < count; j++) {
            sum += 0.5 + HALF_LOG_TWO_PI + logStd[logStdAt + j];
        }
        return (float) sum;
    }

    /**
     * Gradients of one row's loss that depends on its mean and logStd through ln p(x) and the entropy: to the mean
     * dLogProbability · z·e⁻ˢ, to logStd dLogProbability · (z² − 1) + dEntropy.
     *
     * @param dLogProbability ∂loss/∂ln p(x)
     * @param dEntropy ∂loss/∂entropy
     * @param meanGradients receives ∂loss/∂mean [count] from {@code meanGradientsAt}
     * @param logStdGradients receives ∂loss/∂logStd [count] from {@code logStdGradientsAt}
     */
    public static void gaussianGradient(
            float[] mean,
            int meanAt,
            float[] logStd,
            int logStdAt,
            float[] x,
            int xAt,
            int count,
            float dLogProbability,
            float dEntropy,
            float[] meanGradients,
            int meanGradientsAt,
            float[] logStdGradients,
            int logStdGradientsAt) {
        for (int j = 0; j < count; j++) {
            float inverse = FloatMath.exp(-logStd[logStdAt + j]);
            float z = (x[xAt + j] - mean[meanAt + j]) * inverse;
            meanGradients[meanGradientsAt + j] = dLogProbability * (z * inverse);
            logStdGradients[logStdGradientsAt + j] = dLogProbability * (z * z - 1) + dEntropy;
        }
    }
}
