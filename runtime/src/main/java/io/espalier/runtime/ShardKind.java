package io.espalier.runtime;

import com.google.auto.service.AutoService;
import io.espalier.core.State;
import io.espalier.runtime.workers.WorkerKind;
import io.espalier.runtime.workers.WorkerRecipe;

/** Lets other JVMs have {@link ReplayShard}s here. */
@AutoService(WorkerKind.class)
public final class ShardKind implements WorkerKind {
    @Override
    public String name() {
        return ShardRecipe.KIND;
    }

    @Override
    public WorkerRecipe read(State description) {
        return ShardRecipe.read(description);
    }
}
