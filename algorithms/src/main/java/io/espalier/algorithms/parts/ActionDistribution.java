package io.espalier.algorithms.parts;

import io.espalier.core.Rollout;
import io.espalier.nn.Losses;
import io.espalier.nn.Network;

/**
 * What a sampling policy says of the actions in a minibatch: ln π(aₜ|sₜ), the entropy, and the gradients of a loss that
 * depends on these two. Categorical for discrete actions (independent components add up; forbidden choices are left out),
 * a diagonal Gaussian for real ones. It reads network outputs "policy" and, for real actions, "logStd".
 *
 * <p>Used as {@code rows(...)} once for a minibatch; then for each shard {@code read}, and row by row the others. Shards
 * may be worked on at the same time, each with its own replica of the network. Row {@code i} of a shard that begins at
 * {@code from} is row {@code order[first + from + i]} of the rollout.
 */
public final class ActionDistribution {
    final ActionCounts counts;
    final int policyHead;
    final int logStdHead;
    final float[] probabilities;
    final float[] logs;
    private final float[] chosen;
    private final float[] entropies;
    private final int[] choices;

    private float[] actions = {};
    private boolean[] masks = {};
    private int size;
    private int[] order = {};
    private int first;

    /**
     * @param network of the structure that all replicas have
     * @param counts the choices of each discrete component of an action; none for real actions
     * @param mostRows rows of the largest minibatch
     */
    public ActionDistribution(Network network, ActionCounts counts, int mostRows) {
        this.counts = counts;
        policyHead = network.head("policy");
        logStdHead = counts.components() == 0 ? network.head("logStd") : -1;
        probabilities = new float[Math.multiplyExact(mostRows, counts.total())];
        logs = new float[probabilities.length];
        chosen = new float[mostRows];
        entropies = new float[mostRows];
        choices = new int[mostRows];
    }

    /** The number of the output that it reads; for real actions there is another. */
    public int policyHead() {
        return policyHead;
    }

    /** Chooses the minibatch: the rollout's rows {@code rows[start]} and on. */
    public void rows(Rollout rollout, int[] rows, int start) {
        actions = rollout.actions;
        masks = rollout.masks;
        size = rollout.actionSize;
        order = rows;
        first = start;
    }

    /** Takes the outputs of a shard's rows in, after {@code network.forward}. */
    public void read(Network network, int from, int number) {
        if (counts.components() == 0) {
            readGaussian(network, from, number);
        } else {
            readCategorical(network.output(policyHead), from, number);
        }
    }

    private void readGaussian(Network network, int from, int number) {
        float[] means = network.output(policyHead);
        float[] logStds = network.output(logStdHead);
        for (int i = 0; i < number; i++) {
            int row = order[first + from + i];
            int k = i * size;
            chosen[from + i] = Losses.gaussianLogProbability(means, k, logStds, k, actions, row * size, size);
            entropies[from + i] = Losses.gaussianEntropy(logStds, k, size);
        }
    }

    private void readCategorical(float[] logits, int from, int number) {
        int width = counts.total();
        boolean masked = masks.length > 0;
        if (plain()) {
            readPlain(logits, from, number);
            return;
        }
        for (int i = 0; i < number; i++) {
            int row = order[first + from + i];
            // the components are independent: log-probabilities and entropies add up
            float log = 0;
            float entropy = 0;
            int offset = 0;
            for (int c = 0; c < counts.components(); c++) {
                int n = counts.count(c);
                int to = (from + i) * width + offset;
                boolean[] mask = masked ? masks : null;
                int maskAt = row * width + offset;
                Losses.softmax(logits, i * width + offset, 1, n, mask, maskAt, probabilities, to, logs, to);
                log += logs[to + counts.choice(actions, row, c)];
                entropy += Losses.categoricalEntropy(probabilities, to, logs, to, n);
                offset += n;
            }
            chosen[from + i] = log;
            entropies[from + i] = entropy;
        }
    }

    /** Whether actions are one component with every choice allowed, so that rows may be worked on together. */
    private boolean plain() {
        return counts.components() == 1 && masks.length == 0;
    }

    private void readPlain(float[] logits, int from, int number) {
        int width = counts.total();
        int at = from * width;
        Losses.softmax(logits, 0, number, width, null, 0, probabilities, at, logs, at);
        Losses.categoricalEntropies(probabilities, at, logs, at, number, width, entropies, from);
        for (int i = 0; i < number; i++) {
            int choice = counts.choice(actions, order[first + from + i], 0);
            choices[from + i] = choice;
            chosen[from + i] = logs[at + i * width + choice];
        }
    }

    /** ln π(aₜ|sₜ) of row {@code i} of the shard. */
    public float logProbability(int from, int i) {
        return chosen[from + i];
    }

    /** The entropy H(π(·|sₜ)) of row {@code i} of the shard. */
    public float entropy(int from, int i) {
        return entropies[from + i];
    }

    /**
     * Writes the gradient of row {@code i} of the shard with respect to the network's outputs.
     *
     * @param dLogProbability ∂loss/∂ln π(aₜ|sₜ)
     * @param dEntropy ∂loss/∂H
     */
    public void gradient(Network network, int from, int i, float dLogProbability, float dEntropy) {
        int row = order[first + from + i];
        float[] gradient = network.outputGradient(policyHead);
        if (counts.components() == 0) {
            int k = i * size;
            Losses.gaussianGradient(
                    network.output(policyHead),
                    k,
                    network.output(logStdHead),
                    k,
                    actions,
                    row * size,
                    size,
                    dLogProbability,
                    dEntropy,
                    gradient,
                    k,
                    network.outputGradient(logStdHead),
                    k);
            return;
        }
        int offset = 0;
        for (int c = 0; c < counts.components(); c++) {
            int n = counts.count(c);
            int p = (from + i) * counts.total() + offset;
            int choice = counts.choice(actions, row, c);
            int g = i * counts.total() + offset;
            float entropy = counts.components() == 1 || dEntropy == 0
                    ? entropies[from + i]
                    : Losses.categoricalEntropy(probabilities, p, logs, p, n);
            Losses.categoricalGradient(
                    probabilities, p, logs, p, n, choice, entropy, dLogProbability, dEntropy, gradient, g);
            offset += n;
        }
    }

    /**
     * Writes the gradients of a shard's rows with respect to the network's outputs.
     *
     * @param dLogProbabilities ∂loss/∂ln π(aₜ|sₜ) of row {@code i} at {@code from + i}
     * @param dEntropy ∂loss/∂H of every row
     */
    public void gradients(Network network, int from, int number, float[] dLogProbabilities, float dEntropy) {
        if (!plain()) {
            for (int i = 0; i < number; i++) {
                gradient(network, from, i, dLogProbabilities[from + i], dEntropy);
            }
            return;
        }
        int width = counts.total();
        Losses.categoricalGradients(
                probabilities,
                from * width,
                logs,
                from * width,
                number,
                width,
                choices,
                from,
                entropies,
                from,
                dLogProbabilities,
                from,
                dEntropy,
                network.outputGradient(policyHead),
                0);
    }
}
