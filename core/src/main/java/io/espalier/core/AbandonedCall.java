package io.espalier.core;

/**
 * Unwinds a thread that was given up while it was stuck in an environment, should the environment ever return. Whoever
 * guards an environment throws it in place of returning, once another thread has called
 * {@link DefaultVectorEnvironment#takeOver}; it passes through everything, and nothing is written on its way.
 */
public final class AbandonedCall extends Error {
    /** An unwinding; it carries no stack, for nobody waits for it. */
    public AbandonedCall(String message) {
        super(message, null, false, false);
    }
}
