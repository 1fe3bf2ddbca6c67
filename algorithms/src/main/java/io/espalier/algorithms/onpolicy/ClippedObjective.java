package io.espalier.algorithms.onpolicy;

import io.espalier.algorithms.parts.ActionCounts;
import io.espalier.algorithms.parts.ActionDistribution;
import io.espalier.algorithms.parts.AdvantageScale;
import io.espalier.algorithms.parts.OnPolicyBatch;
import io.espalier.algorithms.parts.ShardedUpdate;
import io.espalier.nn.FloatMath;
import io.espalier.nn.Network;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The clipped surrogate objective of PPO with its value and entropy terms, row by row, as a loss to be minimised.
 *
 * <p>Schulman et al., "Proximal policy optimization algorithms", arXiv:1707.06347, equations 7 and 9. Over the M rows t
 * of a minibatch, with π the policy now, π′ the one that acted, Aₜ the advantage, Rₜ its target for the value vₜ, vₜ′
 * the value then, and H the entropy:
 *
 * <pre>
 *   ρₜ = π(aₜ|sₜ) / π′(aₜ|sₜ)
 *   L  = 1/M Σₜ [ −min(ρₜ·Aₜ, clip(ρₜ, 1−ε, 1+ε)·Aₜ) + c₁·(vₜ − Rₜ)² − c₂·H(π(·|sₜ)) ]
 * </pre>
 *
 * <p>With value clipping the second term is c₁·max((vₜ − Rₜ)², (vₜ′ + clip(vₜ − vₜ′, −δ, δ) − Rₜ)²), as in the authors'
 * code.
 */
final class ClippedObjective implements ShardedUpdate.Loss {
    /** Figures: sums over rows. */
    static final int POLICY = 0, VALUE = 1, ENTROPY = 2, KL = 3, CLIPPED = 4;

    private final OnPolicyBatch batch;
    private final double valueCoefficient;
    private final double entropyCoefficient;
    private final double valueClip;
    private final boolean normalizeAdvantages;
    private final ActionDistribution distribution;
    private final int valueHead;
    private final AdvantageScale scale = new AdvantageScale();
    private final float[] logRatios;
    private final float[] ratios;

    private float @Nullable [] reference;
    private double clip;
    private int[] rows = {};
    private int first;
    /** Rows that count. */
    private int count;

    /**
     * @param network the network to be updated: heads "policy", "value" and, for real actions, "logStd"
     * @param counts the choices of each discrete component of an action; none for real actions
     */
    ClippedObjective(Ppo.Settings settings, OnPolicyBatch batch, Network network, ActionCounts counts, int mostRows) {
        this(
                settings.valueCoefficient(),
                settings.entropyCoefficient(),
                settings.valueClip(),
                settings.normalizeAdvantages(),
                batch,
                network,
                counts,
                mostRows);
    }

    /** From its settings one by one. */
    ClippedObjective(
            double valueCoefficient,
            double entropyCoefficient,
            double valueClip,
            boolean normalizeAdvantages,
            OnPolicyBatch batch,
            Network network,
            ActionCounts counts,
            int mostRows) {
        this.batch = batch;
        this.valueCoefficient = valueCoefficient;
        this.entropyCoefficient = entropyCoefficient;
        this.valueClip = valueClip;
        this.normalizeAdvantages = normalizeAdvantages;
        distribution = new ActionDistribution(network, counts, mostRows);
        logRatios = new float[mostRows];
        ratios = new float[mostRows];
        valueHead = network.head("value");
    }

    /** Takes these [rows] for ln π′(aₜ|sₜ) from now on, instead of those of the policy that acted. */
    void reference(float[] logProbabilities) {
        reference = logProbabilities;
    }

    /** The clip range ε from now on. */
    void clip(double range) {
        clip = range;
    }

    /** Chooses the minibatch: rows[from .. to-1] of the batch. Normalises its advantages to mean 0, deviation 1. */
    void minibatch(int[] order, int from, int to) {
        minibatch(order, from, order, from, to);
    }

    /**
     * Chooses a minibatch with rows in it that may not be learned from: they are run through the network, since others
     * follow from them, but have no part in the loss.
     *
     * @param order all of its rows, from index {@code from}
     * @param learned those that count: learned[learnedFrom .. learnedTo-1]
     */
    void minibatch(int[] order, int from, int[] learned, int learnedFrom, int learnedTo) {
        rows = order;
        first = from;
        count = learnedTo - learnedFrom;
        distribution.rows(batch.rollout(), order, from);
        if (normalizeAdvantages) {
            scale.measure(batch.advantages(), learned, learnedFrom, learnedTo);
        }
    }

    @Override
    public void inputs(int shard, int from, int number, float[] into) {
        int size = batch.inputSize();
        float[] inputs = batch.inputs();
        for (int i = 0; i < number; i++) {
            int source = rows[first + from + i] * size;
            for (int j = 0; j < size; j++) {
                into[i * size + j] = inputs[source + j];
            }
        }
    }

    @Override
    public List<String> apart() {
        return List.of("value");
    }

    @Override
    public void gradients(Network network, int from, int number, double[] figures, int at) {
        if (network.wants(valueHead)) {
            values(network.output(valueHead), network.outputGradient(valueHead), from, number, figures, at);
        }
        if (!network.wants(distribution.policyHead())) {
            return;
        }
        float bonus = (float) (-entropyCoefficient / count);
        distribution.read(network, from, number);
        float[] old = reference == null ? batch.rollout().logProbabilities : reference;
        for (int i = 0; i < number; i++) {
            logRatios[from + i] = distribution.logProbability(from, i) - old[rows[first + from + i]];
        }
        FloatMath.exp(logRatios, from, ratios, from, number);
        policies(network, from, number, bonus, figures, at);
    }

    /** The squared error, or that of the value held near what it was then, whichever is larger. */
    private void values(float[] values, float[] gradients, int from, int number, double[] figures, int at) {
        float[] targets = batch.returns();
        float[] then = batch.rollout().values;
        float factor = (float) valueCoefficient;
        float limit = (float) valueClip;
        // A sum in the array would go through memory for each row.
        double sum = 0;
        for (int i = 0; i < number; i++) {
            int row = rows[first + from + i];
            if (batch.skips(row)) {
                gradients[i] = 0;
                continue;
            }
            float target = targets[row];
            float error = values[i] - target;
            float slope = 2 * error;
            float loss = error * error;
            if (limit > 0) {
                float change = values[i] - then[row];
                float held = then[row] + Math.max(-limit, Math.min(limit, change)) - target;
                if (held * held > loss) {
                    loss = held * held;
                    slope = change > -limit && change < limit ? 2 * held : 0;
                }
            }
            sum += loss;
            gradients[i] = factor * slope / count;
        }
        figures[at + VALUE] += sum;
    }

    /** The clipped surrogate and the entropy. */
    private void policies(Network network, int from, int number, float bonus, double[] figures, int at) {
        float[] advantages = batch.advantages();
        float low = (float) (1 - clip);
        float high = (float) (1 + clip);
        double surrogate = 0;
        double entropy = 0;
        double divergence = 0;
        int cut = 0;
        for (int i = 0; i < number; i++) {
            int row = rows[first + from + i];
            float ratio = ratios[from + i];
            // Nobody asks for the ratio again: its place takes ∂L/∂log π(aₜ|sₜ).
            ratios[from + i] = 0;
            if (batch.skips(row)) {
                continue;
            }
            entropy += distribution.entropy(from, i);
            float advantage = scale.of(advantages[row]);
            float clipped = Math.max(low, Math.min(high, ratio));
            float free = ratio * advantage;
            float held = clipped * advantage;
            surrogate -= Math.min(free, held);
            divergence += ratio - 1 - logRatios[from + i];
            cut += clipped == ratio ? 0 : 1;
            ratios[from + i] = (free <= held ? -free : 0) / count;
        }
        distribution.gradients(network, from, number, ratios, bonus);
        for (int i = 0; i < number; i++) {
            if (batch.skips(rows[first + from + i])) {
                distribution.gradient(network, from, i, 0, 0);
            }
        }
        figures[at + POLICY] += surrogate;
        figures[at + ENTROPY] += entropy;
        figures[at + KL] += divergence;
        figures[at + CLIPPED] += cut;
    }
}
