package io.espalier.runtime;

/** When a run is to be saved next. */
final class SaveSchedule {
    private final CheckpointSettings settings;
    private long nextSteps;
    private double nextSeconds;

    /** From where the run stands now. */
    SaveSchedule(CheckpointSettings settings, Progress progress) {
        this.settings = settings;
        saved(progress);
    }

    boolean due(Progress progress) {
        boolean stepsDue = settings.everyEnvironmentSteps() > 0 && progress.environmentSteps() >= nextSteps;
        boolean secondsDue = settings.everySeconds() > 0 && progress.wallSeconds() >= nextSeconds;
        return stepsDue || secondsDue;
    }

    void saved(Progress progress) {
        long every = settings.everyEnvironmentSteps();
        if (every > 0) {
            nextSteps = (progress.environmentSteps() / every + 1) * every;
        }
        nextSeconds = progress.wallSeconds() + settings.everySeconds();
    }
}
