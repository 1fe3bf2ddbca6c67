package io.espalier.runtime.workers;

import org.jspecify.annotations.Nullable;

/** A worker ended itself by an exception, on whatever machine it ran: another in its place would do the same. */
public final class WorkerFailure extends RuntimeException {
    private static final int MOST_STACK = 16_000;

    /** With what is known of the cause; its stack is that of the worker's own machine. */
    public WorkerFailure(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /** The stack of a failure and of what caused it, as text of some 16,000 characters at most, to be sent elsewhere. */
    public static String stack(Throwable failure) {
        StringBuilder text = new StringBuilder();
        for (Throwable at = failure; at != null && text.length() < MOST_STACK; at = at.getCause()) {
            text.append(at == failure ? "" : "caused by " + at + "\n");
            for (StackTraceElement frame : at.getStackTrace()) {
                text.append("    at ").append(frame).append('\n');
            }
        }
        return text.length() > MOST_STACK ? text.substring(0, MOST_STACK) + " ..." : text.toString();
    }
}
