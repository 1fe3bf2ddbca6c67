package io.espalier.policy;

import io.espalier.core.Stateful;
import io.espalier.nn.Weights;

/** The only thing that changes parameters. Used by one thread at a time. */
public interface Learner extends Stateful {
    /** The newest policy; its weights' version grows by one with each update. */
    Policy policy();

    /** The newest weights. */
    default Weights weights() {
        return policy().weights();
    }

    /** Gradient updates made so far, or generations. */
    long updates();
}
