/** Gradients in fewer bytes: pure arithmetic, with what was lost kept for the next time. */
@NullMarked
package io.espalier.runtime.compression;

import org.jspecify.annotations.NullMarked;
