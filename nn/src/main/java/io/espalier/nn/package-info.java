/**
 * Networks and their numerics: specifications as data, forward and backward passes, losses, optimisers, and the kernels
 * below them.
 *
 * <p>Everything here depends on the JDK alone. Every result has the same bits on every processor, at every vector width,
 * with and without the Vector API.
 */
@NullMarked
package io.espalier.nn;

import org.jspecify.annotations.NullMarked;
