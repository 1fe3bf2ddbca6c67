package io.espalier.runtime;

/** Environments failed so often that going on makes no sense; the cause is the last fault. */
public final class EnvironmentFailure extends RuntimeException {
    private final EnvironmentFault last;

    EnvironmentFailure(String message, EnvironmentFault last) {
        super(message, last);
        this.last = last;
    }

    /** The fault that was one too many. */
    public EnvironmentFault fault() {
        return last;
    }
}
