package io.espalier.runtime.model;

import io.espalier.core.State;
import io.espalier.nn.NetworkSpec;
import io.espalier.nn.OptimizerSpec;
import io.espalier.runtime.workers.Worker;
import io.espalier.runtime.workers.WorkerContext;
import io.espalier.runtime.workers.WorkerRecipe;

/**
 * How to make the worker that holds one stage of a pipeline.
 *
 * @param spec the stage's layers
 * @param inputShape shape of one row of what it reads
 * @param offset where its parameters begin in the uncut network's
 * @param rows the most rows of a micro-batch
 * @param stage from 0
 */
@SuppressWarnings("ArrayRecordComponent") // handed on once, and never compared
record StageRecipe(
        NetworkSpec spec,
        int[] inputShape,
        int offset,
        OptimizerSpec optimizer,
        PipelineSchedule schedule,
        int rows,
        int stage,
        int stages)
        implements WorkerRecipe {
    static final String KIND = "pipeline-stage";

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public State description() {
        State state = new State();
        StageMessages.putText(state, "network", spec.json());
        state.put("input-shape", inputShape);
        StageMessages.putText(state, "optimizer", optimizer.text());
        StageMessages.putText(state, "schedule", schedule.name());
        state.put("numbers", new int[] {offset, rows, stage, stages});
        return state;
    }

    static StageRecipe read(State from) {
        int[] numbers = from.ints("numbers");
        return new StageRecipe(
                NetworkSpec.parseJson(StageMessages.text(from, "network")),
                from.ints("input-shape"),
                numbers[0],
                OptimizerSpec.parse(StageMessages.text(from, "optimizer")),
                PipelineSchedule.valueOf(StageMessages.text(from, "schedule")),
                numbers[1],
                numbers[2],
                numbers[3]);
    }

    @Override
    public Worker create(WorkerContext context) {
        return new StageWorker(this, context);
    }
}
