/** One compiled file for each thing that people come for. */
@NullMarked
package io.espalier.examples;

import org.jspecify.annotations.NullMarked;
