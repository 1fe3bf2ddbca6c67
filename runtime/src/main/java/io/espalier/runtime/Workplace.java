package io.espalier.runtime;

import io.espalier.runtime.workers.LocalPool;
import io.espalier.runtime.workers.WorkerPool;

/**
 * Where the workers of a mode run: in the pool that the run was given or, if it was given none, on threads of this process.
 *
 * @param own whether the pool was made for this mode, and is closed with it
 */
record Workplace(WorkerPool pool, boolean own) implements AutoCloseable {
    static Workplace of(GatheringParts parts) {
        WorkerPool given = parts.workers();
        return given == null ? new Workplace(new LocalPool(), true) : new Workplace(given, false);
    }

    /**
     * How many workers somebody has chosen, be it as threads; 0 for one per processor, as nodes come and go.
     *
     * @param asked how many the mode's settings say; 0 if they leave it open
     */
    int chosen(int asked, int threads) {
        return asked > 0 || !own ? asked : threads;
    }

    /** The most workers of use on threads of this process: those that wait for their environments need no processor. */
    static int most() {
        return 16 * Runtime.getRuntime().availableProcessors();
    }

    /** How many workers there should be now. */
    int workers(int chosen) {
        return chosen > 0 ? chosen : Crew.processors(pool);
    }

    @Override
    public void close() {
        if (own) {
            pool.close();
        }
    }
}
