package io.espalier.runtime.tasks;

import io.espalier.core.State;
import io.espalier.runtime.Registry;
import io.espalier.runtime.workers.Worker;
import io.espalier.runtime.workers.WorkerContext;
import io.espalier.runtime.workers.WorkerPool;
import io.espalier.runtime.workers.WorkerRecipe;
import org.jspecify.annotations.Nullable;

/**
 * How to make a {@link TaskStation}.
 *
 * @param registry where algorithm and environment are found
 * @param workers where a training's own workers run; null for the threads of its node
 */
record TaskRecipe(Task task, Registry registry, @Nullable WorkerPool workers) implements WorkerRecipe {
    static final String KIND = "tasks";

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public State description() {
        if (workers != null) {
            throw new IllegalArgumentException(
                    "task " + task.name() + " has workers of a pool that other machines cannot"
                            + " reach. Maybe run the tasks themselves in a LocalPool.");
        }
        return task.description();
    }

    @Override
    public Worker create(WorkerContext context) {
        return new TaskStation(this, context);
    }

    static TaskRecipe read(State description) {
        Registry registry = Registry.here();
        Task task = Task.read(description);
        if (task instanceof TrainingTask training) {
            training.config().create(registry.algorithm(training.config().algorithm()));
            registry.environment(training.config().environment());
        } else if (task instanceof EvaluationTask evaluation) {
            registry.environment(evaluation.environment());
        }
        return new TaskRecipe(task, registry, null);
    }
}
