package io.espalier.core.wrappers;

import io.espalier.core.Box;
import io.espalier.core.Discrete;
import io.espalier.core.Environment;
import io.espalier.core.MultiDiscrete;
import io.espalier.core.Space;
import io.espalier.core.State;
import io.espalier.core.Step;

/**
 * Makes a time limit part of the task: the observation tells how many steps were taken, and the episode's end at the
 * limit is a termination, after which nothing counts. So the best policy may depend on the time that is left, which none
 * can under a {@link TimeLimit}.
 *
 * <p>The number of steps taken becomes the last component of the observation: of a discrete one, from 0 to the limit; of
 * a box, as the share of the limit, 0 to 1.
 *
 * <p>Pardo et al., "Time limits in reinforcement learning", arXiv:1712.00378, section 2.
 */
public final class TimeAware extends EnvironmentWrapper {
    private final int limit;
    private final Space space;
    private final int last;
    private final boolean share;
    private int elapsed;
    private boolean over = true;

    /**
     * Limits an environment, which should have no limit of its own.
     *
     * @param limit the longest episode, in environment steps
     * @throws IllegalArgumentException if the limit is below 1, or observations are neither discrete nor a vector
     */
    public TimeAware(Environment inner, int limit) {
        super(inner);
        if (limit < 1) {
            throw new IllegalArgumentException("limit (" + limit + ") must be at least 1.");
        }
        this.limit = limit;
        Space original = inner.observationSpace();
        last = original.size();
        share = original instanceof Box;
        space = withTime(original, limit);
    }

    private static Space withTime(Space original, int limit) {
        if (original instanceof Discrete discrete) {
            return new MultiDiscrete(discrete.n(), limit + 1);
        } else if (original instanceof MultiDiscrete several) {
            int[] counts = new int[several.components() + 1];
            for (int i = 0; i < several.components(); i++) {
                counts[i] = several.count(i);
            }
            counts[several.components()] = limit + 1;
            return new MultiDiscrete(counts);
        } else if (original instanceof Box box && box.shape().length == 1) {
            float[] low = new float[box.size() + 1];
            float[] high = new float[box.size() + 1];
            for (int i = 0; i < box.size(); i++) {
                low[i] = box.low(i);
                high[i] = box.high(i);
            }
            high[box.size()] = 1;
            return Box.of(low, high);
        }
        throw new IllegalArgumentException("observation space (" + original.text()
                + ") must be discrete or a vector to have the time added. Maybe flatten the observation first.");
    }

    /** The longest episode, in environment steps. */
    public int limit() {
        return limit;
    }

    @Override
    public Space observationSpace() {
        return space;
    }

    @Override
    public void reset(long seed) {
        over = true;
        inner.reset(seed);
        elapsed = 0;
        over = false;
    }

    @Override
    public Step step(float[] actions, int at) {
        if (over) {
            throw new IllegalStateException(
                    "No episode is under way. Maybe reset after the step that was terminated or truncated.");
        }
        Step step = inner.step(actions, at);
        elapsed++;
        if (elapsed >= limit) {
            step = Step.termination(step.reward());
        }
        over = step.last();
        return step;
    }

    @Override
    public void observe(float[] into, int at) {
        inner.observe(into, at);
        into[at + last] = share ? (float) elapsed / limit : elapsed;
    }

    @Override
    protected void saveOwn(State into) {
        into.put("time-aware", new long[] {elapsed, over ? 1 : 0});
    }

    @Override
    protected void loadOwn(State from) {
        long[] saved = from.longs("time-aware");
        elapsed = (int) saved[0];
        over = saved[1] != 0;
    }
}
