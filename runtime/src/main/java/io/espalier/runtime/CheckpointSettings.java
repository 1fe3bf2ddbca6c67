package io.espalier.runtime;

import io.espalier.core.Setting;

/** When the state of a run is saved. It is always saved when a run stops. */
public record CheckpointSettings(
        @Setting("Save whenever that many further environment steps were taken; 0: never by this rule.")
        long everyEnvironmentSteps,

        @Setting("Save whenever that many seconds have passed; 0: never by this rule.")
        double everySeconds,

        @Setting("How many good checkpoints are kept.") int keep) {
    /** Every 30 seconds, keeping two. */
    public static final CheckpointSettings DEFAULT = new CheckpointSettings(0, 30, 2);

    /**
     * Checks each figure.
     *
     * @throws IllegalArgumentException if one is out of range
     */
    public CheckpointSettings {
        if (everyEnvironmentSteps < 0) {
            throw new IllegalArgumentException(
                    "everyEnvironmentSteps (" + everyEnvironmentSteps + ") must be at least 0.");
        }
        if (!(everySeconds >= 0 && everySeconds <= 1e9)) {
            throw new IllegalArgumentException("everySeconds (" + everySeconds + ") must be from 0 to 1e9.");
        }
        if (keep < 2) {
            throw new IllegalArgumentException(
                    "keep (" + keep + ") must be at least 2: the newest may turn out to be damaged.");
        }
    }

    /** These settings, saving whenever that many further environment steps were taken. */
    public CheckpointSettings every(long environmentSteps) {
        return new CheckpointSettings(environmentSteps, everySeconds, keep);
    }

    /** These settings, saving whenever that many seconds have passed. */
    public CheckpointSettings everySeconds(double seconds) {
        return new CheckpointSettings(everyEnvironmentSteps, seconds, keep);
    }
}
