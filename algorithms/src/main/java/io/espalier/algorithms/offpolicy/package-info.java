/** Algorithms that learn from remembered experience, whoever made it. */
@NullMarked
package io.espalier.algorithms.offpolicy;

import org.jspecify.annotations.NullMarked;
