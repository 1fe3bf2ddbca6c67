package io.espalier.algorithms.onpolicy;

import io.espalier.algorithms.parts.ActionCounts;
import io.espalier.algorithms.parts.ActionDistribution;
import io.espalier.algorithms.parts.AdvantageScale;
import io.espalier.algorithms.parts.OnPolicyBatch;
import io.espalier.algorithms.parts.ShardedUpdate;
import io.espalier.nn.FloatMath;
import io.espalier.nn.Network;
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
    public void gradients(Network network, int from, int number, double[] figures, int at) {
        float[] values = network.output(valueHead);
        float[] valueGradient = network.outputGradient(valueHead);
        for (int i = 0; i < number; i++) {
            int row = rows[first + from + i];
            valueGradient[i] = batch.skips(row) ? 0 : value(values[i], row, figures, at) / count;
        }
        float bonus = (float) (-entropyCoefficient / count);
        distribution.read(network, from, number);
        float[] old = reference == null ? batch.rollout().logProbabilities : reference;
        for (int i = 0; i < number; i++) {
            logRatios[from + i] = distribution.logProbability(from, i) - old[rows[first + from + i]];
        }
        FloatMath.exp(logRatios, from, ratios, from, number);
        for (int i = 0; i < number; i++) {
            int row = rows[first + from + i];
            if (batch.skips(row)) {
                distribution.gradient(network, from, i, 0, 0);
                continue;
            }
            figures[at + ENTROPY] += distribution.entropy(from, i);
            float advantage = scale.of(batch.advantages()[row]);
            float slope = surrogate(logRatios[from + i], ratios[from + i], advantage, figures, at) / count;
            distribution.gradient(network, from, i, slope, bonus);
        }
    }

    private float value(float value, int row, double[] figures, int at) {
        float target = batch.returns()[row];
        float error = value - target;
        float slope = 2 * error;
        float loss = error * error;
        if (valueClip > 0) {
            float old = batch.rollout().values[row];
            float change = value - old;
            float limit = (float) valueClip;
            float clippedError = old + Math.max(-limit, Math.min(limit, change)) - target;
            if (clippedError * clippedError > loss) {
                loss = clippedError * clippedError;
                slope = change > -limit && change < limit ? 2 * clippedError : 0;
            }
        }
        figures[at + VALUE] += loss;
        return (float) valueCoefficient * slope;
    }

    /** Returns ∂L/∂log π(aₜ|sₜ) times M. */
    private float surrogate(float logRatio, float ratio, float advantage, double[] figures, int at) {
        float low = (float) (1 - clip);
        float high = (float) (1 + clip);
        float clipped = Math.max(low, Math.min(high, ratio));
        float free = ratio * advantage;
        float held = clipped * advantage;
        figures[at + POLICY] -= Math.min(free, held);
        figures[at + KL] += ratio - 1 - logRatio;
        figures[at + CLIPPED] += clipped == ratio ? 0 : 1;
        return free <= held ? -free : 0;
    }
}
