/** Algorithms that keep one number for every pair of state and action. */
@NullMarked
package io.espalier.algorithms.tabular;

import org.jspecify.annotations.NullMarked;
