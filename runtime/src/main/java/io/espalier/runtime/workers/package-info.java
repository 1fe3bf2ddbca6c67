/** Workers, and the places where they run: threads of this process, or the nodes of a cluster. */
@NullMarked
package io.espalier.runtime.workers;

import org.jspecify.annotations.NullMarked;
