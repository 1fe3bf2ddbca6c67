package io.espalier.runtime;

import io.espalier.runtime.workers.LocalPool;
import io.espalier.runtime.workers.WorkerPool;

/**
 * Where the workers of a mode run: in the pool that the run was given or, if it was given none, on threads of this process.
 *
 * @param own whether the pool was made for this mode, and is closed with it
 * @param kept processors of the pool on which the learner has its work done
 */
record Workplace(WorkerPool pool, boolean own, int kept) implements AutoCloseable {
    /**
     * The place of a run's workers.
     *
     * @throws IllegalArgumentException if what the learner needs leaves them no room
     */
    static Workplace of(GatheringParts parts) {
        WorkerPool given = parts.workers();
        if (given == null) {
            return new Workplace(new LocalPool(), true, 0);
        }
        int kept = parts.plan().placement().processors();
        int processors = Crew.processors(given);
        if (kept >= processors) {
            throw new IllegalArgumentException("the learner is cut over " + kept + " processors, and the nodes have "
                    + processors + " together: none is left for workers that collect. Maybe add nodes, as by --workers "
                    + (kept + 1) + ".");
        }
        return new Workplace(given, false, kept);
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
        return chosen > 0 ? chosen : Math.max(1, Crew.processors(pool) - kept);
    }

    @Override
    public void close() {
        if (own) {
            pool.close();
        }
    }
}
