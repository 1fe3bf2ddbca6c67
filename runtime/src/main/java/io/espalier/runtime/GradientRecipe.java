package io.espalier.runtime;

import io.espalier.core.State;
import io.espalier.runtime.compression.Compression;
import io.espalier.runtime.workers.Worker;
import io.espalier.runtime.workers.WorkerContext;
import io.espalier.runtime.workers.WorkerRecipe;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * How to make a {@link GradientStation}.
 *
 * @param plan of the run
 * @param push how it writes gradients
 * @param pull how parameters are written for it
 * @param shards into how many blocks parameters are cut
 * @param first number of its first environment
 * @param life how often its environments were begun anew: they must not begin as they did before
 */
record GradientRecipe(RunPlan plan, Compression push, Compression pull, int shards, int first, long life)
        implements WorkerRecipe {
    static final String KIND = "gradients";

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public State description() {
        State state = plan.description();
        state.put("push", push.toString().getBytes(StandardCharsets.UTF_8));
        state.put("pull", pull.toString().getBytes(StandardCharsets.UTF_8));
        state.put("gradients", new long[] {shards, first, life});
        return state;
    }

    @Override
    public Worker create(WorkerContext context) {
        return new GradientStation(this, context);
    }

    static GradientRecipe read(State description) {
        long[] numbers = description.longs("gradients");
        if (numbers.length != 3 || numbers[0] < 1 || numbers[0] > 1024 || numbers[1] < 0 || numbers[1] > 1 << 30) {
            throw new IllegalArgumentException("a worker's shards and environments cannot be "
                    + Arrays.toString(numbers) + " (shards, first environment, life).");
        }
        return new GradientRecipe(
                RunPlan.read(description),
                Compression.parse(new String(description.bytes("push"), StandardCharsets.UTF_8)),
                Compression.parse(new String(description.bytes("pull"), StandardCharsets.UTF_8)),
                (int) numbers[0],
                (int) numbers[1],
                numbers[2]);
    }
}
