package io.espalier.algorithms.parts;

import io.espalier.core.State;
import io.espalier.core.Stateful;
import io.espalier.nn.Optimizer;
import io.espalier.nn.OptimizerSpec;

/**
 * The weight α of entropy in soft actor-critic, which may adapt itself to a wanted entropy H̄ (Haarnoja et al.,
 * arXiv:1812.05905, equation 18, in ln α): J(ln α) = ln α · (H − H̄), with H the policy's entropy.
 */
public final class Temperature implements Stateful {
    private final float[] log;
    private final float[] gradient = new float[1];
    private final boolean automatic;
    private final Optimizer optimizer = OptimizerSpec.adam().create(1);

    /**
     * @param start α at the beginning, above 0
     * @param automatic whether it adapts
     */
    public Temperature(double start, boolean automatic) {
        log = new float[] {(float) StrictMath.log(start)};
        this.automatic = automatic;
    }

    /** α. */
    public double value() {
        return StrictMath.exp(log[0]);
    }

    /**
     * Steps towards the wanted entropy, if it adapts.
     *
     * @param entropy H, in nats
     * @param wanted H̄, in nats
     * @param rate Adam's step size
     */
    public void adapt(double entropy, double wanted, double rate) {
        if (automatic) {
            gradient[0] = (float) (entropy - wanted);
            optimizer.beginStep();
            optimizer.step(log, gradient, 0, 1, (float) rate, 1);
        }
    }

    @Override
    public void save(State into) {
        into.put("temperature", log.clone());
        for (int i = 0; i < optimizer.slots(); i++) {
            into.put("temperature-optimizer/" + i, optimizer.slot(i).clone());
        }
        into.putLong("temperature-steps", optimizer.steps());
    }

    @Override
    public void load(State from) {
        log[0] = from.floats("temperature", 1)[0];
        for (int i = 0; i < optimizer.slots(); i++) {
            optimizer.slot(i)[0] = from.floats("temperature-optimizer/" + i, 1)[0];
        }
        optimizer.restore(from.getLong("temperature-steps"));
    }
}
