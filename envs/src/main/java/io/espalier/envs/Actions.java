package io.espalier.envs;

import io.espalier.core.Discrete;

/** What every environment checks before it acts. */
final class Actions {
    private Actions() {}

    /**
     * The number of a discrete action.
     *
     * @throws IllegalArgumentException if it is none of the space
     */
    static int choice(Discrete space, float[] actions, int at) {
        if (!space.contains(actions, at)) {
            throw new IllegalArgumentException("action (" + actions[at] + ") must be a whole number from 0 to "
                    + (space.n() - 1) + ". Maybe it was not rounded, or is of another environment.");
        }
        return (int) actions[at];
    }

    /**
     * A continuous action; limits are the environment's own affair, as in Gymnasium it clips.
     *
     * @throws IllegalArgumentException if it is NaN or infinite
     */
    static float finite(float[] actions, int at) {
        float action = actions[at];
        if (!Float.isFinite(action)) {
            throw new IllegalArgumentException(
                    "action (" + action + ") must be a finite number. Maybe the policy has diverged.");
        }
        return action;
    }

    /**
     * Refuses to act outside an episode.
     *
     * @throws IllegalStateException if none is under way
     */
    static void underWay(boolean running) {
        if (!running) {
            throw new IllegalStateException(
                    "no episode is under way. Maybe reset was not called, or the last step ended the episode.");
        }
    }
}
