package io.espalier.cli;

/** What the user asked for cannot be done as asked: told in one message without a stack trace, exit code 2. */
final class BadInput extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    BadInput(String message) {
        super(message);
    }

    BadInput(String message, Throwable cause) {
        super(message, cause);
    }
}
