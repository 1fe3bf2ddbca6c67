package io.espalier.runtime;

import io.espalier.core.Setting;

/** How much an environment may misbehave. */
public record GuardSettings(
        @Setting("Seconds an environment may stay in one call before it counts as hung, at least.")
        double hangSeconds,

        @Setting("A call is not hung before it took this many times as long as the longest call so far.")
        double hangFactor,

        @Setting("An episode with more environment steps than this counts as never ending.")
        int longestEpisode,

        @Setting("An environment this many times slower than the median of all is reported as slow.")
        double slowFactor,

        @Setting("Failures of one environment in a row, without one good step, after which the run stops.")
        int failuresInARow,

        @Setting("Failures of one environment within 1000 of its steps after which the run stops.")
        int failuresPerThousandSteps) {
    /** Five seconds, a million steps, 5 failures in a row or 50 in a thousand steps. */
    public static final GuardSettings DEFAULT = new GuardSettings(5, 20, 1_000_000, 50, 5, 50);

    /**
     * Checks each figure.
     *
     * @throws IllegalArgumentException if one is out of range
     */
    public GuardSettings {
        require(hangSeconds >= 0.05 && hangSeconds <= 86_400, "hangSeconds", hangSeconds, "from 0.05 to 86400");
        require(hangFactor >= 1 && hangFactor <= 1e6, "hangFactor", hangFactor, "from 1 to 1000000");
        require(longestEpisode >= 1, "longestEpisode", longestEpisode, "at least 1");
        require(slowFactor > 1, "slowFactor", slowFactor, "above 1");
        require(failuresInARow >= 1, "failuresInARow", failuresInARow, "at least 1");
        require(failuresPerThousandSteps >= 1, "failuresPerThousandSteps", failuresPerThousandSteps, "at least 1");
    }

    /** These settings with another floor for hangs. */
    public GuardSettings withHangSeconds(double seconds) {
        return new GuardSettings(
                seconds, hangFactor, longestEpisode, slowFactor, failuresInARow, failuresPerThousandSteps);
    }

    /** These settings with another limit of an episode's environment steps. */
    public GuardSettings withLongestEpisode(int steps) {
        return new GuardSettings(hangSeconds, hangFactor, steps, slowFactor, failuresInARow, failuresPerThousandSteps);
    }

    private static void require(boolean holds, String name, Number value, String rule) {
        if (!holds) {
            throw new IllegalArgumentException(name + " (" + value + ") must be " + rule + ".");
        }
    }
}
