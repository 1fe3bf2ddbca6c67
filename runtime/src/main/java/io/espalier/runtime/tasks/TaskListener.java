package io.espalier.runtime.tasks;

import io.espalier.runtime.events.RunEvent;

/** Is told how tasks go, always on the thread that runs them. What it throws ends all of them. */
public interface TaskListener {
    /**
     * A task begins.
     *
     * @param attempt how often it was begun, with this time
     */
    default void started(Task task, String node, int attempt) {}

    /** A training has come further; about once a second. */
    default void progress(Task task, TaskProgress progress) {}

    /** Something worth a line has happened: a fault, or a task that is lost and will be begun again. */
    default void event(Task task, RunEvent event) {}

    /** A task has ended. Nobody else keeps the result. */
    default void finished(TaskResult result) {}
}
