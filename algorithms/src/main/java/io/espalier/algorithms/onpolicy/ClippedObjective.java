package io.espalier.algorithms.onpolicy;

import io.espalier.algorithms.parts.ActionCounts;
import io.espalier.algorithms.parts.OnPolicyBatch;
import io.espalier.algorithms.parts.ShardedUpdate;
import io.espalier.nn.FloatMath;
import io.espalier.nn.Losses;
import io.espalier.nn.Network;

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
    private final ActionCounts counts;
    private final int policyHead;
    private final int valueHead;
    private final int logStdHead;
    private final float[] probabilities;
    private final float[] logs;

    private double clip;
    private int[] rows = {};
    private int first;
    private int count;
    private float mean;
    private float scale = 1;

    /**
     * @param network the network to be updated: heads "policy", "value" and, for real actions, "logStd"
     * @param counts the choices of each discrete component of an action; none for real actions
     */
    ClippedObjective(Ppo.Settings settings, OnPolicyBatch batch, Network network, ActionCounts counts, int mostRows) {
        this.batch = batch;
        this.counts = counts;
        valueCoefficient = settings.valueCoefficient();
        entropyCoefficient = settings.entropyCoefficient();
        valueClip = settings.valueClip();
        normalizeAdvantages = settings.normalizeAdvantages();
        policyHead = network.head("policy");
        valueHead = network.head("value");
        logStdHead = counts.components() == 0 ? network.head("logStd") : -1;
        probabilities = new float[mostRows * counts.total()];
        logs = new float[mostRows * counts.total()];
    }

    /** The clip range ε from now on. */
    void clip(double range) {
        clip = range;
    }

    /** Chooses the minibatch: rows[from .. to-1] of the batch. Normalises its advantages to mean 0, deviation 1. */
    void minibatch(int[] order, int from, int to) {
        rows = order;
        first = from;
        count = to - from;
        mean = 0;
        scale = 1;
        if (normalizeAdvantages && count > 1) {
            float[] advantages = batch.advantages();
            double sum = 0;
            for (int i = from; i < to; i++) {
                sum += advantages[order[i]];
            }
            double average = sum / count;
            double squares = 0;
            for (int i = from; i < to; i++) {
                double difference = advantages[order[i]] - average;
                squares += difference * difference;
            }
            mean = (float) average;
            scale = (float) (1 / (StrictMath.sqrt(squares / (count - 1)) + 1e-8));
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
            valueGradient[i] = value(values[i], rows[first + from + i], figures, at) / count;
        }
        if (counts.components() == 0) {
            gaussian(network, from, number, figures, at);
        } else {
            softmax(network.output(policyHead), from, number);
            categorical(network.outputGradient(policyHead), from, number, figures, at);
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

    /** Returns ∂L/∂log π(aₜ|sₜ) times M, from the log-probability now. */
    private float surrogate(float logProbability, int row, double[] figures, int at) {
        float logRatio = logProbability - batch.rollout().logProbabilities[row];
        float ratio = FloatMath.exp(logRatio);
        float advantage = (batch.advantages()[row] - mean) * scale;
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

    /** Probabilities of the minibatch's rows from {@code from} on, component by component. */
    private void softmax(float[] logits, int from, int number) {
        int width = counts.total();
        boolean[] masks = batch.rollout().maskSize > 0 ? batch.rollout().masks : null;
        if (masks == null && counts.components() == 1) {
            Losses.softmax(logits, 0, number, width, null, 0, probabilities, from * width, logs, from * width);
            return;
        }
        for (int i = 0; i < number; i++) {
            int mask = rows[first + from + i] * width;
            int offset = 0;
            for (int c = 0; c < counts.components(); c++) {
                int n = counts.count(c);
                int to = (from + i) * width + offset;
                Losses.softmax(logits, i * width + offset, 1, n, masks, mask + offset, probabilities, to, logs, to);
                offset += n;
            }
        }
    }

    private void categorical(float[] gradient, int from, int number, double[] figures, int at) {
        float[] actions = batch.rollout().actions;
        int width = counts.total();
        float bonus = (float) (-entropyCoefficient / count);
        for (int i = 0; i < number; i++) {
            int row = rows[first + from + i];
            int start = (from + i) * width;
            // the components are independent: log-probabilities and entropies add up
            float logProbability = 0;
            int offset = 0;
            for (int c = 0; c < counts.components(); c++) {
                int n = counts.count(c);
                logProbability += logs[start + offset + counts.choice(actions, row, c)];
                figures[at + ENTROPY] +=
                        Losses.categoricalEntropy(probabilities, start + offset, logs, start + offset, n);
                offset += n;
            }
            float slope = surrogate(logProbability, row, figures, at) / count;
            offset = 0;
            for (int c = 0; c < counts.components(); c++) {
                int n = counts.count(c);
                int p = start + offset;
                int choice = counts.choice(actions, row, c);
                int g = i * width + offset;
                Losses.categoricalGradient(probabilities, p, logs, p, n, choice, slope, bonus, gradient, g);
                offset += n;
            }
        }
    }

    private void gaussian(Network network, int from, int number, double[] figures, int at) {
        float[] actions = batch.rollout().actions;
        int size = batch.rollout().actionSize;
        float[] means = network.output(policyHead);
        float[] logStds = network.output(logStdHead);
        float bonus = (float) (-entropyCoefficient / count);
        for (int i = 0; i < number; i++) {
            int row = rows[first + from + i];
            int k = i * size;
            int a = row * size;
            figures[at + ENTROPY] += Losses.gaussianEntropy(logStds, k, size);
            float logProbability = Losses.gaussianLogProbability(means, k, logStds, k, actions, a, size);
            float slope = surrogate(logProbability, row, figures, at) / count;
            Losses.gaussianGradient(
                    means,
                    k,
                    logStds,
                    k,
                    actions,
                    a,
                    size,
                    slope,
                    bonus,
                    network.outputGradient(policyHead),
                    k,
                    network.outputGradient(logStdHead),
                    k);
        }
    }
}
