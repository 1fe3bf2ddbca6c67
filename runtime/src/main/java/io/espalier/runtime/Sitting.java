package io.espalier.runtime;

import io.espalier.runtime.events.RunEvent;
import io.espalier.runtime.workers.WorkerFailure;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One run from start to stop, with the threads that it needs. */
final class Sitting {
    private final RunPlan plan;
    private final Progress progress;
    private final RunRecords records;
    private final Lifeline lifeline;
    private final SpinCores cores;
    private final Watchdog watchdog;
    private volatile @Nullable Training training;
    private @Nullable Runnable loop;
    private boolean looped;
    private volatile @Nullable TrainingResult result;
    private volatile @Nullable String requested;
    private boolean claimed;
    /** Set once the training is taken from threads that are still busy in environments. */
    private volatile boolean cutShort;

    Sitting(RunPlan plan, Progress progress, RunRecords records) {
        this.plan = plan;
        this.progress = progress;
        this.records = records;
        lifeline = new Lifeline("espalier-trainer", this::live);
        cores = new SpinCores(plan.threads(), lifeline::replace);
        watchdog = new Watchdog(plan.guard(), records::event, this::giveUp);
    }

    TrainingResult run() {
        watchdog.start();
        boolean inUse = false;
        try {
            lifeline.run(() -> request("interrupted", Double.POSITIVE_INFINITY));
            Training parts = training;
            if (cutShort && parts != null) {
                inUse = true;
                records.event(RunEvent.of(
                        "run/cut-short",
                        requested + "; an environment did not come back in time, so the round under way is dropped"
                                + " and the environments begin new episodes when the run is resumed"));
                result = parts.cutShort();
            }
        } catch (EnvironmentFailure | WorkerFailure e) {
            salvage(e);
            throw e;
        } finally {
            Training parts = training;
            if (!inUse) {
                if (parts != null) {
                    parts.close();
                }
                watchdog.closeAll();
            }
            watchdog.close();
            cores.close();
        }
        TrainingResult found = result;
        if (found == null) {
            throw new IllegalStateException("the run ended without a result.");
        }
        return found;
    }

    /** Takes what the run knows from the loop, once and for all. */
    private synchronized boolean claim(Training parts) {
        claimed = claimed || parts.claim();
        return claimed;
    }

    /** Nothing that was learned may be lost because an environment fails. */
    private void salvage(RuntimeException failure) {
        Training parts = training;
        try {
            records.event(RunEvent.of("run/failed", String.valueOf(failure.getMessage())));
            if (parts != null && claim(parts)) {
                parts.salvage();
            }
            records.tell();
        } catch (RuntimeException e) {
            failure.addSuppressed(e);
        }
    }

    /** Runs again, from where it stood, on another thread if the one it ran on is given up. */
    private void live() {
        Training parts = training;
        if (parts == null) {
            parts = new Training(plan, progress, records, cores, watchdog);
            training = parts;
            String asked = requested;
            if (asked != null) {
                parts.request(asked);
            }
        }
        Runnable body = loop;
        if (body == null) {
            body = new TrainingLoop(parts);
            loop = body;
        }
        if (!looped) {
            body.run();
            looped = true;
        }
        result = parts.finish();
    }

    private void giveUp(Thread stuck, EnvironmentFault fault) {
        if (!cores.takeOver(stuck)) {
            lifeline.fail(new EnvironmentFailure(
                    "An environment hung while it was saved or restored, where nobody can go on without it: "
                            + fault.getMessage(),
                    fault));
        }
    }

    /**
     * Asks the run to end after its round.
     *
     * @param graceSeconds how long it may take; after that the round is dropped, unless the run is learning or saving
     */
    void request(String reason, double graceSeconds) {
        requested = reason;
        Training parts = training;
        if (parts != null) {
            parts.request(reason);
        }
        if (graceSeconds < Double.POSITIVE_INFINITY) {
            Thread grace = new Thread(() -> cutShortAfter(graceSeconds), "espalier-grace");
            grace.setDaemon(true);
            grace.start();
        }
    }

    private void cutShortAfter(double seconds) {
        try {
            TimeUnit.NANOSECONDS.sleep((long) (seconds * 1e9));
            while (!lifeline.ended()) {
                Training parts = training;
                if (parts != null && claim(parts)) {
                    cutShort = true;
                    lifeline.release();
                } else {
                    TimeUnit.MILLISECONDS.sleep(20);
                }
            }
        } catch (InterruptedException e) {
            // Nobody interrupts this thread; if somebody does, the run ends with its round.
            Thread.currentThread().interrupt();
        }
    }
}
