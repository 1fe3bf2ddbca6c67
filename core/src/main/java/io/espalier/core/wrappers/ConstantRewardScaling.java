package io.espalier.core.wrappers;

import io.espalier.core.Environment;
import io.espalier.core.Step;

/** Multiplies rewards by a constant. */
public final class ConstantRewardScaling extends EnvironmentWrapper {
    private final double factor;

    /**
     * Scales an environment's rewards.
     *
     * @throws IllegalArgumentException if the factor is 0, infinite or NaN
     */
    public ConstantRewardScaling(Environment inner, double factor) {
        super(inner);
        if (factor == 0 || !Double.isFinite(factor)) {
            throw new IllegalArgumentException("factor (" + factor + ") must be finite and not 0.");
        }
        this.factor = factor;
    }

    @Override
    public Step step(float[] actions, int at) {
        Step step = inner.step(actions, at);
        return step.withReward(factor * step.reward());
    }
}
