package io.espalier.runtime;

import io.espalier.runtime.events.RunEvent;
import io.espalier.runtime.metrics.RunMetrics;
import io.espalier.runtime.metrics.WorkerMetrics;
import io.espalier.runtime.resources.Decision;
import io.espalier.runtime.resources.Division;
import io.espalier.runtime.resources.DivisionSearch;
import io.espalier.runtime.resources.Room;
import io.espalier.runtime.resources.Slice;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Tells a {@link DivisionSearch} what the run does with its time, and does what it decides. On the run's own thread, between
 * two rounds. Each decision is an event; so is each change of how many workers the run would have of a cluster.
 */
final class LiveDivision {
    private final RunPlan plan;
    private final LearnerThreads learner;
    private final RunEvent.Sink events;
    private final RunMetrics metrics;
    private @Nullable DivisionSearch search;
    private Redivisible gathering = Redivisible.NOT;
    private Totals before = new Totals(0, 0, 0, 0, 0, 0, 0);
    private long steps;
    private long rounds;
    private int wanted;

    LiveDivision(RunPlan plan, LearnerThreads learner, RunEvent.Sink events) {
        this.plan = plan;
        this.learner = learner;
        this.events = events;
        metrics = plan.metrics();
    }

    /** A round is over, of so many environment steps. */
    void round(Redivisible now, long environmentSteps) {
        if (plan.resources() == ResourceUse.FIXED) {
            return;
        }
        DivisionSearch current = search;
        if (current == null || now != gathering) {
            // What holds for one mode of a run says nothing of the next.
            gathering = now;
            search = new DivisionSearch(new Division(now.workers(), learner.used()), room(), plan.search());
            begin(totals());
            return;
        }
        steps += environmentSteps;
        rounds++;
        Totals totals = totals();
        if (totals.nanos - before.nanos < plan.search().sliceSeconds() * 1e9) {
            return;
        }
        Slice slice = before.until(totals, steps, rounds);
        begin(totals);
        current.room(room()).ifPresent(decision -> follow(decision, current));
        current.observe(slice).ifPresent(decision -> follow(decision, current));
        if (gathering.elastic()) {
            wish(slice);
        }
    }

    /** Where the learner's work is done elsewhere, the threads here are not what makes it fast. */
    private Room room() {
        return gathering.room(plan.placement() == LearnerPlacement.HERE ? learner.count() : 1);
    }

    private void begin(Totals totals) {
        before = totals;
        steps = 0;
        rounds = 0;
    }

    private void follow(Decision decision, DivisionSearch current) {
        events.take(decision.event());
        if (plan.placement() == LearnerPlacement.HERE) {
            learner.use(decision.to().learnerThreads());
        }
        int workers = decision.to().workers();
        if (gathering.workers() > 0) {
            gathering.workers(workers, !current.trying());
            if (!current.trying()) {
                metrics.best(gathering.elastic() && workers < room().workers() ? workers : 0);
            }
        }
    }

    private void wish(Slice slice) {
        int now = metrics.workersWanted();
        int there = metrics.workersAlive() + metrics.workersPending();
        if (now != (wanted == 0 ? there : wanted)) {
            events.take(new RunEvent(
                    "resources/workers-wanted",
                    String.format(
                            Locale.ROOT,
                            "the run has use for %d workers, of which %d are there: the learner waits for %.0f %% of its"
                                    + " time, workers for %.0f %%",
                            now,
                            there,
                            100 * slice.learnerIdle(),
                            100 * slice.workersIdle()),
                    Map.of(
                            "wanted",
                            now,
                            "workers",
                            there,
                            "learnerWaiting",
                            slice.learnerIdle(),
                            "workersWaiting",
                            slice.workersIdle())));
            wanted = now;
        }
    }

    private Totals totals() {
        long working = 0;
        long waiting = 0;
        for (WorkerMetrics worker : metrics.workers().values()) {
            working += worker.workingNanos();
            waiting += worker.waitingNanos();
        }
        return new Totals(
                System.nanoTime(),
                working,
                waiting,
                metrics.learningNanos(),
                metrics.learnerWaitingNanos(),
                metrics.evaluatingNanos(),
                metrics.dropped());
    }

    private record Totals(
            long nanos, long working, long waiting, long learning, long learnerWaiting, long evaluating, long dropped) {
        Slice until(Totals later, long steps, long rounds) {
            double evaluated = (later.evaluating - evaluating) / 1e9;
            double passed = (later.nanos - nanos) / 1e9;
            return new Slice(
                    Math.max(1e-9, passed - evaluated),
                    steps,
                    rounds,
                    (later.working - working) / 1e9,
                    (later.waiting - waiting) / 1e9,
                    (later.learning - learning) / 1e9,
                    (later.learnerWaiting - learnerWaiting) / 1e9,
                    evaluated,
                    later.dropped - dropped);
        }
    }
}
