package io.espalier.runtime.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class RunMetricsTest {
    private long now = 5_000;
    private final RunMetrics metrics = new RunMetrics(() -> now);

    private Map<String, Double> figures() {
        Map<String, Double> figures = new LinkedHashMap<>();
        metrics.figures(figures::put);
        return figures;
    }

    @Test
    void figuresTellOfTheTimeSinceTheLastOnes() {
        metrics.population(2, 1);
        metrics.worker(0).collected(1000, 3_000_000_000L);
        metrics.worker(0).waited(1_000_000_000L);
        metrics.worker(1).collected(600, 2_000_000_000L);
        metrics.worker(1).waited(2_000_000_000L);
        metrics.worker(1).sent(10);
        metrics.worker(1).received(30);
        metrics.stale(0);
        metrics.stale(3);
        metrics.queue(4);
        metrics.dropped(128);
        metrics.learned(1_000_000_000L);
        metrics.learnerWaited(3_000_000_000L);
        now += 4_000_000_000L;
        // By hand: 1600 steps of two in 4 s; the slowest 600; 3 s of 8 s waited; (0 + 3) / 2 versions.
        assertThat(figures())
                .containsExactly(
                        entry("workers/alive", 2.0),
                        entry("workers/pending", 1.0),
                        entry("workers/lost", 0.0),
                        entry("workers/samples-per-second", 200.0),
                        entry("workers/slowest-samples-per-second", 150.0),
                        entry("workers/bytes", 40.0),
                        entry("workers/waiting", 0.375),
                        entry("workers/queue", 4.0),
                        entry("workers/dropped", 128.0),
                        entry("learner/waiting", 0.75),
                        entry("workers/staleness/mean", 1.5));

        metrics.worker(0).collected(100, 1_000_000_000L);
        now += 2_000_000_000L;
        assertThat(figures())
                .containsEntry("workers/samples-per-second", 25.0)
                .containsEntry("workers/slowest-samples-per-second", 0.0)
                .containsEntry("workers/waiting", 0.0)
                .containsEntry("workers/dropped", 128.0)
                .doesNotContainKey("workers/staleness/mean");
    }

    @Test
    void aRunOnThreadsOfItsOwnHasNoFiguresThatDifferFromRunToRun() {
        metrics.worker(0).collected(1000, 10);
        metrics.learned(5);
        now += 1_000_000_000L;
        assertThat(figures()).isEmpty();
        assertThat(metrics.worker(0).environmentSteps()).isEqualTo(1000);
    }

    @Test
    void stalenessIsCountedByRanges() {
        for (long versions : new long[] {0, 1, 2, 3, 4, 5, 8, 9, 64, 65, 1000}) {
            metrics.stale(versions);
        }
        assertThat(metrics.staleness().bounds()).containsExactly(0, 1, 2, 4, 8, 16, 32, 64);
        assertThat(metrics.staleness().counts()).containsExactly(1, 1, 1, 2, 2, 1, 0, 1, 2);
        assertThat(metrics.staleness().count()).isEqualTo(11);
        assertThat(metrics.staleness().sum()).isEqualTo(1161);
    }

    @Test
    void nothingIsLostWhenManyThreadsCount() throws InterruptedException {
        CountDownLatch done = new CountDownLatch(4);
        for (int thread = 0; thread < 4; thread++) {
            int of = thread % 2;
            new Thread(() -> {
                        for (int i = 0; i < 10_000; i++) {
                            metrics.worker(of).collected(1, 2);
                            metrics.stale(1);
                        }
                        done.countDown();
                    })
                    .start();
        }
        done.await();
        assertThat(metrics.workers().keySet()).containsExactly(0, 1);
        assertThat(metrics.worker(0).environmentSteps()).isEqualTo(20_000);
        assertThat(metrics.worker(1).workingNanos()).isEqualTo(40_000);
        assertThat(metrics.staleness().counts()[1]).isEqualTo(40_000);
    }

    private int wantedAfter(long workerWorking, long workerWaiting, long learning, long learnerWaiting) {
        for (int worker = 0; worker < 4; worker++) {
            metrics.worker(worker).collected(1, workerWorking);
            metrics.worker(worker).waited(workerWaiting);
        }
        metrics.learned(learning);
        metrics.learnerWaited(learnerWaiting);
        now += 10_000_000_000L;
        return metrics.workersWanted();
    }

    @Test
    void asManyWorkersAreWantedAsKeepTheLearnerBusy() {
        metrics.population(4, 0);
        assertThat(metrics.workersWanted()).isEqualTo(4);
        // The learner is busy for 2 of 3 seconds, the workers always: 4 / (2/3) = 6.
        assertThat(wantedAfter(30, 0, 20, 10)).isEqualTo(6);
        // Not judged again before its time.
        metrics.learnerWaited(1_000_000);
        assertThat(metrics.workersWanted()).isEqualTo(6);
        assertThat(wantedAfter(30, 0, 1, 29)).as("at most twice").isEqualTo(8);
        // Workers wait for a third of their time on a learner that never does.
        assertThat(wantedAfter(20, 10, 30, 0)).isEqualTo(3);
        assertThat(wantedAfter(1, 29, 30, 0)).as("at least half").isEqualTo(2);
        assertThat(wantedAfter(90, 10, 100, 0)).as("near enough").isEqualTo(4);
        // Synchronous: half of the time each, and all is well; a quarter learning wants three times as many, so twice.
        assertThat(wantedAfter(50, 50, 50, 50)).isEqualTo(4);
        assertThat(wantedAfter(75, 25, 25, 75)).isEqualTo(8);
        metrics.population(4, 5);
        assertThat(wantedAfter(50, 50, 50, 50))
                .as("those that wait for a place")
                .isEqualTo(9);
        metrics.best(6);
        assertThat(metrics.workersWanted()).as("what trials have shown").isEqualTo(6);
        metrics.best(0);
        assertThat(metrics.workersWanted()).isEqualTo(9);
        metrics.atMost(3);
        assertThat(metrics.workersWanted()).as("no more than are of use").isEqualTo(3);
        metrics.best(6);
        assertThat(metrics.workersWanted()).as("no more than are of use").isEqualTo(3);
    }
}
