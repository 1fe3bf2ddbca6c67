package io.espalier.runtime;

import io.espalier.core.State;
import io.espalier.runtime.workers.Worker;
import io.espalier.runtime.workers.WorkerContext;
import io.espalier.runtime.workers.WorkerRecipe;
import java.util.Arrays;

/**
 * How to make a {@link ReplicaStation}.
 *
 * @param plan of the run
 * @param number which of the replicas
 * @param life how often its environments were begun anew: they must not begin as they did before
 */
record ReplicaRecipe(RunPlan plan, int number, long life) implements WorkerRecipe {
    static final String KIND = "replicas";

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public State description() {
        State state = plan.description();
        state.put("replica", new long[] {number, life});
        return state;
    }

    @Override
    public Worker create(WorkerContext context) {
        return new ReplicaStation(this, context);
    }

    static ReplicaRecipe read(State description) {
        long[] numbers = description.longs("replica");
        if (numbers.length != 2 || numbers[0] < 0 || numbers[0] > 10_000) {
            throw new IllegalArgumentException(
                    "a replica cannot be " + Arrays.toString(numbers) + " (number up to 10000, life).");
        }
        return new ReplicaRecipe(RunPlan.read(description), (int) numbers[0], numbers[1]);
    }
}
