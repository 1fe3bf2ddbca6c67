package io.espalier.runtime;

import io.espalier.core.Rollout;
import io.espalier.runtime.events.RunEvent;
import java.util.List;

/** Tells of the episodes that ended in a round, in the order in which they are handed to it. */
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

    /**
     * Tells of one; call it before the round is counted.
     *
     * @param of where it is number {@code i}
     * @param environmentSteps those of the round up to its end
     */
    void tell(Episodes of, int i, long environmentSteps) {
        long steps = progress.environmentSteps() + environmentSteps;
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

    /**
     * Tells of those of a block, in order of steps, then of groups of environments, whatever the grouping.
     *
     * @param groups the episodes of each contiguous group, in order of environments
     */
    void tell(Rollout rollout, Episodes[] groups) {
        int[] at = new int[groups.length];
        for (int t = 0; t < rollout.steps; t++) {
            for (int g = 0; g < groups.length; g++) {
                Episodes of = groups[g];
                while (at[g] < of.count() && of.step(at[g]) == t) {
                    tell(of, at[g]++, (t + 1L) * rollout.environments);
                }
            }
        }
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
