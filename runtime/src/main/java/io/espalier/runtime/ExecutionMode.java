package io.espalier.runtime;

/** How workers and learner are joined. Each mode is one file over the same parts, those of {@link Training}. */
public abstract sealed class ExecutionMode permits Synchronous {
    ExecutionMode() {}

    /** Collect, learn, collect, learn: the reference. Same bits for any number of threads. */
    public static ExecutionMode synchronous() {
        return new Synchronous();
    }

    /** Its name in settings, as "synchronous". */
    public abstract String name();

    /**
     * The loop that trains until {@link Training#goesOn} says no.
     *
     * @return a body that keeps its place in fields: when the thread that runs it is given up, stuck in an environment,
     *     another thread runs it again and it goes on there
     */
    abstract Runnable loop(Training training);
}
