package io.espalier.algorithms.onpolicy;

import io.espalier.algorithms.parts.ShardedUpdate;
import io.espalier.core.MetricSink;
import java.util.Arrays;

/** What the updates of one round by a {@link ClippedObjective} come to: its figures' sums, and the metrics made of them. */
final class ClippedFigures {
    private final ShardedUpdate update;
    private final double[] sums = new double[ClippedObjective.CLIPPED + 1];
    private double rows;
    private double norm;
    private int updates;
    private long skippedBefore;

    ClippedFigures(ShardedUpdate update) {
        this.update = update;
    }

    /** A round begins. */
    void begin() {
        Arrays.fill(sums, 0);
        rows = 0;
        norm = 0;
        updates = 0;
        skippedBefore = update.skipped();
    }

    /** Adds the update just made, by so many rows that count. */
    void add(int count) {
        for (int i = 0; i < sums.length; i++) {
            sums[i] += update.figure(i);
        }
        rows += count;
        norm += update.gradientNorm();
        updates++;
    }

    /** The sum of a figure over the rows so far. */
    double sum(int figure) {
        return sums[figure];
    }

    /** The rows so far; those of several epochs count several times. */
    double rows() {
        return rows;
    }

    /** Tells of the round, and what the values explained of it. */
    void report(MetricSink metrics, double rate, double explainedVariance) {
        metrics.put("update/skipped", (double) (update.skipped() - skippedBefore));
        metrics.put("update/learning-rate", rate);
        metrics.put("value/explained-variance", explainedVariance);
        if (updates > 0) {
            metrics.put("loss/policy", sums[ClippedObjective.POLICY] / rows);
            metrics.put("loss/value", sums[ClippedObjective.VALUE] / rows);
            metrics.put("policy/entropy", sums[ClippedObjective.ENTROPY] / rows);
            metrics.put("policy/kl", sums[ClippedObjective.KL] / rows);
            metrics.put("policy/clip-fraction", sums[ClippedObjective.CLIPPED] / rows);
            metrics.put("update/gradient-norm", norm / updates);
        }
    }
}
