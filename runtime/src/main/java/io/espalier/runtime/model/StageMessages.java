package io.espalier.runtime.model;

import io.espalier.core.State;
import io.espalier.nn.Optimizer;
import io.espalier.runtime.workers.Command;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * What a pipeline and its stages tell each other. Every message carries the attempt it belongs to: when a stage is lost, a
 * new attempt begins, and what is still under way of the one before is dropped by whoever gets it.
 */
final class StageMessages {
    /** To a stage: parameters and optimiser state. */
    static final String LOAD = "pipeline/load";

    /** To a stage: how many micro-batches come. */
    static final String BEGIN = "pipeline/begin";

    /** What a stage reads, or what the last one gave: for each output [rows, size] under its number. */
    static final String FORWARD = "pipeline/forward";

    /** The gradient of what the stage gave, likewise. */
    static final String BACKWARD = "pipeline/backward";

    /** From a stage: its backward passes are done; norms of its gradient, busy time, stored activations. */
    static final String DONE = "pipeline/done";

    /** To a stage: step along the gradient. */
    static final String STEP = "pipeline/step";

    /** From a stage: its parameters and optimiser state after that. */
    static final String STEPPED = "pipeline/stepped";

    private StageMessages() {}

    static State body(long attempt) {
        State body = new State();
        body.putLong("attempt", attempt);
        return body;
    }

    static long attempt(Command command) {
        return command.body().getLong("attempt");
    }

    static Command microBatch(String name, long attempt, int number, int rows) {
        State body = body(attempt);
        body.put("micro-batch", new int[] {number, rows});
        return new Command(name, body);
    }

    static int number(Command command) {
        return live(command, "micro-batch", int[].class)[0];
    }

    static int rows(Command command) {
        return live(command, "micro-batch", int[].class)[1];
    }

    /** Puts the first {@code size} floats, copied once where that is the whole array. */
    static void put(Command into, String name, float[] values, int size) {
        into.body().put(name, values.length == size ? values : Arrays.copyOf(values, size));
    }

    static float[] floats(Command from, String name) {
        return live(from, name, float[].class);
    }

    /** An array of a message itself, which nobody may change: activations are large, and a copy of each was made. */
    private static <T> T live(Command from, String name, Class<T> type) {
        Object value = from.body().entries().get(name);
        if (!type.isInstance(value)) {
            throw new IllegalArgumentException("a message " + from.name() + " has no " + name + ".");
        }
        return type.cast(value);
    }

    static void putText(State into, String name, String text) {
        into.put(name, text.getBytes(StandardCharsets.UTF_8));
    }

    static String text(State from, String name) {
        return new String(from.bytes(name), StandardCharsets.UTF_8);
    }

    static void putOptimizer(State into, Optimizer optimizer, int from, int to) {
        for (int i = 0; i < optimizer.slots(); i++) {
            into.put("optimizer/" + i, Arrays.copyOfRange(optimizer.slot(i), from, to));
        }
        into.putLong("steps", optimizer.steps());
    }

    static void getOptimizer(Command from, Optimizer optimizer, int at, int size) {
        for (int i = 0; i < optimizer.slots(); i++) {
            System.arraycopy(floats(from, "optimizer/" + i), 0, optimizer.slot(i), at, size);
        }
        optimizer.restore(from.body().getLong("steps"));
    }
}
