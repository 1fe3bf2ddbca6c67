/**
 * Training runs: {@link io.espalier.runtime.Trainer} joins an algorithm and an environment until a
 * {@link io.espalier.runtime.StopRule} holds; workers, cores, evaluation, checkpoints, metrics, the guard around every
 * environment and the watchdog behind it. Names no algorithm.
 */
@NullMarked
package io.espalier.runtime;

import org.jspecify.annotations.NullMarked;
