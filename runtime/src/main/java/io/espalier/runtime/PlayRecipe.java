package io.espalier.runtime;

import io.espalier.core.State;
import io.espalier.runtime.workers.Worker;
import io.espalier.runtime.workers.WorkerContext;
import io.espalier.runtime.workers.WorkerRecipe;

/** How to make a {@link PlayStation} for a run. */
record PlayRecipe(RunPlan plan) implements WorkerRecipe {
    static final String KIND = "plays";

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public State description() {
        return plan.description();
    }

    @Override
    public Worker create(WorkerContext context) {
        return new PlayStation(plan, context);
    }
}
