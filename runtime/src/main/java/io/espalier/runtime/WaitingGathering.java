package io.espalier.runtime;

/** A gathering all of whose experience comes from workers: the run's own thread only waits, and has nothing to get stuck in. */
interface WaitingGathering extends Gathering {
    @Override
    default int tasks() {
        return 1;
    }

    @Override
    default void resume(int index, int thread) {
        throw new IllegalStateException("waiting for workers cannot be given up.");
    }
}
