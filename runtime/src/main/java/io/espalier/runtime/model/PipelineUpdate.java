package io.espalier.runtime.model;

import io.espalier.core.State;
import io.espalier.nn.Gradients;
import io.espalier.nn.Network;
import io.espalier.nn.NetworkStages;
import io.espalier.nn.Optimizer;
import io.espalier.runtime.workers.Command;
import io.espalier.runtime.workers.Resources;
import io.espalier.runtime.workers.WorkerPool;
import java.util.ArrayList;
import java.util.List;

/**
 * The gradient updates of one network by the stages of a pipeline: feeds the first stage, judges what the last one gives,
 * and joins norms.
 */
final class PipelineUpdate extends WorkersUpdate {
    private final NetworkStages cut;
    private final float[] input;
    private final float[] sums;
    private final double[] norms;
    private final long[] stored;

    PipelineUpdate(
            NetworkStages cut,
            PipelineSchedule schedule,
            Network network,
            Optimizer optimizer,
            int mostRows,
            int firstNumber,
            WorkerPool pool,
            Resources needs) {
        super(
                network,
                optimizer,
                mostRows,
                recipes(cut.stages(), schedule, optimizer, mostRows),
                firstNumber,
                pool,
                needs);
        this.cut = cut;
        input = new float[mostRows * network.inputSize()];
        sums = new float[network.parameterCount()];
        norms = new double[(sums.length + StageWorker.NORM_BLOCK - 1) / StageWorker.NORM_BLOCK];
        stored = new long[cut.stages().size()];
    }

    private static List<StageRecipe> recipes(
            List<NetworkStages.Stage> stages, PipelineSchedule schedule, Optimizer optimizer, int mostRows) {
        List<StageRecipe> recipes = new ArrayList<>();
        for (NetworkStages.Stage stage : stages) {
            recipes.add(new StageRecipe(
                    stage.spec(),
                    stage.inputShape(),
                    stage.offset(),
                    optimizer.spec(),
                    schedule,
                    mostRows,
                    recipes.size(),
                    stages.size()));
        }
        return recipes;
    }

    @Override
    void putState(int worker, State into) {
        NetworkStages.Stage stage = cut.stages().get(worker);
        into.put("parameters", cut.part(worker, known));
        StageMessages.putOptimizer(into, optimizer, stage.offset(), stage.offset() + stage.parameters());
    }

    @Override
    void takeState(int worker, Command from) {
        NetworkStages.Stage stage = cut.stages().get(worker);
        cut.join(worker, StageMessages.floats(from, "parameters"), known);
        StageMessages.getOptimizer(from, optimizer, stage.offset(), stage.parameters());
    }

    @Override
    String part(int worker) {
        return "stage " + worker + " of 0 to " + (links.count() - 1) + " ("
                + cut.stages().get(worker).spec().text() + ")";
    }

    @Override
    void pass() throws WorkerLost {
        int stages = links.count();
        for (int s = 0; s < stages; s++) {
            State body = StageMessages.body(links.attempt());
            body.putLong("number", parts);
            links.send(s, new Command(StageMessages.BEGIN, body));
        }
        long began = System.nanoTime();
        double busy = 0;
        int fed = 0;
        int given = 0;
        int done = 0;
        while (done < stages) {
            // Enough for every stage to be at work and one to wait: no more inputs than that need lie around.
            boolean feeds = fed < parts && fed <= given + stages;
            StageLinks.Heard heard = feeds ? links.poll() : links.take();
            if (heard == null) {
                feed(fed++);
                continue;
            }
            Command message = message(heard);
            if (message.name().equals(StageMessages.FORWARD)) {
                given++;
                judge(message);
            } else {
                done++;
                busy += message.body().getLong("busy") * 1e-9;
                stored[heard.stage()] = message.body().getLong("stored");
                collect(heard.stage(), message);
            }
        }
        times.pass(busy, (System.nanoTime() - began) * 1e-9 * stages, PipelineSchedule.equalBubble(stages, parts));
    }

    private void feed(int part) {
        int rows = minibatch.rows(part);
        minibatch.inputs(part, input);
        Command message = StageMessages.microBatch(StageMessages.FORWARD, links.attempt(), part, rows);
        StageMessages.put(message, "0", input, rows * network.inputSize());
        links.send(0, message);
    }

    private void judge(Command outputs) {
        int part = StageMessages.number(outputs);
        int rows = StageMessages.rows(outputs);
        for (int head = 0; head < judged.heads(); head++) {
            float[] values = StageMessages.floats(outputs, Integer.toString(head));
            System.arraycopy(values, 0, judged.output(head), 0, values.length);
        }
        minibatch.loss(part, judged);
        Command message = StageMessages.microBatch(StageMessages.BACKWARD, links.attempt(), part, rows);
        for (int head = 0; head < judged.heads(); head++) {
            StageMessages.put(
                    message, Integer.toString(head), judged.outputGradient(head), rows * judged.headSize(head));
        }
        links.send(links.count() - 1, message);
    }

    private void collect(int stage, Command done) {
        int from = cut.stages().get(stage).offset();
        float[] before = done.body().floats("before");
        double[] own = done.body().doubles("norms");
        float[] after = done.body().floats("after");
        System.arraycopy(before, 0, sums, from, before.length);
        int first = from + before.length;
        for (int i = 0; i < own.length; i++) {
            norms[first / StageWorker.NORM_BLOCK + i] = own[i];
        }
        System.arraycopy(after, 0, sums, first + own.length * StageWorker.NORM_BLOCK, after.length);
    }

    @Override
    public void norms(int blockSize, double[] into) {
        for (NetworkStages.Stage stage : cut.stages()) {
            shared(stage.offset() + stage.parameters());
        }
        int each = blockSize / StageWorker.NORM_BLOCK;
        for (int block = 0; block < into.length; block++) {
            double sum = 0;
            for (int i = block * each; i < Math.min((block + 1) * each, norms.length); i++) {
                sum += norms[i];
            }
            into[block] = sum;
        }
    }

    /** The norm of the block through which a stage's border goes. */
    private void shared(int border) {
        int from = border / StageWorker.NORM_BLOCK * StageWorker.NORM_BLOCK;
        if (from < border) {
            int to = Math.min(from + StageWorker.NORM_BLOCK, sums.length);
            norms[from / StageWorker.NORM_BLOCK] = Gradients.squaredNorm(sums, from, to);
        }
    }

    /** Of how many micro-batches each stage kept the activations at most, in the last pass. */
    long[] stored() {
        return stored.clone();
    }
}
