/** Many independent trainings and evaluations, over the threads of this process or the nodes of a cluster. */
@NullMarked
package io.espalier.runtime.tasks;

import org.jspecify.annotations.NullMarked;
