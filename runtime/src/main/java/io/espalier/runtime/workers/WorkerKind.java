package io.espalier.runtime.workers;

import io.espalier.core.State;

/**
 * A kind of worker that another JVM may ask this one to run; found as a service. Nothing else can be started from outside:
 * no class is ever named by a message.
 */
public interface WorkerKind {
    /** Its name, as "rollouts". */
    String name();

    /**
     * Reads what {@link WorkerRecipe#description} wrote.
     *
     * @throws IllegalArgumentException if it is not valid, or names what is not known here
     */
    WorkerRecipe read(State description);
}
