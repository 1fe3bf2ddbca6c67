package io.espalier.runtime;

import io.espalier.core.State;
import io.espalier.runtime.workers.Worker;
import io.espalier.runtime.workers.WorkerContext;
import io.espalier.runtime.workers.WorkerRecipe;
import java.util.Arrays;

/**
 * How to make a {@link LearnerStation}.
 *
 * @param plan of the run
 * @param rank which of the learners it is; 0 is the run's own
 * @param learners how many there are
 */
record LearnerRecipe(RunPlan plan, int rank, int learners) implements WorkerRecipe {
    static final String KIND = "learners";

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public State description() {
        State state = plan.description();
        state.put("learner", new int[] {rank, learners});
        return state;
    }

    @Override
    public Worker create(WorkerContext context) {
        return new LearnerStation(this, context);
    }

    static LearnerRecipe read(State description) {
        int[] numbers = description.ints("learner");
        if (numbers.length != 2 || numbers[0] < 1 || numbers[0] >= numbers[1]) {
            throw new IllegalArgumentException(
                    "a learner cannot be " + Arrays.toString(numbers) + " (rank, of how many).");
        }
        return new LearnerRecipe(RunPlan.read(description), numbers[0], numbers[1]);
    }
}
