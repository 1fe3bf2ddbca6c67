package io.espalier.runtime;

/** Environments failed so often that going on makes no sense; the cause is the last fault. */
public final class EnvironmentFailure extends RuntimeException {
    EnvironmentFailure(String message, EnvironmentFault last) {
        super(message, last);
    }

    /** The fault that was one too many. */
    public EnvironmentFault fault() {
        return (EnvironmentFault) getCause();
    }
}
