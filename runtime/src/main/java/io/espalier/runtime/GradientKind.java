package io.espalier.runtime;

import com.google.auto.service.AutoService;
import io.espalier.core.State;
import io.espalier.runtime.workers.WorkerKind;
import io.espalier.runtime.workers.WorkerRecipe;

/** Lets other JVMs have {@link GradientStation}s run here. */
@AutoService(WorkerKind.class)
public final class GradientKind implements WorkerKind {
    @Override
    public String name() {
        return GradientRecipe.KIND;
    }

    @Override
    public WorkerRecipe read(State description) {
        return GradientRecipe.read(description);
    }
}
