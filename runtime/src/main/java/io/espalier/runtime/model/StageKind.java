package io.espalier.runtime.model;

import com.google.auto.service.AutoService;
import io.espalier.core.State;
import io.espalier.runtime.workers.WorkerKind;
import io.espalier.runtime.workers.WorkerRecipe;

/** Stages of a pipeline, for {@link PipelineParallel} over other JVMs. */
@AutoService(WorkerKind.class)
public final class StageKind implements WorkerKind {
    @Override
    public String name() {
        return StageRecipe.KIND;
    }

    @Override
    public WorkerRecipe read(State description) {
        return StageRecipe.read(description);
    }
}
