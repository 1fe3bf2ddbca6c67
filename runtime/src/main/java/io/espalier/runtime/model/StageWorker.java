package io.espalier.runtime.model;

import io.espalier.core.State;
import io.espalier.nn.Gradients;
import io.espalier.nn.Network;
import io.espalier.nn.Optimizer;
import io.espalier.runtime.workers.Command;
import io.espalier.runtime.workers.Message;
import io.espalier.runtime.workers.Worker;
import io.espalier.runtime.workers.WorkerContext;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Holds one stage of a pipeline: its layers, their parameters and their part of the optimiser. Does what its
 * {@link PipelineSchedule} says as soon as what that reads has come; sums the gradients of the micro-batches in their
 * order; steps when it is told to.
 */
final class StageWorker implements Worker {
    /** {@link Gradients#squaredNorm} sums blocks of so many parameters. */
    static final int NORM_BLOCK = 1024;

    private final StageRecipe recipe;
    private final WorkerContext context;
    private final Network network;
    private final Optimizer optimizer;
    private final float[] total;
    private final float[] scratch;
    private final Deque<Network> free = new ArrayDeque<>();
    private final Map<Integer, Network> stored = new HashMap<>();
    private final Map<Integer, Command> inputs = new HashMap<>();
    private final Map<Integer, Command> outputGradients = new HashMap<>();
    private List<PipelineSchedule.Operation> order = List.of();
    private int next;
    private int mostStored;
    private long attempt = -1;
    private long busyNanos;

    StageWorker(StageRecipe recipe, WorkerContext context) {
        this.recipe = recipe;
        this.context = context;
        network = new Network(recipe.spec(), recipe.inputShape(), recipe.rows());
        optimizer = recipe.optimizer().create(network.parameterCount());
        total = new float[network.parameterCount()];
        scratch = new float[network.parameterCount()];
        free.add(network);
    }

    @Override
    public void receive(Message message) {
        if (!(message instanceof Command command)) {
            throw new IllegalArgumentException("a stage of a pipeline takes commands alone, not a "
                    + message.getClass().getSimpleName() + ".");
        }
        if (command.name().equals(StageMessages.LOAD)) {
            load(command);
        } else if (StageMessages.attempt(command) == attempt) {
            switch (command.name()) {
                case StageMessages.BEGIN -> begin((int) command.number());
                case StageMessages.FORWARD -> inputs.put(StageMessages.number(command), command);
                case StageMessages.BACKWARD -> outputGradients.put(StageMessages.number(command), command);
                case StageMessages.STEP -> step(command.body());
                default ->
                    throw new IllegalArgumentException(
                            "a stage of a pipeline does not know the command \"" + command.name() + "\".");
            }
            advance();
        }
    }

    private void load(Command from) {
        attempt = StageMessages.attempt(from);
        float[] parameters = from.body().floats("parameters", network.parameterCount());
        System.arraycopy(parameters, 0, network.parameters(), 0, parameters.length);
        network.parametersChanged();
        StageMessages.getOptimizer(from, optimizer, 0, parameters.length);
        forget();
    }

    private void begin(int microBatches) {
        forget();
        order = recipe.schedule().order(recipe.stage(), recipe.stages(), microBatches);
    }

    private void forget() {
        free.addAll(stored.values());
        stored.clear();
        inputs.clear();
        outputGradients.clear();
        order = List.of();
        next = 0;
        mostStored = 0;
        busyNanos = 0;
    }

    private void advance() {
        while (next < order.size()) {
            PipelineSchedule.Operation operation = order.get(next);
            Command reads = (operation.forward() ? inputs : outputGradients).remove(operation.microBatch());
            if (reads == null) {
                return;
            }
            next++;
            long began = System.nanoTime();
            Command gives = operation.forward() ? forward(reads) : backward(reads);
            busyNanos += System.nanoTime() - began;
            if (operation.forward() || recipe.stage() > 0) {
                context.send(gives);
            }
            if (next == order.size()) {
                done();
            }
        }
    }

    private Command forward(Command reads) {
        int number = StageMessages.number(reads);
        int rows = StageMessages.rows(reads);
        Network replica = free.isEmpty() ? network.replica(recipe.rows()) : free.pop();
        stored.put(number, replica);
        mostStored = Math.max(mostStored, stored.size());
        replica.forward(StageMessages.floats(reads, "0"), 0, rows);
        Command gives = StageMessages.microBatch(StageMessages.FORWARD, attempt, number, rows);
        for (int head = 0; head < replica.heads(); head++) {
            StageMessages.put(gives, Integer.toString(head), replica.output(head), rows * replica.headSize(head));
        }
        return gives;
    }

    private Command backward(Command reads) {
        int number = StageMessages.number(reads);
        int rows = StageMessages.rows(reads);
        Network replica = Objects.requireNonNull(stored.remove(number), "forward comes first in every schedule");
        for (int head = 0; head < replica.heads(); head++) {
            float[] gradient = StageMessages.floats(reads, Integer.toString(head));
            System.arraycopy(gradient, 0, replica.outputGradient(head), 0, rows * replica.headSize(head));
        }
        replica.gradients(number == 0 ? total : scratch);
        replica.backward(recipe.stage() > 0);
        if (number > 0) {
            Gradients.add(total, scratch, 0, total.length);
        }
        free.push(replica);
        Command gives = StageMessages.microBatch(StageMessages.BACKWARD, attempt, number, rows);
        if (recipe.stage() > 0) {
            StageMessages.put(gives, "0", replica.inputGradients(), rows * replica.inputSize());
        }
        return gives;
    }

    /**
     * Tells the norms of the blocks of the uncut network's gradient that lie in this stage, and of the blocks that it
     * shares with its neighbours its own part itself: a norm sums 64 lanes of floats, which nobody could do in halves.
     */
    private void done() {
        int from = recipe.offset();
        int to = from + total.length;
        int first = Math.min((from + NORM_BLOCK - 1) / NORM_BLOCK * NORM_BLOCK, to);
        int last = Math.max(first, to / NORM_BLOCK * NORM_BLOCK);
        double[] norms = new double[(last - first) / NORM_BLOCK];
        Arrays.setAll(norms, i -> {
            int at = first + i * NORM_BLOCK - from;
            return Gradients.squaredNorm(total, at, at + NORM_BLOCK);
        });
        State body = StageMessages.body(attempt);
        body.put("norms", norms);
        body.put("before", Arrays.copyOfRange(total, 0, first - from));
        body.put("after", Arrays.copyOfRange(total, last - from, total.length));
        body.putLong("busy", busyNanos);
        body.putLong("stored", mostStored);
        context.send(new Command(StageMessages.DONE, body));
    }

    private void step(State with) {
        optimizer.beginStep();
        optimizer.step(network.parameters(), total, 0, total.length, (float) with.getDouble("rate"), (float)
                with.getDouble("scale"));
        network.parametersChanged();
        State body = StageMessages.body(attempt);
        body.put("parameters", network.parameters());
        StageMessages.putOptimizer(body, optimizer, 0, total.length);
        context.send(new Command(StageMessages.STEPPED, body));
    }

    @Override
    public void close() {}
}
