package io.espalier.nn;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Changes parameters along their gradients. One update is {@link #beginStep} and then {@link #step} over all parameters,
 * in one call or in any partition of the range, by any threads: the bits are the same.
 *
 * <p>Its whole state is {@link #steps()} and its slots, arrays as long as the parameters.
 */
public final class Optimizer {
    private final OptimizerSpec spec;
    private final Kernels kernels;
    private final int parameters;
    private final float[][] slots;
    private long steps;
    private double correction1 = 1;
    private float rootCorrection = 1;

    Optimizer(OptimizerSpec spec, int parameters, Kernels kernels) {
        this.spec = spec;
        this.kernels = kernels;
        this.parameters = parameters;
        this.slots = new float[slots(spec)][parameters];
        if (spec instanceof OptimizerSpec.RmsProp rms && rms.tensorflow()) {
            Arrays.fill(slots[0], 1f);
        }
    }

    private static int slots(OptimizerSpec spec) {
        if (spec instanceof OptimizerSpec.Sgd sgd) {
            return sgd.momentum() > 0 ? 1 : 0;
        } else if (spec instanceof OptimizerSpec.RmsProp rms) {
            return 1 + (rms.centered() ? 1 : 0) + (rms.momentum() > 0 ? 1 : 0);
        }
        return 2;
    }

    /** Its settings. */
    public OptimizerSpec spec() {
        return spec;
    }

    /** To be called once for each update, before its {@link #step} calls: counts it. */
    public void beginStep() {
        restore(steps + 1);
    }

    /**
     * Updates the parameters [from, to).
     *
     * @param gradientScale factor on each gradient, such as {@link Gradients#clipScale}; 1 for none
     * @throws IllegalStateException if there was no {@link #beginStep}
     * @throws IllegalArgumentException if the range or the arrays do not fit
     */
    public void step(float[] values, float[] gradients, int from, int to, float learningRate, float gradientScale) {
        if (steps == 0) {
            throw new IllegalStateException("step before beginStep.");
        }
        if (values.length != parameters || gradients.length < parameters || from < 0 || from > to || to > parameters) {
            throw new IllegalArgumentException(
                    "step [" + from + ", " + to + ") over " + values.length + " parameters and " + gradients.length
                            + " gradients; the optimizer was made for " + parameters + ".");
        }
        if (spec instanceof OptimizerSpec.Adam adam) {
            adam(
                    values,
                    gradients,
                    from,
                    to,
                    learningRate,
                    gradientScale,
                    adam.beta1(),
                    adam.beta2(),
                    adam.epsilon(),
                    1);
        } else if (spec instanceof OptimizerSpec.AdamW adam) {
            float keep = (float) (1 - learningRate * adam.weightDecay());
            adam(
                    values,
                    gradients,
                    from,
                    to,
                    learningRate,
                    gradientScale,
                    adam.beta1(),
                    adam.beta2(),
                    adam.epsilon(),
                    keep);
        } else if (spec instanceof OptimizerSpec.Sgd sgd) {
            kernels.sgd(
                    values,
                    gradients,
                    slots.length > 0 ? slots[0] : null,
                    from,
                    to,
                    gradientScale,
                    (float) sgd.weightDecay(),
                    (float) sgd.momentum(),
                    sgd.nesterov(),
                    learningRate);
        } else if (spec instanceof OptimizerSpec.RmsProp rms) {
            rmsProp(rms, values, gradients, from, to, learningRate, gradientScale);
        }
    }

    private void adam(
            float[] values,
            float[] gradients,
            int from,
            int to,
            float learningRate,
            float scale,
            double beta1,
            double beta2,
            double epsilon,
            float keep) {
        kernels.adam(
                values,
                gradients,
                slots[0],
                slots[1],
                from,
                to,
                scale,
                (float) (1 - beta1),
                (float) beta2,
                (float) (1 - beta2),
                (float) epsilon,
                rootCorrection,
                (float) (learningRate / correction1),
                keep);
    }

    private void rmsProp(
            OptimizerSpec.RmsProp rms,
            float[] values,
            float[] gradients,
            int from,
            int to,
            float learningRate,
            float scale) {
        float[] mean = rms.centered() ? slots[1] : null;
        float[] velocity = rms.momentum() > 0 ? slots[slots.length - 1] : null;
        float rho = (float) rms.rho();
        float rate = (float) (1 - rms.rho());
        float epsilon = (float) rms.epsilon();
        float momentum = (float) rms.momentum();
        if (rms.tensorflow()) {
            tensorflow(
                    values,
                    gradients,
                    slots[0],
                    mean,
                    velocity,
                    from,
                    to,
                    scale,
                    rho,
                    rate,
                    epsilon,
                    momentum,
                    learningRate);
        } else {
            kernels.rmsProp(
                    values,
                    gradients,
                    slots[0],
                    mean,
                    velocity,
                    from,
                    to,
                    scale,
                    rho,
                    rate,
                    epsilon,
                    momentum,
                    learningRate);
        }
    }

    /** TensorFlow's form; plain loops with one rounding an operation, so the same bits everywhere. */
    private static void tensorflow(
            float[] values,
            float[] gradients,
            float[] squares,
            float @Nullable [] mean,
            float @Nullable [] velocity,
            int from,
            int to,
            float scale,
            float rho,
            float rate,
            float epsilon,
            float momentum,
            float learningRate) {
        for (int i = from; i < to; i++) {
            float g = scale * gradients[i];
            float s = rho * squares[i] + rate * (g * g);
            squares[i] = s;
            if (mean != null) {
                float m = mean[i] + rate * (g - mean[i]);
                mean[i] = m;
                s = Math.max(0f, s - m * m);
            }
            float u = learningRate * (g / (float) Math.sqrt(s + epsilon));
            if (velocity != null) {
                u = momentum * velocity[i] + u;
                velocity[i] = u;
            }
            values[i] -= u;
        }
    }

    /** How many slots: arrays of running values, one element for each parameter. */
    public int slots() {
        return slots.length;
    }

    /** A live slot, for checkpoints. */
    public float[] slot(int i) {
        return slots[i];
    }

    /** Updates so far. */
    public long steps() {
        return steps;
    }

    /**
     * Goes on after so many updates; the slots are the caller's to fill.
     *
     * @throws IllegalArgumentException if negative
     */
    public void restore(long updates) {
        if (updates < 0) {
            throw new IllegalArgumentException("updates (" + updates + ") must not be negative.");
        }
        steps = updates;
        if (updates > 0 && spec instanceof OptimizerSpec.Adam adam) {
            correct(adam.beta1(), adam.beta2());
        } else if (updates > 0 && spec instanceof OptimizerSpec.AdamW adam) {
            correct(adam.beta1(), adam.beta2());
        }
    }

    private void correct(double beta1, double beta2) {
        double t = (double) steps;
        correction1 = 1 - StrictMath.pow(beta1, t);
        rootCorrection = (float) (1 / Math.sqrt(1 - StrictMath.pow(beta2, t)));
    }
}
