package io.espalier.runtime.workers;

import io.espalier.core.State;

/**
 * Something to be done, or an answer, in general.
 *
 * @param name what
 * @param body what must be known for it; not changed afterwards
 */
public record Command(String name, State body) implements Message {
    /** One without a body. */
    public static Command of(String name) {
        return new Command(name, new State());
    }

    /** One whose body is a number, under "number". */
    public static Command of(String name, long number) {
        State body = new State();
        body.putLong("number", number);
        return new Command(name, body);
    }

    /** The number in the body. */
    public long number() {
        return body.getLong("number");
    }
}
