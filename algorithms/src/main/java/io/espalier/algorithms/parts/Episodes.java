package io.espalier.algorithms.parts;

import io.espalier.core.Rollout;
import io.espalier.core.State;
import io.espalier.core.Stateful;
import io.espalier.policy.PolicySession;
import io.espalier.policy.TaskSpec;
import java.util.Arrays;

/**
 * Gathers whole episodes from rollouts that begin and end anywhere: each environment's rows wait until their episode ends;
 * then they move, with their returns, to the rows that may be learned from.
 *
 * <pre>
 *   Gₜ = rₜ + γ·Gₜ₊₁,   G after the last row = 0 where the task ended, v(what was reached) where it was cut off
 * </pre>
 *
 * <p>An episode longer than the longest is cut there. A void row (discarded, or with a reward that is not finite) drops
 * what waited of its episode.
 */
public final class Episodes implements Stateful {
    private final TaskSpec task;
    private final int environments;
    private final double gamma;
    private final Rollout waiting;
    private final int[] lengths;
    private final Rollout ready;
    private final float[] inputs;
    private final float[] returns;
    private final int inputSize;
    private int rows;
    private int whole;

    /**
     * @param longest rows of one episode
     * @param capacity rows that may be ready at once
     * @param gamma the discount
     */
    public Episodes(TaskSpec task, int environments, int longest, int capacity, double gamma) {
        this.task = task;
        this.environments = environments;
        this.gamma = gamma;
        waiting = rollout(longest, environments);
        lengths = new int[environments];
        ready = rollout(capacity, 1);
        inputSize = task.observationSpace().encodedSize();
        inputs = new float[Math.multiplyExact(capacity, inputSize)];
        returns = new float[capacity];
    }

    private Rollout rollout(int steps, int columns) {
        return new Rollout(steps, columns, task.observationSpace(), task.actionSpace(), task.masked());
    }

    /**
     * Takes a rollout in.
     *
     * @param session runs the policy that made it
     */
    public void take(Rollout rollout, PolicySession session) {
        float[] ahead = new float[1];
        for (int row = 0; row < rollout.rows(); row++) {
            int column = row % environments;
            if (rollout.stands(row)) {
                lengths[column] = 0;
            }
            if (rollout.discarded[row] || !Double.isFinite(rollout.rewards[row])) {
                lengths[column] = 0;
                continue;
            }
            copy(rollout, row, waiting, lengths[column] * environments + column);
            lengths[column]++;
            if (rollout.last(row) || lengths[column] == waiting.steps) {
                ahead[0] = 0;
                if (!rollout.terminated[row]) {
                    session.values(rollout.reached, row * rollout.observationSize, 1, ahead, 0);
                }
                end(column, ahead[0], session);
            }
        }
    }

    private void end(int column, float ahead, PolicySession session) {
        double sum = ahead;
        for (int t = lengths[column] - 1; t >= 0; t--) {
            int from = t * environments + column;
            sum = waiting.rewards[from] + gamma * sum;
            copy(waiting, from, ready, rows);
            session.encode(ready.observations, rows * ready.observationSize, 1, inputs, rows * inputSize);
            returns[rows++] = (float) sum;
        }
        lengths[column] = 0;
        whole++;
    }

    private static void copy(Rollout from, int row, Rollout to, int at) {
        int size = from.observationSize;
        System.arraycopy(from.observations, row * size, to.observations, at * size, size);
        System.arraycopy(from.actions, row * from.actionSize, to.actions, at * from.actionSize, from.actionSize);
        System.arraycopy(from.masks, row * from.maskSize, to.masks, at * from.maskSize, from.maskSize);
        to.values[at] = from.values[row];
        to.rewards[at] = from.rewards[row];
    }

    /** How many rows of whole episodes are ready. */
    public int rows() {
        return rows;
    }

    /** How many whole episodes they are. */
    public int episodes() {
        return whole;
    }

    /** Forgets the ready rows; what waits goes on waiting. */
    public void clear() {
        rows = 0;
        whole = 0;
    }

    /** The ready rows: observations, actions, masks, rewards and values; the live block. */
    public Rollout rollout() {
        return ready;
    }

    /** [rows, input size]: observations as the network reads them. */
    public float[] inputs() {
        return inputs;
    }

    /** [rows]: Gₜ. */
    public float[] returns() {
        return returns;
    }

    @Override
    public void save(State into) {
        into.put("lengths", lengths);
        into.putLong("episodes", whole);
        save(waiting, Arrays.stream(lengths).max().orElse(0) * environments, into.child("waiting"));
        save(ready, rows, into.child("ready"));
        into.put("inputs", Arrays.copyOf(inputs, rows * inputSize));
        into.put("returns", Arrays.copyOf(returns, rows));
    }

    @Override
    public void load(State from) {
        int[] saved = from.ints("lengths");
        float[] savedReturns = from.floats("returns");
        boolean fits = saved.length == environments && savedReturns.length <= returns.length;
        for (int length : saved) {
            fits &= length >= 0 && length < waiting.steps;
        }
        if (!fits) {
            throw new IllegalArgumentException("The saved episodes (" + saved.length + " environments, "
                    + savedReturns.length + " rows) do not fit " + environments + " environments and " + returns.length
                    + " rows. Maybe they were saved with other settings.");
        }
        System.arraycopy(saved, 0, lengths, 0, environments);
        rows = savedReturns.length;
        whole = from.has("episodes") ? (int) from.getLong("episodes") : 0;
        load(waiting, Arrays.stream(lengths).max().orElse(0) * environments, from.child("waiting"));
        load(ready, rows, from.child("ready"));
        System.arraycopy(from.floats("inputs", rows * inputSize), 0, inputs, 0, rows * inputSize);
        System.arraycopy(savedReturns, 0, returns, 0, rows);
    }

    private static void save(Rollout block, int count, State into) {
        into.put("observations", Arrays.copyOf(block.observations, count * block.observationSize));
        into.put("actions", Arrays.copyOf(block.actions, count * block.actionSize));
        into.put("values", Arrays.copyOf(block.values, count));
        into.put("rewards", Arrays.copyOf(block.rewards, count));
        byte[] masks = new byte[count * block.maskSize];
        for (int i = 0; i < masks.length; i++) {
            masks[i] = (byte) (block.masks[i] ? 1 : 0);
        }
        into.put("masks", masks);
    }

    private static void load(Rollout block, int count, State from) {
        copy(from.floats("observations", count * block.observationSize), block.observations);
        copy(from.floats("actions", count * block.actionSize), block.actions);
        copy(from.floats("values", count), block.values);
        double[] rewards = from.doubles("rewards");
        byte[] masks = from.bytes("masks");
        if (rewards.length != count || masks.length != count * block.maskSize) {
            throw new IllegalArgumentException("The saved episodes have " + rewards.length + " rewards and "
                    + masks.length + " mask flags for " + count + " rows. Maybe the file is damaged.");
        }
        System.arraycopy(rewards, 0, block.rewards, 0, count);
        for (int i = 0; i < masks.length; i++) {
            block.masks[i] = masks[i] != 0;
        }
    }

    private static void copy(float[] from, float[] to) {
        System.arraycopy(from, 0, to, 0, from.length);
    }
}
