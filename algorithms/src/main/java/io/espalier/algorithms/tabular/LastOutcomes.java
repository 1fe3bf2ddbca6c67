package io.espalier.algorithms.tabular;

import io.espalier.core.Rollout;
import io.espalier.core.State;
import java.util.Arrays;
import java.util.function.IntConsumer;

/**
 * A learned model of a deterministic task: what last came of each pair. A pair never tried leads back to its state for
 * nothing.
 */
final class LastOutcomes {
    /** In place of a next state: the task ended. */
    private static final int END = -1;

    private static final byte TRIED = 1;
    private static final byte FORBIDDEN = 2;

    private final int actions;
    private final double[] reward;
    private final int[] next;
    private final long[] triedAt;
    private final byte[] flags;
    private final int[] states;
    private final boolean[] known;
    private int count;

    /** For each state, the first of the pairs that lead to it; for each pair, the one after and the one before it. */
    private final int[] firstTo;

    private final int[] after;
    private final int[] before;

    LastOutcomes(int pairs, int actions) {
        this.actions = actions;
        reward = new double[pairs];
        next = new int[pairs];
        Arrays.setAll(next, pair -> pair / actions);
        triedAt = new long[pairs];
        flags = new byte[pairs];
        states = new int[pairs / actions];
        known = new boolean[states.length];
        firstTo = new int[states.length];
        after = new int[pairs];
        before = new int[pairs];
        Arrays.fill(firstTo, -1);
        Arrays.fill(after, -1);
        Arrays.fill(before, -1);
    }

    /** Takes up a row of a block and returns its pair. */
    int remember(Rollout rollout, int row, ActionTable table, long environmentStep) {
        int pair = table.pair(rollout, row);
        int state = pair / actions;
        if (!known[state]) {
            known[state] = true;
            states[count++] = state;
        }
        forbid(state, rollout.masks, row, rollout.maskSize);
        forbid(table.reached(rollout, row), rollout.reachedMasks, row, rollout.maskSize);
        unlink(pair);
        next[pair] = rollout.terminated[row] ? END : table.reached(rollout, row);
        reward[pair] = rollout.rewards[row];
        triedAt[pair] = environmentStep;
        flags[pair] |= TRIED;
        link(pair);
        return pair;
    }

    private void forbid(int state, boolean[] masks, int row, int maskSize) {
        for (int action = 0; action < maskSize; action++) {
            int pair = state * actions + action;
            boolean allowed = masks[row * maskSize + action];
            flags[pair] = (byte) (allowed ? flags[pair] & ~FORBIDDEN : flags[pair] | FORBIDDEN);
        }
    }

    private void link(int pair) {
        if (next[pair] != END) {
            after[pair] = firstTo[next[pair]];
            before[pair] = -1;
            if (after[pair] >= 0) {
                before[after[pair]] = pair;
            }
            firstTo[next[pair]] = pair;
        }
    }

    private void unlink(int pair) {
        if (tried(pair) && next[pair] != END) {
            if (before[pair] >= 0) {
                after[before[pair]] = after[pair];
            } else {
                firstTo[next[pair]] = after[pair];
            }
            if (after[pair] >= 0) {
                before[after[pair]] = before[pair];
            }
        }
    }

    int statesSeen() {
        return count;
    }

    /** The i-th state that was seen. */
    int seen(int i) {
        return states[i];
    }

    boolean tried(int pair) {
        return (flags[pair] & TRIED) != 0;
    }

    boolean allowed(int pair) {
        return (flags[pair] & FORBIDDEN) == 0;
    }

    long triedAt(int pair) {
        return triedAt[pair];
    }

    double reward(int pair) {
        return reward[pair];
    }

    int next(int pair) {
        return next[pair];
    }

    /** maxₐ Q(s, a) over what was last allowed in a state that {@link #next} gave; 0 at the end. */
    double best(ActionTable table, int state) {
        if (state == END) {
            return 0;
        }
        double most = Double.NEGATIVE_INFINITY;
        for (int pair = state * actions; pair < (state + 1) * actions; pair++) {
            most = allowed(pair) ? Math.max(most, table.values[pair]) : most;
        }
        return most;
    }

    /** Hands over all pairs that last led to a state; what is done with each must not depend on their order. */
    void leadingTo(int state, IntConsumer sink) {
        for (int pair = firstTo[state]; pair >= 0; pair = after[pair]) {
            sink.accept(pair);
        }
    }

    void save(State into) {
        into.put("reward", reward);
        into.put("next", next);
        into.put("triedAt", triedAt);
        into.put("flags", flags);
        into.put("states", Arrays.copyOf(states, count));
    }

    void load(State from) {
        System.arraycopy(from.doubles("reward"), 0, reward, 0, reward.length);
        System.arraycopy(from.ints("next"), 0, next, 0, next.length);
        System.arraycopy(from.longs("triedAt"), 0, triedAt, 0, triedAt.length);
        System.arraycopy(from.bytes("flags"), 0, flags, 0, flags.length);
        int[] saved = from.ints("states");
        count = saved.length;
        System.arraycopy(saved, 0, states, 0, count);
        Arrays.fill(known, false);
        Arrays.fill(firstTo, -1);
        for (int i = 0; i < count; i++) {
            known[states[i]] = true;
        }
        for (int pair = 0; pair < next.length; pair++) {
            if (tried(pair)) {
                link(pair);
            }
        }
    }
}
