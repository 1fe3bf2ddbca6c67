package io.espalier.core;

import java.util.Arrays;

/**
 * The seed of the current episode and every action since: all there is to know about an environment that is
 * deterministic. Playing it again brings a fresh copy to the same point.
 *
 * <p>Memory: 4 bytes per action component and environment step of the longest episode so far, up to
 * {@link #MOST_STEPS}. Longer episodes are not recorded and cannot be saved.
 */
public final class EpisodeRecord implements Stateful {
    /** The longest episode that is recorded, in environment steps. */
    public static final int MOST_STEPS = 1 << 20;

    private final int actionSize;
    private final int most;
    private float[] actions;
    private int steps;
    private long seed;

    /** An empty record of actions of that many floats. */
    public EpisodeRecord(int actionSize) {
        this.actionSize = actionSize;
        most = Math.min(MOST_STEPS, (Integer.MAX_VALUE - 8) / actionSize);
        actions = new float[Math.min(most, 64) * actionSize];
    }

    /** Forgets the last episode and begins one. */
    public void begin(long episodeSeed) {
        seed = episodeSeed;
        steps = 0;
    }

    /** Adds the action at {@code row[at ..]}. */
    public void add(float[] row, int at) {
        if (steps < most) {
            int end = steps * actionSize;
            if (end == actions.length) {
                actions = Arrays.copyOf(actions, (int) Math.min((long) most * actionSize, 2L * end));
            }
            System.arraycopy(row, at, actions, end, actionSize);
        }
        steps++;
    }

    /** The seed that the episode began from. */
    public long seed() {
        return seed;
    }

    /** Environment steps since its beginning. */
    public int steps() {
        return steps;
    }

    /**
     * Lets an environment live through the episode again, up to here.
     *
     * @return the sum of its rewards
     * @throws IllegalStateException if the episode ends before its recorded actions do
     */
    public double replay(Environment environment) {
        environment.reset(seed);
        double sum = 0;
        for (int t = 0; t < steps; t++) {
            Step step = environment.step(actions, t * actionSize);
            sum += step.reward();
            if (step.last() && t + 1 < steps) {
                throw new IllegalStateException(
                        "the replayed episode ended after " + (t + 1) + " of its " + steps + " recorded steps");
            }
        }
        return sum;
    }

    /**
     * Writes seed and actions.
     *
     * @throws IllegalStateException if the episode is longer than can be recorded
     */
    @Override
    public void save(State into) {
        if (steps > most) {
            throw new IllegalStateException("an episode of " + steps + " environment steps is too long to be resumed by"
                    + " playing it again; at most " + most
                    + " are recorded. Maybe give the environment a time limit, or"
                    + " let it implement Stateful.");
        }
        into.putLong("seed", seed);
        into.put("actions", Arrays.copyOf(actions, steps * actionSize));
    }

    @Override
    public void load(State from) {
        float[] saved = from.floats("actions");
        if (saved.length % actionSize != 0 || saved.length / actionSize > most) {
            throw new IllegalArgumentException("actions (" + saved.length + " floats) must be whole rows of "
                    + actionSize + ", at most " + most + ". Maybe the checkpoint is of another environment.");
        }
        seed = from.getLong("seed");
        steps = saved.length / actionSize;
        if (saved.length > actions.length) {
            actions = saved;
        } else {
            System.arraycopy(saved, 0, actions, 0, saved.length);
        }
    }
}
