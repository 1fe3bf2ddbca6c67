package io.espalier.runtime.tasks;

import io.espalier.core.State;
import io.espalier.runtime.Evaluation;
import io.espalier.runtime.EvaluationResult;
import io.espalier.runtime.Registry;
import io.espalier.runtime.workers.Command;
import java.util.List;
import java.util.concurrent.CancellationException;

/** Plays a policy. */
final class EvaluationWork implements TaskWork {
    private final EvaluationTask task;
    private final Registry registry;
    private volatile boolean cancelled;

    EvaluationWork(EvaluationTask task, Registry registry) {
        this.task = task;
        this.registry = registry;
    }

    @Override
    public Command run(List<FileChange> files) {
        State body = new State();
        try {
            EvaluationResult result = Evaluation.of(
                    task.policy(),
                    registry.environment(task.environment()).factory(),
                    task.settings(),
                    task.guard(),
                    task.seed(),
                    task.threads(),
                    () -> cancelled);
            result.save(body.child("evaluation"));
            return new Command(TaskMessages.DONE, body);
        } catch (CancellationException e) {
            // Half of an evaluation is none.
            body.putLong("stopped", 1);
            return new Command(TaskMessages.DONE, body);
        }
    }

    @Override
    public void stop(String reason, double graceSeconds) {
        cancelled = true;
    }

    @Override
    public void leave() {
        cancelled = true;
    }
}
