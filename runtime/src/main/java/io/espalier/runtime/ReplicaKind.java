package io.espalier.runtime;

import com.google.auto.service.AutoService;
import io.espalier.core.State;
import io.espalier.runtime.workers.WorkerKind;
import io.espalier.runtime.workers.WorkerRecipe;

/** Lets other JVMs have {@link ReplicaStation}s run here. */
@AutoService(WorkerKind.class)
public final class ReplicaKind implements WorkerKind {
    @Override
    public String name() {
        return ReplicaRecipe.KIND;
    }

    @Override
    public WorkerRecipe read(State description) {
        return ReplicaRecipe.read(description);
    }
}
