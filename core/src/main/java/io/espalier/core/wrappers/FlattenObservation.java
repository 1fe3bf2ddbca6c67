package io.espalier.core.wrappers;

import io.espalier.core.Box;
import io.espalier.core.Environment;
import io.espalier.core.Space;

/**
 * Shows every observation as a vector: a box of any shape as it lies in memory, bits as 0 and 1, discrete components
 * one-hot.
 */
public final class FlattenObservation extends EnvironmentWrapper {
    private final Space original;
    private final Box space;
    private final float[] row;

    /** Flattens an environment's observations. */
    public FlattenObservation(Environment inner) {
        super(inner);
        original = inner.observationSpace();
        row = new float[original.size()];
        if (original instanceof Box box) {
            float[] low = new float[box.size()];
            float[] high = new float[box.size()];
            for (int i = 0; i < low.length; i++) {
                low[i] = box.low(i);
                high[i] = box.high(i);
            }
            space = Box.of(low, high);
        } else {
            space = Box.uniform(0, 1, original.encodedSize());
        }
    }

    @Override
    public Space observationSpace() {
        return space;
    }

    @Override
    public void observe(float[] into, int at) {
        inner.observe(row, 0);
        original.encode(row, 0, into, at);
    }
}
