package io.espalier.algorithms.search;

import io.espalier.core.State;
import io.espalier.core.Stateful;

/** The newest positions from self-play, the oldest giving way. Arrays are live, rows 0 to {@link #size} - 1 are filled. */
final class PositionBuffer implements Stateful {
    final int observationSize;
    final int actions;
    private final int capacity;

    /** [capacity, observation]: what who is to move sees. */
    final float[] observations;
    /** [capacity, actions]: how often the search tried each move, as shares of 1. */
    final float[] shares;
    /** [capacity, actions]: which moves are legal. */
    final boolean[] legal;
    /** [capacity]: the value to who is to move. */
    final float[] values;

    private long added;

    PositionBuffer(int capacity, int observationSize, int actions) {
        this.capacity = capacity;
        this.observationSize = observationSize;
        this.actions = actions;
        observations = new float[Math.multiplyExact(capacity, observationSize)];
        shares = new float[Math.multiplyExact(capacity, actions)];
        legal = new boolean[shares.length];
        values = new float[capacity];
    }

    /** How many positions there are. */
    int size() {
        return (int) Math.min(added, capacity);
    }

    /**
     * Adds what {@link SelfPlay} returned, but for rows that are not finite.
     *
     * @return how many positions were added
     */
    int add(State result) {
        float[] newValues = result.floats("values");
        float[] newObservations = result.floats("observations", newValues.length * observationSize);
        float[] newShares = result.floats("shares", newValues.length * actions);
        byte[] newLegal = result.bytes("legal");
        int count = 0;
        for (int row = 0; row < newValues.length; row++) {
            float sound = newValues[row] * 0;
            for (int a = 0; a < actions; a++) {
                sound += newShares[row * actions + a] * 0;
            }
            for (int e = 0; e < observationSize; e++) {
                sound += newObservations[row * observationSize + e] * 0;
            }
            if (sound == 0) {
                int to = (int) (added++ % capacity);
                System.arraycopy(
                        newObservations, row * observationSize, observations, to * observationSize, observationSize);
                System.arraycopy(newShares, row * actions, shares, to * actions, actions);
                for (int a = 0; a < actions; a++) {
                    legal[to * actions + a] = newLegal[row * actions + a] != 0;
                }
                values[to] = newValues[row];
                count++;
            }
        }
        return count;
    }

    @Override
    public void save(State into) {
        int rows = size();
        byte[] flags = new byte[rows * actions];
        for (int i = 0; i < flags.length; i++) {
            flags[i] = (byte) (legal[i] ? 1 : 0);
        }
        into.putLong("added", added);
        into.put("observations", java.util.Arrays.copyOf(observations, rows * observationSize));
        into.put("shares", java.util.Arrays.copyOf(shares, rows * actions));
        into.put("legal", flags);
        into.put("values", java.util.Arrays.copyOf(values, rows));
    }

    @Override
    public void load(State from) {
        long count = from.getLong("added");
        int rows = (int) Math.min(count, capacity);
        float[] savedObservations = from.floats("observations", rows * observationSize);
        float[] savedShares = from.floats("shares", rows * actions);
        float[] savedValues = from.floats("values", rows);
        byte[] flags = from.bytes("legal");
        System.arraycopy(savedObservations, 0, observations, 0, savedObservations.length);
        System.arraycopy(savedShares, 0, shares, 0, savedShares.length);
        System.arraycopy(savedValues, 0, values, 0, rows);
        for (int i = 0; i < rows * actions; i++) {
            legal[i] = flags[i] != 0;
        }
        added = count;
    }
}
