package io.espalier.runtime.tasks;

import io.espalier.core.State;
import io.espalier.runtime.EvaluationResult;
import io.espalier.runtime.Progress;
import io.espalier.runtime.Registry;
import io.espalier.runtime.RunConfig;
import io.espalier.runtime.RunDirectory;
import io.espalier.runtime.Trainer;
import io.espalier.runtime.TrainingListener;
import io.espalier.runtime.TrainingResult;
import io.espalier.runtime.events.RunEvent;
import io.espalier.runtime.workers.Command;
import io.espalier.runtime.workers.LocalPool;
import io.espalier.runtime.workers.WorkerPool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Trains, in a directory of its own that is gone afterwards; what is in it is told to the employer as it changes. Begun
 * anew or gone on with, the bits are the same.
 */
final class TrainingWork implements TaskWork {
    private static final long REPORT_NANOS = 1_000_000_000L;
    private static final String PLAIN = "synchronous";

    private final TrainingTask task;
    private final Registry registry;
    private final @Nullable WorkerPool workers;
    private final TaskReports reports;
    private @Nullable Trainer trainer;
    private @Nullable String stopReason;
    private double grace;
    private volatile boolean leaving;
    /** A round that was dropped cannot be gone on with to the same bits. */
    private volatile boolean cut;

    TrainingWork(TrainingTask task, Registry registry, @Nullable WorkerPool workers, TaskReports reports) {
        this.task = task;
        this.registry = registry;
        this.workers = workers;
        this.reports = reports;
    }

    @Override
    public Command run(List<FileChange> files) throws Exception {
        Path folder = Files.createTempDirectory("espalier-task-");
        RunMirror mirror = new RunMirror(folder, files);
        try (LocalPool own = new LocalPool(Math.max(1, task.needs().cpus()))) {
            new RunCopy(folder, RunCopy.PASSING).apply(files);
            Trainer made = make(folder).disk(RunCopy.PASSING).listen(new Reporter(mirror));
            if (workers != null) {
                made.workers(workers);
            } else if (!task.config().main().mode().equals(PLAIN)) {
                made.workers(own);
            }
            begun(made);
            TrainingResult result = train(made, mirror);
            tellTheRest(mirror, made);
            return done(result);
        } finally {
            RunMirror.delete(folder);
        }
    }

    private Trainer make(Path folder) {
        RunConfig config = task.config();
        if (!Files.exists(folder.resolve("config.yaml"))) {
            return Trainer.of(config, registry).directory(folder);
        }
        RunDirectory run = RunDirectory.open(folder);
        RunConfig asked = RunConfig.read(run);
        return Trainer.resume(
                run, asked.create(registry.algorithm(asked.algorithm())), registry.environment(asked.environment()));
    }

    private synchronized void begun(Trainer made) {
        trainer = made;
        String early = stopReason;
        if (early != null) {
            made.requestStop(early, grace);
        }
    }

    private TrainingResult train(Trainer made, RunMirror mirror) throws InterruptedException {
        try {
            return made.run();
        } catch (RuntimeException | Error failure) {
            // What was learned until then is kept, as in a run of its own.
            try {
                tellTheRest(mirror, made);
            } catch (IOException e) {
                failure.addSuppressed(e);
            }
            throw failure;
        }
    }

    private static Command done(TrainingResult result) {
        State body = new State();
        result.save(body.child("training"));
        return new Command(TaskMessages.DONE, body);
    }

    /** Tells what has not been told yet: all of it, or, to one who does not answer any more, once. */
    private void tellTheRest(RunMirror mirror, Trainer made) throws IOException, InterruptedException {
        TaskProgress progress = TaskProgress.of(made.progress());
        while (!leaving && reports.await()) {
            List<FileChange> changes = mirror.changes();
            if (changes.isEmpty()) {
                return;
            }
            reports.send(progress, changes);
        }
        if (leaving && !cut && !reports.over()) {
            reports.send(progress, mirror.changes());
        }
    }

    @Override
    public synchronized void stop(String reason, double graceSeconds) {
        Trainer running = trainer;
        stopReason = reason;
        grace = graceSeconds;
        if (running != null) {
            running.requestStop(reason, graceSeconds);
        }
    }

    @Override
    public void leave() {
        leaving = true;
        // Wakes it, where it waits for an answer that will not be read any more.
        reports.taken();
        stop("its worker was closed", Double.POSITIVE_INFINITY);
    }

    /** Hears how the run goes, on the run's own thread. */
    private final class Reporter implements TrainingListener {
        private final RunMirror mirror;
        private long next = System.nanoTime() + REPORT_NANOS;
        private boolean saved;
        private boolean told;

        Reporter(RunMirror mirror) {
            this.mirror = mirror;
        }

        @Override
        public void checkpoint(Path manifest, long environmentSteps) {
            saved = true;
        }

        @Override
        public void round(Progress progress) {
            if (!(saved || System.nanoTime() >= next) || leaving || !reports.free()) {
                return;
            }
            saved = false;
            next = System.nanoTime() + REPORT_NANOS;
            try {
                reports.send(TaskProgress.of(progress), mirror.changes());
            } catch (IOException e) {
                reports.event(RunEvent.of(
                        "task/not-told", "what is new in the run's directory cannot be read where it runs: " + e));
            }
            if (mirror.tooLarge() && !told) {
                told = true;
                reports.event(RunEvent.of(
                        "task/checkpoint-too-large",
                        "its checkpoints are too large to be kept elsewhere; if its node is lost, it begins anew"));
            }
        }

        @Override
        public void evaluation(Progress progress, EvaluationResult result) {
            saved = true;
        }

        @Override
        public void event(RunEvent event) {
            cut |= event.type().equals("run/cut-short");
            reports.event(event);
        }
    }
}
