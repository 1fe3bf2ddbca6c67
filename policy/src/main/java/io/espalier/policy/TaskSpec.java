package io.espalier.policy;

import io.espalier.core.Space;

/**
 * What an algorithm must know of the task before it sees any of it.
 *
 * @param observationSpace the space of one environment's observations
 * @param actionSpace the space of one environment's actions
 * @param masked whether the environment forbids actions
 * @param environmentSteps how many environment steps the run may take in all; schedules run along it
 */
public record TaskSpec(Space observationSpace, Space actionSpace, boolean masked, long environmentSteps) {
    /**
     * Checks the budget.
     *
     * @throws IllegalArgumentException if environmentSteps is below 1
     */
    public TaskSpec {
        if (environmentSteps < 1) {
            throw new IllegalArgumentException("environmentSteps (" + environmentSteps + ") must be at least 1.");
        }
    }

    /** How far along the budget a run is after that many steps: 0 to 1. */
    public double progress(long steps) {
        return Math.min(1.0, (double) steps / environmentSteps);
    }
}
