package io.espalier.cluster;

import io.espalier.core.State;
import io.espalier.runtime.workers.Command;
import io.espalier.runtime.workers.Resources;

/**
 * The first word of whoever knocks at a head's gate.
 *
 * @param identity what it runs
 * @param driver whether it wants to be the head itself
 * @param name what it calls itself
 * @param offers what it lends, with its labels
 * @param lastEpoch the newest head that it has worked for; 0 for none
 */
record Hello(Identity identity, boolean driver, String name, Resources offers, long lastEpoch) {
    private static final String NAME = "hello";

    Command toCommand() {
        State body = new State();
        identity.put(body.child("identity"));
        body.putLong("driver", driver ? 1 : 0);
        Words.put(body, "name", name);
        Words.put(body.child("offers"), offers);
        body.putLong("epoch", lastEpoch);
        return new Command(NAME, body);
    }

    static Hello of(Command command) {
        if (!command.name().equals(NAME)) {
            throw new IllegalArgumentException("a node must say hello first, not \"" + command.name() + "\".");
        }
        State body = command.body();
        return new Hello(
                Identity.get(body.child("identity")),
                body.getLong("driver") != 0,
                Words.text(body, "name"),
                Words.resources(body.child("offers")),
                body.getLong("epoch"));
    }

    /** What a head answers to one that it takes in. */
    record Welcome(long epoch, long session, String name, String head) {
        static final String NAME = "welcome";

        Command toCommand() {
            State body = new State();
            body.putLong("epoch", epoch);
            body.putLong("session", session);
            Words.put(body, "name", name);
            Words.put(body, "head", head);
            return new Command(NAME, body);
        }

        static Welcome of(Command command) {
            State body = command.body();
            return new Welcome(
                    body.getLong("epoch"), body.getLong("session"), Words.text(body, "name"), Words.text(body, "head"));
        }
    }
}
