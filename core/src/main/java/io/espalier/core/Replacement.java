package io.espalier.core;

/**
 * What a {@link DefaultVectorEnvironment} asks for when one of its copies has failed. With a replacement the failure
 * costs one transition, marked as discarded; without one it ends the step with an {@link EnvironmentException}.
 *
 * <p>Here is the place to report the failure, to count it and to stop the run when there are too many: whatever this
 * throws comes out of the step. It is called again if the copy it gave fails while it begins its first episode, so it
 * must count those failures too.
 */
@FunctionalInterface
public interface Replacement {
    /**
     * Provides a fresh copy in place of a failed one.
     *
     * @param copy the global number of the copy
     * @param failed what failed; closing it is up to the implementation, for it may be stuck
     * @param cause what went wrong: what the environment threw, or what was given to
     *     {@link DefaultVectorEnvironment#takeOver}
     * @return an environment with the same spaces that nobody else uses
     */
    Environment replace(int copy, Environment failed, Throwable cause);
}
