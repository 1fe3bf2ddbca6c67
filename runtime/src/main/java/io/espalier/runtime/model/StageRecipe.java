package io.espalier.runtime.model;

import io.espalier.core.State;
import io.espalier.nn.NetworkSpec;
import io.espalier.nn.OptimizerSpec;
import io.espalier.runtime.workers.Worker;
import io.espalier.runtime.workers.WorkerContext;
import io.espalier.runtime.workers.WorkerRecipe;
import java.nio.charset.StandardCharsets;

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
        state.put("network", bytes(spec.json()));
        state.put("input-shape", inputShape);
        state.put("optimizer", bytes(optimizer.text()));
        state.put("schedule", bytes(schedule.name()));
        state.put("numbers", new int[] {offset, rows, stage, stages});
        return state;
    }

    static StageRecipe read(State from) {
        int[] numbers = from.ints("numbers");
        return new StageRecipe(
                NetworkSpec.parseJson(text(from, "network")),
                from.ints("input-shape"),
                numbers[0],
                OptimizerSpec.parse(text(from, "optimizer")),
                PipelineSchedule.valueOf(text(from, "schedule")),
                numbers[1],
                numbers[2],
                numbers[3]);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(State from, String name) {
        return new String(from.bytes(name), StandardCharsets.UTF_8);
    }

    @Override
    public Worker create(WorkerContext context) {
        return new StageWorker(this, context);
    }
}
