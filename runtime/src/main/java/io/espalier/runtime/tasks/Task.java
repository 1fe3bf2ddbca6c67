package io.espalier.runtime.tasks;

import io.espalier.core.State;
import io.espalier.runtime.workers.Resources;

/**
 * A piece of work that depends on no other, as data, so that any node can do it: a {@link TrainingTask} or an
 * {@link EvaluationTask}. What comes of it depends on nothing but itself.
 */
public sealed interface Task permits TrainingTask, EvaluationTask {
    /** What it is called in messages. */
    String name();

    /** What it needs of a node, as long as it runs. */
    Resources needs();

    /** Everything needed to do it in another JVM, but for its place on this one's disk. */
    State description();

    /**
     * Reads a {@link #description}.
     *
     * @throws IllegalArgumentException if it is not valid
     */
    static Task read(State description) {
        String type = TaskMessages.text(description, "type");
        return switch (type) {
            case TrainingTask.TYPE -> TrainingTask.read(description);
            case EvaluationTask.TYPE -> EvaluationTask.read(description);
            default -> throw new IllegalArgumentException("There is no task of type \"" + type + "\".");
        };
    }
}
