package io.espalier.core.wrappers;

import io.espalier.core.Box;
import io.espalier.core.Environment;
import io.espalier.core.Space;
import io.espalier.core.Step;

/** Takes any finite action and cuts it off at the bounds of the environment's box. */
public final class ClipAction extends EnvironmentWrapper {
    private final Box box;
    private final Box space;
    private final float[] clipped;

    /**
     * Clips an environment's actions.
     *
     * @throws IllegalArgumentException if actions are not from a {@link Box}
     */
    public ClipAction(Environment inner) {
        super(inner);
        if (!(inner.actionSpace() instanceof Box bounds)) {
            throw new IllegalArgumentException(
                    "actions from " + inner.actionSpace() + " cannot be clipped, must be from a box.");
        }
        box = bounds;
        space = Box.uniform(Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY, bounds.shape());
        clipped = new float[bounds.size()];
    }

    @Override
    public Space actionSpace() {
        return space;
    }

    @Override
    public Step step(float[] actions, int at) {
        for (int i = 0; i < clipped.length; i++) {
            clipped[i] = Math.max(box.low(i), Math.min(box.high(i), actions[at + i]));
        }
        return inner.step(clipped, 0);
    }
}
