/** Benchmarks and studies: each prints its figures, and stores them with the machine and the commit they come from. */
@NullMarked
package io.espalier.benchmarks;

import org.jspecify.annotations.NullMarked;
