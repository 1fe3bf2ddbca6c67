package io.espalier.runtime.workers;

import io.espalier.core.State;

/**
 * A kind of worker that another JVM may ask this one to run; found as a service. Nothing else can be started from outside.
 * The one class that a description may name is a user's environment: it must be on the class path here, which the operator
 * chose, and nothing of it runs before it is known to be one.
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
