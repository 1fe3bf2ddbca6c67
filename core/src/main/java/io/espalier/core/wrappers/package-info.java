/** Environments around environments: each changes one thing and passes everything else on. */
@NullMarked
package io.espalier.core.wrappers;

import org.jspecify.annotations.NullMarked;
