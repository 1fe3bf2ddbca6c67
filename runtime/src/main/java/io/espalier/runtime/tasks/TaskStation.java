package io.espalier.runtime.tasks;

import io.espalier.core.State;
import io.espalier.runtime.workers.Command;
import io.espalier.runtime.workers.Message;
import io.espalier.runtime.workers.Worker;
import io.espalier.runtime.workers.WorkerContext;
import io.espalier.runtime.workers.WorkerFailure;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Does one {@link Task}, on a thread of its own, so that the employer can be heard meanwhile. */
final class TaskStation implements Worker {
    /** Who closes a node has five seconds in all. */
    private static final long LEAVE_SECONDS = 4;

    private final String name;
    private final TaskReports reports;
    private final TaskWork work;
    private @Nullable Thread thread;
    private volatile boolean leaving;

    TaskStation(TaskRecipe recipe, WorkerContext context) {
        name = recipe.task().name();
        reports = new TaskReports(context);
        if (recipe.task() instanceof TrainingTask training) {
            work = new TrainingWork(training, recipe.registry(), recipe.workers(), reports);
        } else {
            work = new EvaluationWork((EvaluationTask) recipe.task(), recipe.registry());
        }
    }

    @Override
    public void receive(Message message) {
        if (!(message instanceof Command command)) {
            return;
        }
        switch (command.name()) {
            case TaskMessages.BEGIN -> begin(FileChange.get(command.body()));
            case TaskMessages.TAKEN -> reports.taken();
            case TaskMessages.STOP ->
                work.stop(
                        TaskMessages.text(command.body(), "reason"),
                        command.body().getDouble("grace"));
            default -> throw new IllegalArgumentException("tasks do not know \"" + command.name() + "\".");
        }
    }

    private void begin(List<FileChange> files) {
        if (thread != null) {
            throw new IllegalStateException("task " + name + " was begun twice.");
        }
        Thread fresh = new Thread(() -> live(files), "espalier-task-" + name);
        fresh.setDaemon(true);
        thread = fresh;
        reports.send(new TaskProgress(0, 0, Double.NaN, 0, 0), List.of());
        fresh.start();
    }

    private void live(List<FileChange> files) {
        Command last;
        try {
            last = work.run(files);
        } catch (Throwable e) {
            // Whatever it is: it ends this task, and must not end others.
            last = failure(e);
        }
        try {
            // What was ended with its node is not done: it goes on elsewhere.
            if (!leaving && reports.await()) {
                reports.send(last);
            }
        } catch (InterruptedException e) {
            // Nobody interrupts this thread but whoever ends the JVM.
            Thread.currentThread().interrupt();
        }
    }

    private static Command failure(Throwable cause) {
        State body = new State();
        TaskMessages.putText(body, "type", cause.getClass().getName());
        TaskMessages.putText(body, "message", String.valueOf(cause.getMessage()));
        TaskMessages.putText(body, "stack", WorkerFailure.stack(cause));
        return new Command(TaskMessages.FAILED, body);
    }

    @Override
    public void close() {
        Thread running = thread;
        leaving = true;
        if (running != null) {
            work.leave();
            try {
                running.join(TimeUnit.SECONDS.toMillis(LEAVE_SECONDS));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        reports.end();
        if (running != null && running.isAlive()) {
            // It is in an environment that does not come back, and ends without it, unheard.
            work.stop("its worker was closed", 0);
        }
    }
}
