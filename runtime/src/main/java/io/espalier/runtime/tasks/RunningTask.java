package io.espalier.runtime.tasks;

import io.espalier.core.State;
import io.espalier.policy.Policy;
import io.espalier.runtime.Disk;
import io.espalier.runtime.EvaluationResult;
import io.espalier.runtime.RunDirectory;
import io.espalier.runtime.TrainingResult;
import io.espalier.runtime.events.RunEvent;
import io.espalier.runtime.workers.Command;
import io.espalier.runtime.workers.WorkerFailure;
import io.espalier.runtime.workers.WorkerLink;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A task that has been given to a node, as its employer sees it; used by the employer's thread alone. */
final class RunningTask {
    final Task task;
    private final TaskListener listener;
    private @Nullable RunCopy copy;
    private boolean temporary;
    /** How often it was begun. */
    private int attempts;
    /** How often it was lost since it last saved something. */
    private int lostInARow;

    private boolean saved;
    private boolean began;
    private @Nullable WorkerLink link;

    RunningTask(Task task, TaskListener listener) {
        this.task = task;
        this.listener = listener;
    }

    /** Where it runs. */
    WorkerLink link() {
        WorkerLink known = link;
        if (known == null) {
            throw new IllegalStateException("task " + task.name() + " has no node.");
        }
        return known;
    }

    boolean began() {
        return began;
    }

    int attempts() {
        return attempts;
    }

    /** Begins it, or goes on with what is kept of it, by that worker. */
    void begin(WorkerLink worker) {
        link = worker;
        attempts++;
        began = false;
        saved = false;
        State body = new State();
        FileChange.put(body, files());
        worker.send(new Command(TaskMessages.BEGIN, body));
    }

    private List<FileChange> files() {
        if (!(task instanceof TrainingTask training)) {
            return List.of();
        }
        try {
            RunCopy known = copy;
            if (known == null) {
                Path place = training.directory();
                temporary = place == null;
                known = place == null
                        ? new RunCopy(Files.createTempDirectory("espalier-run-"), RunCopy.PASSING)
                        : new RunCopy(place, Disk.atomic());
                copy = known;
            }
            return known.files();
        } catch (IOException e) {
            notKept(e);
            return List.of();
        }
    }

    /** Whoever loses a node then loses all of the task, but not more. */
    private void notKept(IOException e) {
        listener.event(
                task,
                RunEvent.of(
                        "task/not-kept",
                        "what " + task.name() + " has come to cannot be kept on this disk: " + e.getMessage()));
    }

    /** Takes a report; the next may come. */
    void report(State body) {
        if (!began) {
            began = true;
            listener.started(task, link().node(), attempts);
        }
        List<FileChange> changes = FileChange.get(body);
        RunCopy kept = copy;
        if (kept != null) {
            try {
                kept.apply(changes);
            } catch (IOException e) {
                notKept(e);
            }
        }
        saved |= changes.stream().anyMatch(change -> change.name().endsWith(RunCopy.MANIFEST));
        TaskProgress progress = TaskProgress.load(body.child("progress"));
        if (progress.environmentSteps() > 0) {
            listener.progress(task, progress);
        }
        link().send(Command.of(TaskMessages.TAKEN));
    }

    /** Its node is gone; says how often that has happened since it last saved something. */
    int lost(String cause) {
        lostInARow = saved ? 1 : lostInARow + 1;
        listener.event(task, RunEvent.of("task/lost", task.name() + " is lost with " + link().node() + ": " + cause));
        return lostInARow;
    }

    TaskResult done(State body) {
        if (task instanceof EvaluationTask) {
            return body.has("stopped")
                    ? result(TaskResult.Outcome.STOPPED, null, null, null)
                    : result(TaskResult.Outcome.FINISHED, null, EvaluationResult.load(body.child("evaluation")), null);
        }
        RunCopy kept = copy;
        try {
            if (kept == null) {
                throw new IOException("there is no directory to keep it in");
            }
            Policy policy = Policy.read(kept.folder().resolve("policy.espalier"));
            TrainingResult result =
                    TrainingResult.load(body.child("training"), temporary ? null : kept.folder(), policy);
            if (!temporary) {
                RunDirectory.open(kept.folder()).writeResult(result.toMap());
            }
            return result(TaskResult.Outcome.FINISHED, result, null, null);
        } catch (IOException e) {
            return result(
                    TaskResult.Outcome.FAILED,
                    null,
                    null,
                    new WorkerFailure(
                            "task " + task.name() + " has come to its end on " + link().node()
                                    + ", but its policy was not kept: " + e.getMessage(),
                            e));
        }
    }

    TaskResult failed(State body) {
        return failed(new WorkerFailure(
                "on " + link().node() + ": " + TaskMessages.text(body, "type") + ": "
                        + TaskMessages.text(body, "message") + System.lineSeparator()
                        + TaskMessages.text(body, "stack"),
                null));
    }

    TaskResult failed(Throwable cause) {
        return result(TaskResult.Outcome.FAILED, null, null, cause);
    }

    TaskResult stopped() {
        return result(TaskResult.Outcome.STOPPED, null, null, null);
    }

    private TaskResult result(
            TaskResult.Outcome outcome,
            @Nullable TrainingResult training,
            @Nullable EvaluationResult evaluation,
            @Nullable Throwable failure) {
        WorkerLink last = link;
        return new TaskResult(
                task, outcome, began && last != null ? last.node() : "", attempts, training, evaluation, failure);
    }

    /** Frees its place, and drops what nobody asked to keep. */
    void close() {
        WorkerLink last = link;
        if (last != null) {
            last.close();
        }
        RunCopy kept = copy;
        if (kept != null && temporary) {
            try {
                RunMirror.delete(kept.folder());
            } catch (IOException e) {
                notKept(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
