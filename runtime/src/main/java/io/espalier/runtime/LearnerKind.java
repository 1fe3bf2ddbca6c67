package io.espalier.runtime;

import com.google.auto.service.AutoService;
import io.espalier.core.State;
import io.espalier.runtime.workers.WorkerKind;
import io.espalier.runtime.workers.WorkerRecipe;

/** Lets other JVMs have {@link LearnerStation}s run here. */
@AutoService(WorkerKind.class)
public final class LearnerKind implements WorkerKind {
    @Override
    public String name() {
        return LearnerRecipe.KIND;
    }

    @Override
    public WorkerRecipe read(State description) {
        return LearnerRecipe.read(description);
    }
}
