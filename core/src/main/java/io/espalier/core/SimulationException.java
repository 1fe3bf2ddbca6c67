package io.espalier.core;

/** A {@link Simulation} failed; the cause says why, with the stack of the simulator's thread. */
public final class SimulationException extends RuntimeException {
    SimulationException(String message, Throwable cause) {
        super(message, cause);
    }
}
