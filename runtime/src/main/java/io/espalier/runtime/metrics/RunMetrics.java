package io.espalier.runtime.metrics;

import io.espalier.core.MetricSink;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/**
 * Where the time of a run goes: what each worker and the learner did, how old the weights were that acted, what waits to
 * be learned from. Execution modes write it and anyone reads it, from any thread; nothing here decides anything, so
 * counting cannot change what is learned.
 */
public final class RunMetrics {
    private static final long JUDGED_SECONDS = 10;

    private final ConcurrentSkipListMap<Integer, WorkerMetrics> workers = new ConcurrentSkipListMap<>();
    private final Histogram staleness = new Histogram(0, 1, 2, 4, 8, 16, 32, 64);
    private final LongAdder dropped = new LongAdder();
    private final LongAdder lost = new LongAdder();
    private final LongAdder learningNanos = new LongAdder();
    private final LongAdder learnerWaitingNanos = new LongAdder();
    private final LongAdder evaluatingNanos = new LongAdder();
    private final LongSupplier clock;
    private volatile int queue;
    private volatile int alive;
    private volatile int pending;
    private volatile int most = Integer.MAX_VALUE;
    private volatile int wish;
    private volatile boolean beside;
    private Totals before;
    private Totals judgedFrom;
    private int wanted;

    /** Begins to count. */
    public RunMetrics() {
        this(System::nanoTime);
    }

    /** Begins to count, by a clock of nanoseconds. */
    RunMetrics(LongSupplier clock) {
        this.clock = clock;
        before = totals();
        judgedFrom = before;
    }

    /** The worker of that number; its counts begin when it is first asked for. */
    public WorkerMetrics worker(int number) {
        return workers.computeIfAbsent(number, n -> new WorkerMetrics());
    }

    /** All workers there have been, by their numbers. */
    public Map<Integer, WorkerMetrics> workers() {
        return new TreeMap<>(workers);
    }

    /**
     * How many workers there are beside the run's own threads. Once this was said, {@link #figures} tells of workers.
     *
     * @param working those that have a place
     * @param waiting those that wait for one
     */
    public void population(int working, int waiting) {
        alive = working;
        pending = waiting;
        beside = true;
    }

    /** The run has use for so many workers at most: as many as it was asked for, or has environments. */
    public void atMost(int workersOfUse) {
        most = workersOfUse;
    }

    /** A worker was lost with its node. */
    public void workerLost() {
        lost.increment();
    }

    /** A rollout is learned from whose weights are so many versions older than the learner's. */
    public void stale(long versions) {
        staleness.add(versions);
    }

    /** Environment steps that came too late and were not learned from. */
    public void dropped(long environmentSteps) {
        dropped.add(environmentSteps);
    }

    /** How many rollouts wait to be learned from. */
    public void queue(int rollouts) {
        queue = rollouts;
    }

    /** The learner has learned for so many nanoseconds. */
    public void learned(long nanos) {
        learningNanos.add(nanos);
    }

    /** The learner has waited for experience for so many nanoseconds. */
    public void learnerWaited(long nanos) {
        learnerWaitingNanos.add(nanos);
    }

    /** The run has evaluated for so many nanoseconds. */
    public void evaluated(long nanos) {
        evaluatingNanos.add(nanos);
    }

    /** Trials have shown that so many workers are best; 0 if nothing was shown, and {@link #workersWanted} judges. */
    public void best(int workers) {
        wish = workers;
    }

    /** Workers that have a place to work. */
    public int workersAlive() {
        return alive;
    }

    /** Workers that wait for a place. */
    public int workersPending() {
        return pending;
    }

    /**
     * How many workers would keep the learner as busy as the workers are, judged anew every {@value #JUDGED_SECONDS}
     * seconds: a learner that waits wants more, workers that wait are too many. At most twice and at least half of those
     * there are; the same if it is near enough. Where each waits for the other, as in synchronous runs, collecting and
     * learning are to take the same time. Where trials have shown how many are {@linkplain #best best}, as many as that.
     */
    public synchronized int workersWanted() {
        int shown = wish;
        if (shown > 0) {
            return Math.min(most, shown);
        }
        int now = alive + pending;
        Totals totals = totals();
        if (totals.nanos - judgedFrom.nanos >= JUDGED_SECONDS * 1_000_000_000L) {
            double busyWorkers = 1 - fraction(totals.waiting - judgedFrom.waiting, totals.working - judgedFrom.working);
            double busyLearner = 1
                    - fraction(
                            totals.learnerWaiting - judgedFrom.learnerWaiting, totals.learning - judgedFrom.learning);
            double times = busyLearner == 0 ? 1 : Math.max(0.5, Math.min(2, busyWorkers / busyLearner));
            judgedFrom = totals;
            wanted = Math.abs(times - 1) < 0.15 ? now : (int) Math.max(1, Math.ceil(alive * times - 1e-9));
        } else if (wanted == 0) {
            wanted = now;
        }
        return Math.min(most, pending > 0 ? Math.max(wanted, now) : wanted);
    }

    /** Workers that were lost with their nodes. */
    public long workersLost() {
        return lost.sum();
    }

    /** By how many versions of the weights experience was late when it was learned from. */
    public Histogram staleness() {
        return staleness;
    }

    /** Environment steps that came too late. */
    public long dropped() {
        return dropped.sum();
    }

    /** Rollouts that wait to be learned from. */
    public int queue() {
        return queue;
    }

    /** Nanoseconds in which the learner learned. */
    public long learningNanos() {
        return learningNanos.sum();
    }

    /** Nanoseconds in which the learner waited. */
    public long learnerWaitingNanos() {
        return learnerWaitingNanos.sum();
    }

    /** Nanoseconds in which the run evaluated. */
    public long evaluatingNanos() {
        return evaluatingNanos.sum();
    }

    /**
     * What happened since the last call, as figures of the table of metrics. Nothing for a run on threads of its own:
     * times differ from run to run, and its table is to be the same whatever the number of threads.
     */
    public synchronized void figures(MetricSink into) {
        if (!beside) {
            return;
        }
        Totals now = totals();
        double seconds = Math.max(1, now.nanos - before.nanos) / 1e9;
        into.put("workers/alive", alive);
        into.put("workers/pending", pending);
        into.put("workers/lost", (double) now.lost);
        into.put(
                "workers/samples-per-second",
                (now.environmentSteps - before.environmentSteps) / seconds / Math.max(1, now.steps.size()));
        into.put("workers/slowest-samples-per-second", slowest(now) / seconds);
        into.put("workers/bytes", (double) (now.bytes - before.bytes));
        into.put("workers/waiting", fraction(now.waiting - before.waiting, now.working - before.working));
        into.put("workers/queue", queue);
        into.put("workers/dropped", (double) now.dropped);
        into.put(
                "learner/waiting",
                fraction(now.learnerWaiting - before.learnerWaiting, now.learning - before.learning));
        long counted = now.stalenessCount - before.stalenessCount;
        if (counted > 0) {
            into.put("workers/staleness/mean", (double) (now.stalenessSum - before.stalenessSum) / counted);
        }
        before = now;
    }

    /** The fewest steps of one worker since the last call. */
    private long slowest(Totals now) {
        return now.steps.entrySet().stream()
                .mapToLong(entry -> entry.getValue() - before.steps.getOrDefault(entry.getKey(), 0L))
                .min()
                .orElse(0);
    }

    private static double fraction(long part, long rest) {
        return part + rest == 0 ? 0 : (double) part / (part + rest);
    }

    private Totals totals() {
        Map<Integer, Long> steps = new TreeMap<>();
        long working = 0;
        long waiting = 0;
        long bytes = 0;
        for (Map.Entry<Integer, WorkerMetrics> entry : workers.entrySet()) {
            WorkerMetrics worker = entry.getValue();
            steps.put(entry.getKey(), worker.environmentSteps());
            working += worker.workingNanos();
            waiting += worker.waitingNanos();
            bytes += worker.sentBytes() + worker.receivedBytes();
        }
        return new Totals(
                clock.getAsLong(),
                steps,
                steps.values().stream().mapToLong(Long::longValue).sum(),
                working,
                waiting,
                bytes,
                dropped(),
                workersLost(),
                learningNanos(),
                learnerWaitingNanos(),
                staleness.count(),
                staleness.sum());
    }

    private record Totals(
            long nanos,
            Map<Integer, Long> steps,
            long environmentSteps,
            long working,
            long waiting,
            long bytes,
            long dropped,
            long lost,
            long learning,
            long learnerWaiting,
            long stalenessCount,
            long stalenessSum) {}
}
