package io.espalier.policy;

import java.io.IOException;

/** A file that is not what it should be: torn, damaged, hostile or of another kind. The message says what is wrong. */
public final class CorruptFileException extends IOException {
    /** With what is wrong. */
    public CorruptFileException(String message) {
        super(message);
    }

    /** With what is wrong and what showed it. */
    public CorruptFileException(String message, Throwable cause) {
        super(message, cause);
    }
}
