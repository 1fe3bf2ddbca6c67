/**
 * The words of Espalier: spaces, environments, steps, seeds, rollouts and the arithmetic of returns.
 *
 * <p>Everything here depends on the JDK alone. Observations and actions are flat rows of {@code float} in arrays that
 * their owner allocates once; a row is named by its array and the index at which it starts.
 */
@NullMarked
package io.espalier.core;

import org.jspecify.annotations.NullMarked;
