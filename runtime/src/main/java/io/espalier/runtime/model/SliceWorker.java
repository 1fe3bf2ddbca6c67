package io.espalier.runtime.model;

import io.espalier.core.State;
import io.espalier.nn.Gradients;
import io.espalier.nn.Network;
import io.espalier.nn.Optimizer;
import io.espalier.runtime.workers.Command;
import io.espalier.runtime.workers.Message;
import io.espalier.runtime.workers.Worker;
import io.espalier.runtime.workers.WorkerContext;
import java.util.Arrays;

/** Holds a slice of each block of dense layers, with their part of the optimiser, and computes what it is asked for. */
final class SliceWorker implements Worker {
    /** To and from a slice: a block's input, and what the slice gives. */
    static final String FORWARD = "slice/forward";

    /** To and from a slice: the gradient of what it gave, and of what it read; of the first block nothing. */
    static final String BACKWARD = "slice/backward";

    /** To and from a slice: the sum of the gradients of all parts. */
    static final String GRADIENT = "slice/gradient";

    private final WorkerContext context;
    private final Network[] blocks;
    private final int[] offsets;
    private final float[] parameters;
    private final float[] total;
    private final Optimizer optimizer;
    private long attempt = -1;
    private long busyNanos;

    SliceWorker(SliceRecipe recipe, WorkerContext context) {
        this.context = context;
        blocks = new Network[recipe.blocks().size()];
        offsets = new int[blocks.length];
        int count = 0;
        for (int b = 0; b < blocks.length; b++) {
            blocks[b] = new Network(recipe.blocks().get(b), new int[] {recipe.inputs()[b]}, recipe.rows());
            offsets[b] = count;
            count += blocks[b].parameterCount();
        }
        parameters = new float[count];
        total = new float[count];
        optimizer = recipe.optimizer().create(count);
    }

    @Override
    public void receive(Message message) {
        if (!(message instanceof Command command)) {
            throw new IllegalArgumentException(
                    "a slice takes commands alone, not a " + message.getClass().getSimpleName() + ".");
        }
        if (command.name().equals(StageMessages.LOAD)) {
            attempt = StageMessages.attempt(command);
            System.arraycopy(
                    command.body().floats("parameters", parameters.length), 0, parameters, 0, parameters.length);
            StageMessages.getOptimizer(command, optimizer, 0, parameters.length);
            share();
        } else if (StageMessages.attempt(command) == attempt) {
            long began = System.nanoTime();
            Command gives = switch (command.name()) {
                case FORWARD -> forward(command);
                case BACKWARD -> backward(command);
                case GRADIENT -> gradient();
                case StageMessages.STEP -> step(command.body());
                default ->
                    throw new IllegalArgumentException("a slice does not know the command \"" + command.name() + "\".");
            };
            busyNanos += System.nanoTime() - began;
            context.send(gives);
        }
    }

    /** Gives each block its parameters. */
    private void share() {
        for (int b = 0; b < blocks.length; b++) {
            System.arraycopy(parameters, offsets[b], blocks[b].parameters(), 0, blocks[b].parameterCount());
            blocks[b].parametersChanged();
        }
    }

    private Command forward(Command reads) {
        int block = StageMessages.number(reads);
        int rows = StageMessages.rows(reads);
        Network network = blocks[block];
        network.forward(StageMessages.floats(reads, "0"), 0, rows);
        Command gives = StageMessages.microBatch(FORWARD, attempt, block, rows);
        StageMessages.put(gives, "0", network.output(0), rows * network.headSize(0));
        return gives;
    }

    private Command backward(Command reads) {
        int block = StageMessages.number(reads);
        int rows = StageMessages.rows(reads);
        Network network = blocks[block];
        float[] gradient = StageMessages.floats(reads, "0");
        System.arraycopy(gradient, 0, network.outputGradient(0), 0, gradient.length);
        network.backward(block > 0);
        float[] own = network.gradients();
        if (reads.body().getLong("part") == 0) {
            System.arraycopy(own, 0, total, offsets[block], own.length);
        } else {
            float[] sum = Arrays.copyOfRange(total, offsets[block], offsets[block] + own.length);
            Gradients.add(sum, own, 0, own.length);
            System.arraycopy(sum, 0, total, offsets[block], own.length);
        }
        Command gives = StageMessages.microBatch(BACKWARD, attempt, block, rows);
        if (block > 0) {
            StageMessages.put(gives, "0", network.inputGradients(), rows * network.inputSize());
        }
        return gives;
    }

    private Command gradient() {
        State body = StageMessages.body(attempt);
        body.put("gradient", total);
        body.putLong("busy", busyNanos);
        busyNanos = 0;
        return new Command(GRADIENT, body);
    }

    private Command step(State with) {
        optimizer.beginStep();
        optimizer.step(
                parameters, total, 0, total.length, (float) with.getDouble("rate"), (float) with.getDouble("scale"));
        share();
        State body = StageMessages.body(attempt);
        body.put("parameters", parameters);
        StageMessages.putOptimizer(body, optimizer, 0, total.length);
        return new Command(StageMessages.STEPPED, body);
    }

    @Override
    public void close() {}
}
