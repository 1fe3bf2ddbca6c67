package io.espalier.algorithms.parts;

import io.espalier.core.Box;

/** Actions of a bounded box, scaled to −1 to 1: what squashed policies put out and critics read. */
public final class ActionScale {
    private final int size;
    private final float[] centre;
    private final float[] inverseHalf;

    /** Scales the actions of that box. */
    public ActionScale(Box box) {
        size = box.size();
        centre = new float[size];
        inverseHalf = new float[size];
        for (int i = 0; i < size; i++) {
            centre[i] = 0.5f * (box.low(i) + box.high(i));
            inverseHalf[i] = 2f / (box.high(i) - box.low(i));
        }
    }

    /** Floats per action. */
    public int size() {
        return size;
    }

    /** Writes the action at {@code at}, scaled, to {@code intoAt}. */
    public void scale(float[] action, int at, float[] into, int intoAt) {
        for (int i = 0; i < size; i++) {
            into[intoAt + i] = (action[at + i] - centre[i]) * inverseHalf[i];
        }
    }
}
