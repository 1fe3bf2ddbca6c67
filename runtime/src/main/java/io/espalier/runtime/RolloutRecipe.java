package io.espalier.runtime;

import io.espalier.core.State;
import io.espalier.runtime.workers.Worker;
import io.espalier.runtime.workers.WorkerContext;
import io.espalier.runtime.workers.WorkerRecipe;
import java.util.Arrays;

/**
 * How to make a {@link RolloutStation}.
 *
 * @param plan of the run
 * @param first number of its first environment
 * @param environments how many it steps
 * @param life how often they were begun anew: they must not begin as they did before
 */
record RolloutRecipe(RunPlan plan, int first, int environments, long life) implements WorkerRecipe {
    static final String KIND = "rollouts";

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public State description() {
        State state = plan.description();
        state.put("environments", new long[] {first, environments, life});
        return state;
    }

    @Override
    public Worker create(WorkerContext context) {
        return new RolloutStation(this, context);
    }

    static RolloutRecipe read(State description) {
        long[] numbers = description.longs("environments");
        if (numbers.length != 3 || numbers[0] < 0 || numbers[1] < 1 || numbers[0] + numbers[1] > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "a worker's environments cannot be " + Arrays.toString(numbers) + " (first, how many, life).");
        }
        return new RolloutRecipe(RunPlan.read(description), (int) numbers[0], (int) numbers[1], numbers[2]);
    }
}
