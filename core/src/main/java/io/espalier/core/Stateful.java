package io.espalier.core;

/**
 * A component that can be stopped and resumed without leaving a trace: after {@code load(s)} it behaves, bit for bit, as
 * the one that did {@code save(s)}.
 */
public interface Stateful {
    /** Writes everything that changes while running. */
    void save(State into);

    /**
     * Becomes what was saved.
     *
     * @throws IllegalArgumentException if the state is of something else
     */
    void load(State from);
}
