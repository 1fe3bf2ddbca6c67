package io.espalier.algorithms.parts;

import io.espalier.core.Rollout;
import java.util.function.Consumer;

/** Hands rollouts to a replay buffer: of rows whose reward is not finite, nothing is stored, as of discarded ones. */
public final class Transitions {
    private final boolean[] discarded;

    /**
     * @param rows of each rollout
     */
    public Transitions(int rows) {
        discarded = new boolean[rows];
    }

    /** Stores what may be learned from; the rollout is afterwards as it was. */
    public void store(Rollout rollout, Consumer<Rollout> buffer) {
        System.arraycopy(rollout.discarded, 0, discarded, 0, discarded.length);
        for (int row = 0; row < rollout.rows(); row++) {
            rollout.discarded[row] |= !Double.isFinite(rollout.rewards[row]);
        }
        buffer.accept(rollout);
        System.arraycopy(discarded, 0, rollout.discarded, 0, discarded.length);
    }
}
