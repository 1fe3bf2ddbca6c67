package io.espalier.core.wrappers;

/** An environment gave something that is not finite or not in its space. */
public final class EnvironmentViolation extends IllegalStateException {
    EnvironmentViolation(String message) {
        super(message);
    }
}
