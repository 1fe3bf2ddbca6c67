/** What goes wrong between processes, done on purpose and by a seed. */
@NullMarked
package io.espalier.testkit.faults;

import org.jspecify.annotations.NullMarked;
