package io.espalier.runtime.workers;

import org.jspecify.annotations.Nullable;

/** A worker ended itself by an exception, on whatever machine it ran: another in its place would do the same. */
public final class WorkerFailure extends RuntimeException {
    /** With what is known of the cause; its stack is that of the worker's own machine. */
    public WorkerFailure(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
