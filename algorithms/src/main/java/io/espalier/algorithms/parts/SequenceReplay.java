package io.espalier.algorithms.parts;

import io.espalier.core.RandomStream;
import io.espalier.core.Rollout;
import io.espalier.core.State;
import io.espalier.core.Stateful;

/**
 * Keeps the newest rollouts, in which steps follow each other, and what the policy remembered at the beginning of each; so
 * sequences of any length can be taken out that begin where a rollout began. Sequences may run over several rollouts and
 * over the borders of episodes. Which ones are drawn depends on the stream alone.
 *
 * <p>Memory, all taken at construction: {@code 4 * (observationSize + stateSize / steps) + maskSize + 15} bytes a step.
 */
public final class SequenceReplay implements Stateful {
    private final int blocks;
    private final int steps;
    private final int environments;
    private final int observationSize;
    private final int maskSize;
    private final int stateSize;
    private final float[] observations;
    private final int[] actions;
    private final boolean[] masks;
    private final double[] rewards;
    private final byte[] flags;
    private final float[] states;
    private long added;

    /** The task ended here. */
    private static final byte TERMINATED = 1;
    /** An episode begins here. */
    private static final byte BEGINS = 2;
    /** Nothing can be learned from what happened here. */
    private static final byte VOID = 4;

    /**
     * Allocates an empty replay.
     *
     * @param capacity environment steps to keep, rounded down to whole rollouts
     * @param like a rollout of the size that all will have; of one discrete action
     * @throws IllegalArgumentException if the capacity is too small for one rollout, or too large for arrays
     */
    public SequenceReplay(int capacity, Rollout like) {
        steps = like.steps;
        environments = like.environments;
        observationSize = like.observationSize;
        maskSize = like.maskSize;
        stateSize = like.stateSize;
        blocks = capacity / like.rows();
        if (blocks < 1) {
            throw new IllegalArgumentException("capacity (" + capacity + ") must be at least one rollout ("
                    + like.rows() + " environment steps). Maybe use 100000.");
        }
        int rows = blocks * like.rows();
        observations = new float[Math.multiplyExact(rows, observationSize)];
        actions = new int[rows];
        masks = new boolean[Math.multiplyExact(rows, maskSize)];
        rewards = new double[rows];
        flags = new byte[rows];
        states = new float[Math.multiplyExact(blocks * environments, stateSize)];
    }

    /** Keeps a rollout, in place of the oldest when there is no more room. */
    public void add(Rollout rollout) {
        int count = rollout.rows();
        int slot = (int) (added % blocks);
        int first = slot * count;
        System.arraycopy(rollout.observations, 0, observations, first * observationSize, count * observationSize);
        System.arraycopy(rollout.masks, 0, masks, first * maskSize, count * maskSize);
        System.arraycopy(rollout.states, 0, states, slot * environments * stateSize, environments * stateSize);
        for (int row = 0; row < count; row++) {
            actions[first + row] = (int) rollout.actions[row];
            boolean unfit = rollout.discarded[row] || !Double.isFinite(rollout.rewards[row]);
            rewards[first + row] = unfit ? 0 : rollout.rewards[row];
            flags[first + row] = (byte) ((rollout.terminated[row] ? TERMINATED : 0)
                    | (rollout.stands(row) ? BEGINS : 0)
                    | (unfit ? VOID : 0));
        }
        added++;
    }

    /** Environment steps kept now. */
    public int size() {
        return (int) Math.min(added, blocks) * steps * environments;
    }

    /** At how many rollouts a sequence of that many steps can begin now. */
    public int beginnings(int length) {
        return Math.max(0, (int) Math.min(added, blocks) - (length - 1) / steps);
    }

    /**
     * Draws sequences of {@code length} steps.
     *
     * @param sequences receives their numbers, for {@link #row} and {@link #state}
     */
    public void draw(RandomStream random, int length, long[] sequences) {
        long oldest = added - Math.min(added, blocks);
        for (int i = 0; i < sequences.length; i++) {
            long block = oldest + random.nextInt(beginnings(length));
            sequences[i] = block * environments + random.nextInt(environments);
        }
    }

    /** Where step {@code step} of a sequence is kept. */
    public int row(long sequence, int step) {
        long block = sequence / environments + step / steps;
        return ((int) (block % blocks) * steps + step % steps) * environments + (int) (sequence % environments);
    }

    /** Copies what was remembered before a sequence. */
    public void state(long sequence, float[] into, int at) {
        int slot = (int) (sequence / environments % blocks) * environments + (int) (sequence % environments);
        System.arraycopy(states, slot * stateSize, into, at, stateSize);
    }

    /** [rows, observation]. */
    public float[] observations() {
        return observations;
    }

    /** What was done in a row. */
    public int action(int row) {
        return actions[row];
    }

    /** Whether an action was allowed in a row. */
    public boolean allowed(int row, int action) {
        return maskSize == 0 || masks[row * maskSize + action];
    }

    /** What it earned. */
    public double reward(int row) {
        return rewards[row];
    }

    /** Whether the task ended there. */
    public boolean terminated(int row) {
        return (flags[row] & TERMINATED) != 0;
    }

    /** Whether an episode begins there. */
    public boolean begins(int row) {
        return (flags[row] & BEGINS) != 0;
    }

    /** Whether nothing can be learned from what happened there: the environment failed, or the reward is no number. */
    public boolean unfit(int row) {
        return (flags[row] & VOID) != 0;
    }

    @Override
    public void save(State into) {
        into.putLong("added", added);
        into.put("observations", observations);
        into.put("actions", actions);
        byte[] bits = new byte[masks.length];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = (byte) (masks[i] ? 1 : 0);
        }
        into.put("masks", bits);
        into.put("rewards", rewards);
        into.put("flags", flags);
        into.put("states", states);
    }

    @Override
    public void load(State from) {
        byte[] bits = from.bytes("masks");
        double[] savedRewards = from.doubles("rewards");
        if (savedRewards.length != rewards.length || bits.length != masks.length) {
            throw new IllegalArgumentException("The saved replay of " + savedRewards.length
                    + " steps does not fit one of " + rewards.length + ". Maybe it was saved with other settings.");
        }
        added = from.getLong("added");
        System.arraycopy(from.floats("observations", observations.length), 0, observations, 0, observations.length);
        System.arraycopy(from.ints("actions"), 0, actions, 0, actions.length);
        for (int i = 0; i < bits.length; i++) {
            masks[i] = bits[i] != 0;
        }
        System.arraycopy(savedRewards, 0, rewards, 0, rewards.length);
        System.arraycopy(from.bytes("flags"), 0, flags, 0, flags.length);
        System.arraycopy(from.floats("states", states.length), 0, states, 0, states.length);
    }
}
