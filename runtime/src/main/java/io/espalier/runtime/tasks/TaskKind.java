package io.espalier.runtime.tasks;

import com.google.auto.service.AutoService;
import io.espalier.core.State;
import io.espalier.runtime.workers.WorkerKind;
import io.espalier.runtime.workers.WorkerRecipe;

/** Lets other JVMs have {@link Task}s done here. */
@AutoService(WorkerKind.class)
public final class TaskKind implements WorkerKind {
    @Override
    public String name() {
        return TaskRecipe.KIND;
    }

    @Override
    public WorkerRecipe read(State description) {
        return TaskRecipe.read(description);
    }
}
