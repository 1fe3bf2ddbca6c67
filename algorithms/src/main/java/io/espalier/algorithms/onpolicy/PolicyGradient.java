package io.espalier.algorithms.onpolicy;

import io.espalier.algorithms.parts.ActionCounts;
import io.espalier.algorithms.parts.ActionDistribution;
import io.espalier.algorithms.parts.AdvantageScale;
import io.espalier.algorithms.parts.ShardedUpdate;
import io.espalier.core.Rollout;
import io.espalier.nn.FloatMath;
import io.espalier.nn.Network;
import java.util.List;

/**
 * The plain policy-gradient loss, which A2C, A3C, V-trace and REINFORCE share. Over the M rows t, with Aₜ the advantage (or the return
 * itself), Rₜ the target of the value vₜ, and H the entropy:
 *
 * <pre>
 *   L = 1/M Σₜ [ −Aₜ · ln π(aₜ|sₜ) + c₁·(vₜ − Rₜ)² − c₂·H(π(·|sₜ)) ]
 * </pre>
 *
 * <p>Its gradient is that of Williams (1992), equation 11, with the value as a baseline; the entropy is that of Mnih et
 * al., arXiv:1602.01783, section 4. A network without output "value" has no second term.
 */
final class PolicyGradient implements ShardedUpdate.Loss {
    /** Figures: sums over rows. */
    static final int POLICY = 0, VALUE = 1, ENTROPY = 2, RATIO = 3;

    private final double valueCoefficient;
    private final double entropyCoefficient;
    private final ActionDistribution distribution;
    private final int valueHead;
    private final int inputSize;
    private final AdvantageScale scale = new AdvantageScale();

    private double mostImportance;
    private float[] acted = {};
    private float[] inputs = {};
    private float[] advantages = {};
    private float[] returns = {};
    private int[] order = {};
    private int count;

    /**
     * @param network the network to be updated: heads "policy", perhaps "value" and, for real actions, "logStd"
     * @param counts the choices of each discrete component of an action; none for real actions
     */
    PolicyGradient(
            double valueCoefficient, double entropyCoefficient, Network network, ActionCounts counts, int mostRows) {
        this.valueCoefficient = valueCoefficient;
        this.entropyCoefficient = entropyCoefficient;
        distribution = new ActionDistribution(network, counts, mostRows);
        valueHead = network.hasHead("value") ? network.head("value") : -1;
        inputSize = network.inputSize();
    }

    /**
     * From now on weighs each row's Aₜ by min(most, π(aₜ|sₜ)/μ(aₜ|sₜ)), μ being the policy that acted: right for rollouts
     * of a policy that lags behind, and no change for the others.
     */
    void importance(double most) {
        mostImportance = most;
    }

    /**
     * Chooses the minibatch: rows {@code rows[0 .. number - 1]} of all that is given.
     *
     * @param encoded [rows, input size]: observations as the network reads them
     * @param rollout has the actions, and what was allowed
     * @param weights [rows]: Aₜ
     * @param targets [rows]: Rₜ
     * @param scaled whether to scale Aₜ to mean 0 and deviation 1
     */
    void rows(
            float[] encoded,
            Rollout rollout,
            float[] weights,
            float[] targets,
            int[] rows,
            int number,
            boolean scaled) {
        inputs = encoded;
        acted = rollout.logProbabilities;
        advantages = weights;
        returns = targets;
        order = rows;
        count = number;
        distribution.rows(rollout, rows, 0);
        if (scaled) {
            scale.measure(weights, rows, 0, number);
        } else {
            scale.off();
        }
    }

    @Override
    public void inputs(int shard, int from, int number, float[] into) {
        for (int i = 0; i < number; i++) {
            System.arraycopy(inputs, order[from + i] * inputSize, into, i * inputSize, inputSize);
        }
    }

    @Override
    public List<String> apart() {
        return valueHead >= 0 ? List.of("value") : List.of();
    }

    @Override
    public void gradients(Network network, int from, int number, double[] figures, int at) {
        if (network.wants(distribution.policyHead())) {
            policies(network, from, number, figures, at);
        }
        if (valueHead >= 0 && network.wants(valueHead)) {
            values(network.output(valueHead), network.outputGradient(valueHead), from, number, figures, at);
        }
    }

    private void policies(Network network, int from, int number, double[] figures, int at) {
        float bonus = (float) (-entropyCoefficient / count);
        distribution.read(network, from, number);
        for (int i = 0; i < number; i++) {
            float advantage = scale.of(advantages[order[from + i]]);
            float logProbability = distribution.logProbability(from, i);
            if (mostImportance > 0) {
                float ratio = FloatMath.exp(logProbability - acted[order[from + i]]);
                figures[at + RATIO] += ratio;
                advantage *= Math.min((float) mostImportance, ratio);
            }
            figures[at + ENTROPY] += distribution.entropy(from, i);
            figures[at + POLICY] -= advantage * logProbability;
            distribution.gradient(network, from, i, -advantage / count, bonus);
        }
    }

    private void values(float[] values, float[] gradient, int from, int number, double[] figures, int at) {
        for (int i = 0; i < number; i++) {
            float error = values[i] - returns[order[from + i]];
            figures[at + VALUE] += error * error;
            gradient[i] = (float) (2 * valueCoefficient * error / count);
        }
    }
}
