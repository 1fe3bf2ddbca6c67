package io.espalier.runtime.tasks;

import io.espalier.runtime.EvaluationResult;
import io.espalier.runtime.TrainingResult;
import org.jspecify.annotations.Nullable;

/**
 * What came of a task.
 *
 * @param task which
 * @param outcome how it ended
 * @param node where it ran last; empty if it was never begun
 * @param attempts how often it was begun
 * @param training what a training came to, with its policy; null if it failed or was never begun. One that was stopped says
 *     how far it came
 * @param evaluation what an evaluation came to; null if it did not come to its end
 * @param failure why it failed; null if it did not
 */
public record TaskResult(
        Task task,
        Outcome outcome,
        String node,
        int attempts,
        @Nullable TrainingResult training,
        @Nullable EvaluationResult evaluation,
        @Nullable Throwable failure) {

    /** How a task ended. */
    public enum Outcome {
        /** It came to its end. */
        FINISHED,
        /** It was cancelled, before it began or while it ran. */
        STOPPED,
        /** It could not come to its end. */
        FAILED
    }
}
