package io.espalier.algorithms.offpolicy;

import io.espalier.algorithms.parts.ShardedUpdate;

/** A loss of action values over a replayed sample. */
interface ValueLoss extends ShardedUpdate.Loss {
    /** Figures: sums over rows. */
    int LOSS = 0, VALUE = 1, ERROR = 2;

    /** [B]: how wrong each row was in the last update, which priorities go by. */
    double[] errors();

    @Override
    default boolean takesPieces() {
        return true;
    }

    /** Makes the loss over a sample, whose network is the learner's. */
    interface Maker {
        ValueLoss of(NextValues next);
    }
}
