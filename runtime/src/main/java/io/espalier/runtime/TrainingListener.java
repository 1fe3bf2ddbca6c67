package io.espalier.runtime;

import io.espalier.runtime.events.RunEvent;
import java.nio.file.Path;

/** Is told how a run goes, always on the run's own thread. What it throws ends the run. */
public interface TrainingListener {
    /**
     * A training episode has ended.
     *
     * @param environment the number of the environment
     * @param episodeReturn the sum of its rewards
     * @param length its environment steps
     * @param success whether the task was accomplished; false where the environment does not say
     */
    default void episode(int environment, double episodeReturn, int length, boolean success) {}

    /** A round of collecting and learning is over. */
    default void round(Progress progress) {}

    /** The policy was evaluated. */
    default void evaluation(Progress progress, EvaluationResult result) {}

    /** A checkpoint is safe on the disk. */
    default void checkpoint(Path manifest, long environmentSteps) {}

    /** Something worth a line in the event log has happened. */
    default void event(RunEvent event) {}
}
