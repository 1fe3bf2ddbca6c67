package io.espalier.runtime.tasks;

import io.espalier.core.State;
import io.espalier.runtime.Progress;

/**
 * How far a training has come.
 *
 * @param environmentSteps environment steps so far
 * @param episodes training episodes that ended
 * @param meanReturn the mean return of the last 20 training episodes; NaN if none ended
 * @param stepsPerSecond environment steps a second
 * @param fraction how much of the run is done, 0 to 1; a guess
 */
public record TaskProgress(
        long environmentSteps, long episodes, double meanReturn, double stepsPerSecond, double fraction) {
    private static final int RECENT = 20;

    static TaskProgress of(Progress progress) {
        return new TaskProgress(
                progress.environmentSteps(),
                progress.episodes(),
                progress.meanReturn(RECENT),
                progress.stepsPerSecond(),
                progress.fraction());
    }

    void save(State into) {
        into.put("counts", new long[] {environmentSteps, episodes});
        into.put("figures", new double[] {meanReturn, stepsPerSecond, fraction});
    }

    static TaskProgress load(State from) {
        long[] counts = from.longs("counts");
        double[] figures = from.doubles("figures");
        return new TaskProgress(counts[0], counts[1], figures[0], figures[1], figures[2]);
    }
}
