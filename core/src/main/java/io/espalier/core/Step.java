package io.espalier.core;

/**
 * What one action led to: a reward, and whether and how the episode ended.
 *
 * <p>Build it with the factory that names the event, so that the two ways of ending cannot be confused. An environment
 * with few different rewards keeps its steps in constants and allocates nothing.
 *
 * @param reward the reward of this transition
 * @param terminated the task itself ended: what would have come after is worth nothing, do not bootstrap
 * @param truncated the episode was cut off from outside the task, as by a time limit: bootstrap
 */
public record Step(double reward, boolean terminated, boolean truncated) {
    /**
     * Checks that only one kind of end is claimed.
     *
     * @throws IllegalArgumentException if both flags are set
     */
    public Step {
        if (terminated && truncated) {
            throw new IllegalArgumentException("terminated (true) and truncated (true) exclude each other."
                    + " Maybe report the termination alone: it outranks the time limit.");
        }
    }

    /** The episode goes on. */
    public static Step transition(double reward) {
        return new Step(reward, false, false);
    }

    /** The task ended by its own rules (won, lost, fell over): no bootstrap. */
    public static Step termination(double reward) {
        return new Step(reward, true, false);
    }

    /** The episode was cut off from outside the task, as by a time limit: bootstrap. */
    public static Step truncation(double reward) {
        return new Step(reward, false, true);
    }

    /** Whether this was the last step of its episode, for either reason. */
    public boolean last() {
        return terminated || truncated;
    }

    /** This step with another reward and the same flags. */
    public Step withReward(double other) {
        return new Step(other, terminated, truncated);
    }
}
