package io.espalier.runtime;

import io.espalier.core.Environment;
import io.espalier.core.State;
import io.espalier.policy.Algorithm;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * All that is decided before a run starts.
 *
 * @param from where to go on; null to begin
 */
record RunPlan(
        Algorithm algorithm,
        String environmentName,
        Supplier<Environment> factory,
        double solvedAt,
        long seed,
        int threads,
        long environmentSteps,
        StopRule stop,
        EvaluationSettings evaluation,
        boolean evaluateAtEnd,
        GuardSettings guard,
        CheckpointSettings checkpoints,
        ExecutionMode mode,
        List<TrainingListener> listeners,
        @Nullable State from) {}
