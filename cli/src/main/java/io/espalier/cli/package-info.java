/** The {@code espalier} command: the only place that joins all parts, and the only one that prints. */
@NullMarked
package io.espalier.cli;

import org.jspecify.annotations.NullMarked;
