package io.espalier.runtime.model;

import com.google.auto.service.AutoService;
import io.espalier.core.State;
import io.espalier.nn.NetworkSpec;
import io.espalier.nn.OptimizerSpec;
import io.espalier.runtime.workers.Worker;
import io.espalier.runtime.workers.WorkerContext;
import io.espalier.runtime.workers.WorkerKind;
import io.espalier.runtime.workers.WorkerRecipe;
import java.util.ArrayList;
import java.util.List;

/**
 * How to make the worker that holds a slice of each block of dense layers.
 *
 * @param blocks its slices, first to last
 * @param inputs elements of a row of what each reads
 * @param rows the most rows of a part of a minibatch
 */
@SuppressWarnings("ArrayRecordComponent") // handed on once, and never compared
record SliceRecipe(List<NetworkSpec> blocks, int[] inputs, OptimizerSpec optimizer, int rows) implements WorkerRecipe {
    private static final String KIND = "dense-slice";

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public State description() {
        State state = new State();
        for (int b = 0; b < blocks.size(); b++) {
            StageMessages.putText(state, "block/" + b, blocks.get(b).json());
        }
        state.put("inputs", inputs);
        StageMessages.putText(state, "optimizer", optimizer.text());
        state.putLong("rows", rows);
        return state;
    }

    @Override
    public Worker create(WorkerContext context) {
        return new SliceWorker(this, context);
    }

    /** Slices of dense layers, for {@link TensorParallel} over other JVMs. */
    @AutoService(WorkerKind.class)
    public static final class Kind implements WorkerKind {
        @Override
        public String name() {
            return KIND;
        }

        @Override
        public WorkerRecipe read(State description) {
            int[] inputs = description.ints("inputs");
            List<NetworkSpec> blocks = new ArrayList<>();
            for (int b = 0; b < inputs.length; b++) {
                blocks.add(NetworkSpec.parseJson(StageMessages.text(description, "block/" + b)));
            }
            return new SliceRecipe(
                    blocks,
                    inputs,
                    OptimizerSpec.parse(StageMessages.text(description, "optimizer")),
                    Math.toIntExact(description.getLong("rows")));
        }
    }
}
