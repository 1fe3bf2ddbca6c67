package io.espalier.core.wrappers;

import io.espalier.core.CopyableEnvironment;
import io.espalier.core.Environment;
import io.espalier.core.State;
import io.espalier.core.Step;
import org.jspecify.annotations.Nullable;

/** Cuts episodes off after a number of steps, as a truncation; a step that also ends the task is a termination. */
public final class TimeLimit extends EnvironmentWrapper {
    private final int limit;
    private int elapsed;
    private boolean over = true;

    /**
     * Limits an environment.
     *
     * @param limit the longest episode, in environment steps
     * @throws IllegalArgumentException if the limit is below 1
     */
    public TimeLimit(Environment inner, int limit) {
        super(inner);
        if (limit < 1) {
            throw new IllegalArgumentException("limit (" + limit + ") must be at least 1.");
        }
        this.limit = limit;
    }

    /** The longest episode, in environment steps. */
    public int limit() {
        return limit;
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
        if (elapsed >= limit && !step.last()) {
            step = Step.truncation(step.reward());
        }
        over = step.last();
        return step;
    }

    /** A copy without the limit: it is not part of the task, and a search has a depth of its own. */
    @Override
    public @Nullable CopyableEnvironment searchCopy() {
        return inner.searchCopy();
    }

    @Override
    protected void saveOwn(State into) {
        into.put("time-limit", new long[] {elapsed, over ? 1 : 0});
    }

    @Override
    protected void loadOwn(State from) {
        long[] saved = from.longs("time-limit");
        elapsed = (int) saved[0];
        over = saved[1] != 0;
    }
}
