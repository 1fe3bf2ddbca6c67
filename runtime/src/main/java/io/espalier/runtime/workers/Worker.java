package io.espalier.runtime.workers;

/**
 * A part of a run that works beside it, on a thread of its own, here or on another machine: it is sent messages, does what
 * they ask for, and sends others back through its {@link WorkerContext}. Made by a {@link WorkerRecipe}.
 *
 * <p>Its methods are called one after the other. How far it has come must be kept in fields where {@link #receive} enters
 * foreign code: a thread that is stuck there is {@linkplain WorkerContext#giveUp given up}, and another one calls
 * {@link #resume}. What it throws ends it, and is told to its employer.
 */
public interface Worker extends AutoCloseable {
    /** Does what a message asks for. */
    void receive(Message message);

    /** Does the rest of the message that was being received when the thread was given up. */
    default void resume() {
        throw new IllegalStateException("a " + getClass().getSimpleName() + " cannot go on on another thread.");
    }

    @Override
    void close();
}
