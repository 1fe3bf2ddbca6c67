/** How the threads of a run are divided among those who collect and the learner, decided by what was measured. */
@NullMarked
package io.espalier.runtime.resources;

import org.jspecify.annotations.NullMarked;
