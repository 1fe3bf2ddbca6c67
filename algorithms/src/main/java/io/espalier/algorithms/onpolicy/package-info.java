/** Algorithms that learn from what their newest policy just did, and then forget it. */
@NullMarked
package io.espalier.algorithms.onpolicy;

import org.jspecify.annotations.NullMarked;
