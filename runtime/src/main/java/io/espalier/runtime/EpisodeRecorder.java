package io.espalier.runtime;

import io.espalier.core.Rollout;
import java.util.List;

/** Tells of the episodes that ended in a round: in order of steps, then of environments, whatever the grouping. */
final class EpisodeRecorder {
    private final Progress progress;
    private final RunRecords records;
    private final MetricMeans means;
    private final boolean saysSuccess;
    private final FigureNames names;
    private boolean tooMany;

    EpisodeRecorder(Progress progress, RunRecords records, MetricMeans means, boolean saysSuccess) {
        this.progress = progress;
        this.records = records;
        this.means = means;
        this.saysSuccess = saysSuccess;
        names = new FigureNames(
                "episode/", saysSuccess ? List.of("return", "length", "success") : List.of("return", "length"));
    }

    /** Call it before the round is counted. */
    void tell(RolloutWorker[] workers, Rollout rollout) {
        int[] at = new int[workers.length];
        for (int t = 0; t < rollout.steps; t++) {
            long steps = progress.environmentSteps() + (t + 1L) * rollout.environments;
            for (int w = 0; w < workers.length; w++) {
                Episodes of = workers[w].episodes();
                while (at[w] < of.count() && of.step(at[w]) == t) {
                    tell(of, at[w]++, steps);
                }
            }
        }
    }

    private void tell(Episodes of, int i, long steps) {
        progress.episode(of.episodeReturn(i));
        means.put("episode/return", of.episodeReturn(i));
        means.put("episode/length", of.length(i));
        if (saysSuccess) {
            means.put("episode/success", of.success(i) ? 1 : 0);
        }
        for (int figure = of.figuresFrom(i); figure < of.figuresTo(i); figure++) {
            tellFigure(of.name(figure), of.value(figure));
        }
        records.episode(steps, of.environment(i), of.episodeReturn(i), of.length(i), of.success(i));
    }

    /** Something that the environment itself has put to an episode. */
    private void tellFigure(String name, double value) {
        String column = names.column(name);
        if (column != null) {
            means.put(column, value);
        } else if (!tooMany) {
            tooMany = true;
            records.event(RunEvent.of(
                    "metrics/too-many",
                    "the environments report figures of more than " + FigureNames.MOST + " names; \"" + name
                            + "\" and further ones are not recorded. Maybe a name holds a number"));
        }
    }
}
