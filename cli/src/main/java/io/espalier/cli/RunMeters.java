package io.espalier.cli;

import io.espalier.runtime.Progress;
import io.espalier.runtime.metrics.RunMetrics;
import io.espalier.runtime.metrics.WorkerMetrics;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.HashSet;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/**
 * A run as meters of Prometheus. They are read when somebody asks, so a run that nobody asks about pays nothing. Rates are
 * the asker's business: steps and seconds are counters.
 */
final class RunMeters {
    /** How many workers the run has use for; what a cluster is scaled by. */
    static final String WANTED = "espalier.workers.wanted";

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final RunMetrics metrics;
    private final Set<Integer> known = new HashSet<>();

    RunMeters(Progress progress, RunMetrics metrics) {
        this.metrics = metrics;
        counter("espalier.environment.steps", "Environment steps taken.", progress, Progress::environmentSteps);
        counter("espalier.episodes", "Training episodes that ended.", progress, Progress::episodes);
        counter("espalier.updates", "Gradient updates made.", progress, Progress::updates);
        gauge("espalier.return.mean", "Mean return of the newest 100 episodes.", progress, p -> p.meanReturn(100));
        gauge(WANTED, "Workers that the run has use for.", metrics, RunMetrics::workersWanted);
        gauge("espalier.workers.alive", "Workers that have a place.", metrics, RunMetrics::workersAlive);
        gauge("espalier.workers.pending", "Workers that wait for a place.", metrics, RunMetrics::workersPending);
        counter("espalier.workers.lost", "Workers lost with their nodes.", metrics, RunMetrics::workersLost);
        gauge("espalier.queue", "Rollouts that wait to be learned from.", metrics, RunMetrics::queue);
        counter("espalier.dropped.steps", "Environment steps that came too late.", metrics, RunMetrics::dropped);
        counter(
                "espalier.learner.working.seconds",
                "Time in which the learner learned.",
                metrics,
                m -> m.learningNanos() / 1e9);
        counter(
                "espalier.learner.waiting.seconds",
                "Time in which the learner waited for experience.",
                metrics,
                m -> m.learnerWaitingNanos() / 1e9);
        counter(
                "espalier.evaluating.seconds",
                "Time in which the run evaluated.",
                metrics,
                m -> m.evaluatingNanos() / 1e9);
        registry.getPrometheusRegistry().register(() -> StalenessSnapshot.of(metrics.staleness()));
    }

    /** The same, with the heap, the threads and the processors of this JVM. */
    RunMeters withJvm() {
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        return this;
    }

    /** Everything, in the text format of Prometheus, version 0.0.4. */
    synchronized String text() {
        metrics.workers().forEach((number, worker) -> {
            if (known.add(number)) {
                worker(number, worker);
            }
        });
        return registry.scrape();
    }

    private void worker(int number, WorkerMetrics worker) {
        Tags tags = Tags.of("worker", Integer.toString(number));
        counter("espalier.worker.steps", "Environment steps.", tags, worker, WorkerMetrics::environmentSteps);
        counter(
                "espalier.worker.working.seconds",
                "Time in which a worker collected.",
                tags,
                worker,
                w -> w.workingNanos() / 1e9);
        counter(
                "espalier.worker.waiting.seconds",
                "Time in which a worker had nothing to do.",
                tags,
                worker,
                w -> w.waitingNanos() / 1e9);
        counter("espalier.worker.sent.bytes", "Bytes sent to a worker.", tags, worker, WorkerMetrics::sentBytes);
        counter(
                "espalier.worker.received.bytes",
                "Bytes that came from a worker.",
                tags,
                worker,
                WorkerMetrics::receivedBytes);
    }

    private <T> void counter(String name, String what, T of, ToDoubleFunction<T> value) {
        counter(name, what, Tags.empty(), of, value);
    }

    private <T> void counter(String name, String what, Tags tags, T of, ToDoubleFunction<T> value) {
        FunctionCounter.builder(name, of, value).description(what).tags(tags).register(registry);
    }

    private <T> void gauge(String name, String what, T of, ToDoubleFunction<T> value) {
        Gauge.builder(name, of, value).description(what).strongReference(true).register(registry);
    }
}
