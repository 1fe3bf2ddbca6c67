package io.espalier.runtime.workers;

import io.espalier.core.Rollout;
import io.espalier.core.State;

/**
 * A block of steps that a worker has taken, with its environments numbered from 0 in it.
 *
 * @param number which block of this worker it is, counted from 0
 * @param rollout the steps, stamped with the version of the weights that acted; the receiver's from now on
 * @param episodes the episodes that ended in it
 * @param after where its environments stand afterwards: from there another worker can go on; empty unless asked for
 * @param faults all faults of its environments so far
 * @param nanos how long it took, in nanoseconds of the worker's thread
 */
public record Experience(long number, Rollout rollout, State episodes, State after, long faults, long nanos)
        implements Message {}
