package io.espalier.runtime;

import io.espalier.core.ReplaySpec;
import io.espalier.core.State;
import io.espalier.runtime.workers.Worker;
import io.espalier.runtime.workers.WorkerContext;
import io.espalier.runtime.workers.WorkerRecipe;
import java.util.Arrays;

/**
 * How to make a {@link ReplayShard}.
 *
 * @param spec what it keeps
 */
record ShardRecipe(ReplaySpec spec) implements WorkerRecipe {
    static final String KIND = "replay";

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public State description() {
        State state = new State();
        state.put("sizes", new long[] {
            spec.capacity(),
            spec.observationSize(),
            spec.actionSize(),
            spec.maskSize(),
            spec.environments(),
            spec.nStep(),
            spec.learningStarts()
        });
        state.put("rates", new double[] {spec.gamma(), spec.alpha()});
        return state;
    }

    @Override
    public Worker create(WorkerContext context) {
        return new ReplayShard(spec, context);
    }

    static ShardRecipe read(State description) {
        long[] sizes = description.longs("sizes");
        double[] rates = description.doubles("rates");
        if (sizes.length != 7
                || rates.length != 2
                || Arrays.stream(sizes, 0, 6).anyMatch(size -> size < 0 || size > Integer.MAX_VALUE)) {
            throw new IllegalArgumentException("a shard of a replay cannot have the sizes " + Arrays.toString(sizes)
                    + " and the rates " + Arrays.toString(rates) + ".");
        }
        return new ShardRecipe(new ReplaySpec(
                (int) sizes[0],
                (int) sizes[1],
                (int) sizes[2],
                (int) sizes[3],
                (int) sizes[4],
                (int) sizes[5],
                rates[0],
                sizes[6],
                rates[1]));
    }
}
