/** Algorithms that try whole populations of policies and learn from what each of them earned. */
@NullMarked
package io.espalier.algorithms.evolution;

import org.jspecify.annotations.NullMarked;
