package io.espalier.core.wrappers;

import io.espalier.core.Box;
import io.espalier.core.Environment;
import io.espalier.core.Space;
import io.espalier.core.Step;

/**
 * Takes actions from -1 to 1 and stretches them to the bounds of the environment's box. Actions beyond -1 and 1 end at
 * the bounds.
 *
 * <pre>
 *   innerᵢ = lowᵢ + (aᵢ + 1) / 2 · (highᵢ − lowᵢ)
 * </pre>
 */
public final class RescaleAction extends EnvironmentWrapper {
    private final Box box;
    private final Box space;
    private final float[] stretched;

    /**
     * Rescales an environment's actions.
     *
     * @throws IllegalArgumentException if actions are not from a {@link Box} with finite bounds
     */
    public RescaleAction(Environment inner) {
        super(inner);
        if (!(inner.actionSpace() instanceof Box bounds)) {
            throw new IllegalArgumentException(
                    "actions from " + inner.actionSpace() + " cannot be rescaled, must be from a box.");
        }
        for (int i = 0; i < bounds.size(); i++) {
            if (Float.isInfinite(bounds.low(i)) || Float.isInfinite(bounds.high(i))) {
                throw new IllegalArgumentException("actions from " + bounds
                        + " cannot be rescaled, all bounds must be finite. Maybe clip them instead.");
            }
        }
        box = bounds;
        space = Box.uniform(-1, 1, bounds.shape());
        stretched = new float[bounds.size()];
    }

    @Override
    public Space actionSpace() {
        return space;
    }

    @Override
    public Step step(float[] actions, int at) {
        for (int i = 0; i < stretched.length; i++) {
            double low = box.low(i);
            double value = low + (actions[at + i] + 1.0) / 2 * (box.high(i) - low);
            stretched[i] = (float) Math.max(low, Math.min(box.high(i), value));
        }
        return inner.step(stretched, 0);
    }
}
