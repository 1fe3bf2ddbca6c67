package io.espalier.runtime;

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
        try {
            lifeline.run(() -> request("interrupted"));
        } finally {
            Training parts = training;
            if (parts != null) {
                parts.close();
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
            body = plan.mode().loop(parts);
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
                    "An environment hung while it was made, saved or restored, where nobody can go on without it: "
                            + fault.getMessage(),
                    fault));
        }
    }

    void request(String reason) {
        requested = reason;
        Training parts = training;
        if (parts != null) {
            parts.request(reason);
        }
    }
}
