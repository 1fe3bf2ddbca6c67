package io.espalier.runtime;

import io.espalier.policy.Policy;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What a run came to.
 *
 * @param solved whether {@link #meanReturn} reaches the figure from which the task counts as solved; false if there is
 *     no such figure
 * @param meanReturn the mean return of the final evaluation; without one, of the last 100 training episodes; NaN if no
 *     episode ended
 * @param stdReturn the standard deviation of those returns
 * @param episodes training episodes that ended
 * @param environmentSteps environment steps of training
 * @param updates gradient updates
 * @param wallSeconds seconds over all sittings, without the final evaluation
 * @param stepsPerSecond environment steps over those seconds
 * @param weightsDigest SHA-256 of the final weights
 * @param run the run's directory; null if it has none
 * @param stopReason why the run ended, one sentence
 * @param evaluation the final evaluation; null if there was none
 * @param policy the final policy
 */
public record TrainingResult(
        boolean solved,
        double meanReturn,
        double stdReturn,
        long episodes,
        long environmentSteps,
        long updates,
        double wallSeconds,
        double stepsPerSecond,
        String weightsDigest,
        @Nullable Path run,
        String stopReason,
        @Nullable EvaluationResult evaluation,
        Policy policy) {}
