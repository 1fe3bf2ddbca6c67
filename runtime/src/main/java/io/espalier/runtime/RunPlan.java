package io.espalier.runtime;

import io.espalier.core.Environment;
import io.espalier.core.EnvironmentSpec;
import io.espalier.core.State;
import io.espalier.policy.Algorithm;
import io.espalier.runtime.metrics.RunMetrics;
import io.espalier.runtime.resources.SearchSettings;
import io.espalier.runtime.workers.WorkerPool;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * All that is decided before a run starts.
 *
 * @param workers where workers can run beside the run's own threads; null if nobody has named a place
 * @param resources whether threads are divided anew while the run goes on
 * @param search how carefully that is done
 * @param metrics where those who gather and learn count what they do with their time
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
        @Nullable WorkerPool workers,
        LearnerPlacement placement,
        ResourceUse resources,
        SearchSettings search,
        List<TrainingListener> listeners,
        RunMetrics metrics,
        @Nullable State from) {
    /** The same, to go on from there. */
    RunPlan from(State there) {
        return new RunPlan(
                algorithm,
                environmentName,
                factory,
                solvedAt,
                seed,
                threads,
                environmentSteps,
                stop,
                evaluation,
                evaluateAtEnd,
                guard,
                checkpoints,
                mode,
                workers,
                placement,
                resources,
                search,
                listeners,
                metrics,
                there);
    }

    /** How often the environments were begun anew, because nobody knew where they stood, before this run goes on. */
    long restarts() {
        return from != null && from.has("restarts") ? from.getLong("restarts") : 0;
    }

    /** What another JVM must know to bring up environments and policies of this run. */
    State description() {
        State state = new State();
        Map<String, Object> config = RunConfig.of(this, "budget", Map.of()).toMap();
        state.put("config", SettingsBinder.write(config).getBytes(StandardCharsets.UTF_8));
        return state;
    }

    /**
     * Reads a {@link #description}: algorithm and environment are found here, by name or, a user's environment, by class.
     *
     * @throws IllegalArgumentException if one is not known here, or a setting is not valid
     */
    static RunPlan read(State description) {
        String text = new String(description.bytes("config"), StandardCharsets.UTF_8);
        RunConfig config = RunConfig.of(SettingsBinder.parse(text, "the run's settings"), "The run's settings");
        Registry registry = Registry.here();
        EnvironmentSpec environment = registry.environment(config.environment());
        RunConfig.Main main = config.main();
        return new RunPlan(
                config.create(registry.algorithm(config.algorithm())),
                environment.name(),
                environment.factory(),
                main.solvedAt(),
                main.seed(),
                1,
                main.environmentSteps(),
                StopRule.environmentSteps(main.environmentSteps()),
                config.evaluation(),
                main.evaluateAtEnd(),
                config.guard(),
                config.checkpoints(),
                ExecutionMode.synchronous(),
                null,
                LearnerPlacement.HERE,
                ResourceUse.FIXED,
                SearchSettings.DEFAULT,
                List.of(),
                new RunMetrics(),
                null);
    }
}
