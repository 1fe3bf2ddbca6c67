package io.espalier.algorithms.tabular;

import io.espalier.core.Rollout;
import io.espalier.core.State;
import java.util.Arrays;

/** What happened since an episode began, until it ends; it may stretch over many blocks. */
final class EpisodeSoFar {
    private int length;
    private int maskSize;
    private int[] pairs = new int[64];
    private double[] rewards = new double[64];
    private float[] logProbabilities = new float[64];
    private boolean[] masks = new boolean[0];

    int length() {
        return length;
    }

    int pair(int t) {
        return pairs[t];
    }

    double reward(int t) {
        return rewards[t];
    }

    /** The logarithm of the probability with which the action was chosen. */
    double logProbability(int t) {
        return logProbabilities[t];
    }

    /** maxₐ Q(sₜ, a) over what was allowed at step t. */
    double best(int t, ActionTable table) {
        return table.best(table.values, pairs[t] / table.actions, maskSize, masks, t);
    }

    /** Adds a row of a block. */
    void add(int pair, Rollout rollout, int row) {
        maskSize = rollout.maskSize;
        if (length == pairs.length) {
            pairs = Arrays.copyOf(pairs, 2 * length);
            rewards = Arrays.copyOf(rewards, 2 * length);
            logProbabilities = Arrays.copyOf(logProbabilities, 2 * length);
        }
        if (masks.length < pairs.length * maskSize) {
            masks = Arrays.copyOf(masks, pairs.length * maskSize);
        }
        pairs[length] = pair;
        rewards[length] = rollout.rewards[row];
        logProbabilities[length] = rollout.logProbabilities[row];
        System.arraycopy(rollout.masks, row * maskSize, masks, length * maskSize, maskSize);
        length++;
    }

    /** Forgets it. */
    void clear() {
        length = 0;
    }

    void save(State into) {
        byte[] allowed = new byte[length * maskSize];
        for (int i = 0; i < allowed.length; i++) {
            allowed[i] = (byte) (masks[i] ? 1 : 0);
        }
        into.put("pairs", Arrays.copyOf(pairs, length));
        into.put("rewards", Arrays.copyOf(rewards, length));
        into.put("logProbabilities", Arrays.copyOf(logProbabilities, length));
        into.put("masks", allowed);
    }

    void load(State from) {
        int[] saved = from.ints("pairs");
        length = saved.length;
        int room = Math.max(64, length);
        pairs = Arrays.copyOf(saved, room);
        rewards = Arrays.copyOf(from.doubles("rewards"), room);
        logProbabilities = Arrays.copyOf(from.floats("logProbabilities"), room);
        byte[] allowed = from.bytes("masks");
        maskSize = length == 0 ? 0 : allowed.length / length;
        masks = new boolean[room * maskSize];
        for (int i = 0; i < allowed.length; i++) {
            masks[i] = allowed[i] == 1;
        }
    }
}
