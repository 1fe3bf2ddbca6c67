package io.espalier.core.wrappers;

import io.espalier.core.Environment;
import io.espalier.core.Space;

/** Shows features computed from each observation in place of it. */
public final class FeatureMap extends EnvironmentWrapper {
    private final Space space;
    private final Features features;
    private final float[] row;

    /** A pure function from an observation to its features. */
    @FunctionalInterface
    public interface Features {
        /**
         * Computes features.
         *
         * @param observation holds the observation from index 0
         * @param into receives the features at {@code into[at ..]}
         */
        void write(float[] observation, float[] into, int at);
    }

    /**
     * Maps an environment's observations.
     *
     * @param space where the features come from
     */
    public FeatureMap(Environment inner, Space space, Features features) {
        super(inner);
        this.space = space;
        this.features = features;
        row = new float[inner.observationSpace().size()];
    }

    @Override
    public Space observationSpace() {
        return space;
    }

    @Override
    public void observe(float[] into, int at) {
        inner.observe(row, 0);
        features.write(row, into, at);
    }
}
