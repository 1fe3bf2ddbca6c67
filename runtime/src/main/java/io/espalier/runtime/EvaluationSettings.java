package io.espalier.runtime;

import io.espalier.core.Setting;

/** How a policy is evaluated. */
public record EvaluationSettings(
        @Setting("Episodes per evaluation.") int episodes,

        @Setting("Evaluate whenever that many further environment steps were taken; 0: only at the end.")
        long everyEnvironmentSteps,

        @Setting("Take the likeliest action (true) or draw one (false).")
        boolean greedy,

        @Setting("Environment steps after which an episode is cut off.")
        int longestEpisode) {
    /** 100 greedy episodes at the end. */
    public static final EvaluationSettings DEFAULT = new EvaluationSettings(100, 0, true, 100_000);

    /**
     * Checks each figure.
     *
     * @throws IllegalArgumentException if one is out of range
     */
    public EvaluationSettings {
        if (episodes < 1 || episodes > 10_000_000) {
            throw new IllegalArgumentException("episodes (" + episodes + ") must be from 1 to 10000000.");
        }
        if (everyEnvironmentSteps < 0) {
            throw new IllegalArgumentException("everyEnvironmentSteps (" + everyEnvironmentSteps
                    + ") must be at least 0. Maybe 0, to evaluate only at the end.");
        }
        if (longestEpisode < 1) {
            throw new IllegalArgumentException("longestEpisode (" + longestEpisode + ") must be at least 1.");
        }
    }

    /** These settings with another number of episodes. */
    public EvaluationSettings withEpisodes(int count) {
        return new EvaluationSettings(count, everyEnvironmentSteps, greedy, longestEpisode);
    }

    /** These settings, evaluating whenever that many further environment steps were taken. */
    public EvaluationSettings every(long environmentSteps) {
        return new EvaluationSettings(episodes, environmentSteps, greedy, longestEpisode);
    }

    /** These settings with actions drawn instead of greedy. */
    public EvaluationSettings sampled() {
        return new EvaluationSettings(episodes, everyEnvironmentSteps, false, longestEpisode);
    }
}
