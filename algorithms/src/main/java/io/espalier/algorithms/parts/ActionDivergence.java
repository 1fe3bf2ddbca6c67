package io.espalier.algorithms.parts;

import io.espalier.nn.FloatMath;
import io.espalier.nn.Network;

/**
 * How far a policy has moved from one that was remembered: KL(π′(·|sₜ) ‖ π(·|sₜ)) row by row, and the product of the
 * Fisher information of the distribution, in terms of the network's outputs, with their tangent. It works beside an
 * {@link ActionDistribution}, on the same rows.
 *
 * <p>Of a categorical distribution with probabilities p, in terms of its logits, the information is M = diag(p) − p·pᵀ; of
 * a diagonal Gaussian it is e⁻²ˢ for each mean and 2 for each s = logStd. With J the Jacobian of the outputs, the Fisher
 * information in terms of the parameters is the mean of Jᵀ·M·J over rows (Martens, arXiv:1412.1193, section 9).
 */
public final class ActionDivergence {
    private final ActionDistribution now;
    private final int width;
    private final float[] first;
    private final float[] second;

    /**
     * @param distribution what the policy says now
     * @param mostRows rows of the largest minibatch
     * @param actionSize elements of an action
     */
    public ActionDivergence(ActionDistribution distribution, int mostRows, int actionSize) {
        now = distribution;
        width = now.counts.components() == 0 ? actionSize : now.counts.total();
        first = new float[Math.multiplyExact(mostRows, width)];
        second = new float[first.length];
    }

    /** Remembers what the policy says now of a shard's rows, after {@link ActionDistribution#read}. */
    public void remember(Network network, int from, int number) {
        int at = from * width;
        if (now.counts.components() == 0) {
            System.arraycopy(network.output(now.policyHead), 0, first, at, number * width);
            System.arraycopy(network.output(now.logStdHead), 0, second, at, number * width);
        } else {
            System.arraycopy(now.probabilities, at, first, at, number * width);
            System.arraycopy(now.logs, at, second, at, number * width);
        }
    }

    /** KL(π′(·|sₜ) ‖ π(·|sₜ)) of row {@code i} of the shard, π′ being what was remembered. */
    public double divergence(Network network, int from, int i) {
        int old = (from + i) * width;
        double sum = 0;
        if (now.counts.components() == 0) {
            float[] mean = network.output(now.policyHead);
            float[] logStd = network.output(now.logStdHead);
            for (int j = 0; j < width; j++) {
                float s = logStd[i * width + j];
                double z = (first[old + j] - mean[i * width + j]) * FloatMath.exp(-s);
                double change = (double) s - second[old + j];
                sum += change + 0.5 * (FloatMath.exp((float) (-2 * change)) + z * z - 1);
            }
            return sum;
        }
        for (int j = old; j < old + width; j++) {
            if (first[j] > 0) { // a forbidden choice has probability 0, and the logarithm of neither counts
                sum += first[j] * ((double) second[j] - now.logs[j]);
            }
        }
        return sum;
    }

    /**
     * Writes scale·M·u as the gradient of row {@code i} of the shard with respect to the network's outputs, u being their
     * tangent and M the information of what was remembered.
     */
    public void information(Network network, int from, int i, float scale) {
        float[] tangent = network.outputTangent(now.policyHead);
        float[] gradient = network.outputGradient(now.policyHead);
        int at = i * width;
        int old = (from + i) * width;
        if (now.counts.components() == 0) {
            float[] logStdTangent = network.outputTangent(now.logStdHead);
            float[] logStdGradient = network.outputGradient(now.logStdHead);
            for (int j = 0; j < width; j++) {
                gradient[at + j] = scale * FloatMath.exp(-2 * second[old + j]) * tangent[at + j];
                logStdGradient[at + j] = scale * 2 * logStdTangent[at + j];
            }
            return;
        }
        int offset = 0;
        for (int c = 0; c < now.counts.components(); c++) {
            int n = now.counts.count(c);
            float mean = 0;
            for (int j = offset; j < offset + n; j++) {
                mean += first[old + j] * tangent[at + j];
            }
            for (int j = offset; j < offset + n; j++) {
                gradient[at + j] = scale * first[old + j] * (tangent[at + j] - mean);
            }
            offset += n;
        }
    }
}
