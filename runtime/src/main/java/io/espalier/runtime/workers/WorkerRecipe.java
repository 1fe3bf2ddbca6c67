package io.espalier.runtime.workers;

import io.espalier.core.State;

/** How to make a worker: here, or, from a description, wherever a {@link WorkerKind} of that name is known. */
public interface WorkerRecipe {
    /** The name of the {@link WorkerKind} that reads the description. */
    String kind();

    /**
     * Everything needed to make the same worker in another JVM.
     *
     * @throws IllegalArgumentException if that cannot be said, as for an environment without a name
     */
    State description();

    /** Makes the worker, on the thread that will run it. */
    Worker create(WorkerContext context);
}
