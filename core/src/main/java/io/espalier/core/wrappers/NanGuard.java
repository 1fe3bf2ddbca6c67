package io.espalier.core.wrappers;

import io.espalier.core.CopyableEnvironment;
import io.espalier.core.Environment;
import io.espalier.core.Space;
import io.espalier.core.State;
import io.espalier.core.Step;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Looks at everything that goes in and comes out, and throws when it is not finite or outside its space: an
 * {@link IllegalArgumentException} for an action, an {@link EnvironmentViolation} for the environment's own doing.
 */
public final class NanGuard extends EnvironmentWrapper {
    private final Space observationSpace;
    private final Space actionSpace;
    private final float[] row;
    private long seed;
    private int steps;

    /** Guards an environment. */
    public NanGuard(Environment inner) {
        super(inner);
        observationSpace = inner.observationSpace();
        actionSpace = inner.actionSpace();
        row = new float[observationSpace.size()];
    }

    @Override
    public @Nullable CopyableEnvironment searchCopy() {
        return inner.searchCopy();
    }

    @Override
    public void reset(long seed) {
        this.seed = seed;
        steps = 0;
        inner.reset(seed);
        look();
    }

    @Override
    public Step step(float[] actions, int at) {
        if (!actionSpace.contains(actions, at)) {
            throw new IllegalArgumentException("action is outside " + actionSpace + ": "
                    + actionSpace.violation(actions, at) + ". Maybe the policy's weights are not finite, or a wrapper"
                    + " such as ClipAction is missing.");
        }
        Step step = inner.step(actions, at);
        steps++;
        if (!Double.isFinite(step.reward())) {
            throw violation("reward (" + step.reward() + ") must be finite");
        }
        look();
        return step;
    }

    private void look() {
        // What the environment forgets to write stays NaN, and is found.
        Arrays.fill(row, Float.NaN);
        inner.observe(row, 0);
        if (!observationSpace.contains(row, 0)) {
            throw violation(
                    "observation must be from " + observationSpace + ", but " + observationSpace.violation(row, 0));
        }
    }

    private EnvironmentViolation violation(String what) {
        return new EnvironmentViolation(
                inner.getClass().getSimpleName() + " (seed " + seed + ", step " + steps + "): " + what + ".");
    }

    @Override
    public void observe(float[] into, int at) {
        System.arraycopy(row, 0, into, at, row.length);
    }

    @Override
    protected void saveOwn(State into) {
        into.put("nan-guard", new long[] {seed, steps});
    }

    @Override
    protected void loadOwn(State from) {
        long[] saved = from.longs("nan-guard");
        seed = saved[0];
        steps = (int) saved[1];
        look();
    }
}
