/** What happens in a run and is worth a line. */
@NullMarked
package io.espalier.runtime.events;

import org.jspecify.annotations.NullMarked;
