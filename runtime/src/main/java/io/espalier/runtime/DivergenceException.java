package io.espalier.runtime;

/** Learning keeps producing NaN or infinities, also after going back to earlier states. */
public final class DivergenceException extends RuntimeException {
    DivergenceException(String message) {
        super(message);
    }
}
