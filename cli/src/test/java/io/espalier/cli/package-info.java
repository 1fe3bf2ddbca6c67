/** Tests of the command, and of the rules that hold across all modules. */
@NullMarked
package io.espalier.cli;

import org.jspecify.annotations.NullMarked;
