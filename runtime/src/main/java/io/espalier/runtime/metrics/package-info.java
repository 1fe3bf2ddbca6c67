/** What a run's workers and its learner do with their time: counted by execution modes, read by tables and endpoints. */
@NullMarked
package io.espalier.runtime.metrics;

import org.jspecify.annotations.NullMarked;
