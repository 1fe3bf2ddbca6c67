package io.espalier.cli;

import io.espalier.runtime.metrics.Histogram;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;

/** The ages of weights as a histogram of Prometheus, whose own kind of histogram wants to do the counting itself. */
final class StalenessSnapshot {
    private StalenessSnapshot() {}

    static HistogramSnapshot of(Histogram staleness) {
        long[] bounds = staleness.bounds();
        long[] counts = staleness.counts();
        ClassicHistogramBuckets.Builder buckets = ClassicHistogramBuckets.builder();
        for (int i = 0; i < counts.length; i++) {
            buckets.bucket(i < bounds.length ? bounds[i] : Double.POSITIVE_INFINITY, counts[i]);
        }
        return HistogramSnapshot.builder()
                .name("espalier_staleness_versions")
                .help("By how many versions of the weights experience was late.")
                .dataPoint(HistogramSnapshot.HistogramDataPointSnapshot.builder()
                        .classicHistogramBuckets(buckets.build())
                        .sum((double) staleness.sum())
                        .build())
                .build();
    }
}
