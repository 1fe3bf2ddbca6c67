package io.espalier.runtime.model;

import io.espalier.core.State;
import io.espalier.nn.DenseSlices;
import io.espalier.nn.DenseSlices.Block;
import io.espalier.nn.DenseSlices.Slice;
import io.espalier.nn.Gradients;
import io.espalier.nn.Network;
import io.espalier.nn.Optimizer;
import io.espalier.runtime.workers.Command;
import io.espalier.runtime.workers.Resources;
import io.espalier.runtime.workers.WorkerPool;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The gradient updates of a chain of dense layers by workers that each hold a slice of all of them: sends each block's
 * input to all, and sums what they give, or sets it side by side, in the order of the slices.
 */
final class TensorUpdate extends WorkersUpdate {
    private final DenseSlices cut;
    private final float[] sums;

    TensorUpdate(
            DenseSlices cut,
            Network network,
            Optimizer optimizer,
            int mostRows,
            int firstNumber,
            WorkerPool pool,
            Resources needs) {
        super(network, optimizer, mostRows, recipes(cut, optimizer, mostRows), firstNumber, pool, needs);
        this.cut = cut;
        sums = new float[network.parameterCount()];
    }

    private static List<SliceRecipe> recipes(DenseSlices cut, Optimizer optimizer, int mostRows) {
        int[] inputs = cut.blocks().stream().mapToInt(Block::inputs).toArray();
        List<SliceRecipe> recipes = new ArrayList<>();
        for (int k = 0; k < cut.count(); k++) {
            int slice = k;
            recipes.add(new SliceRecipe(
                    cut.blocks().stream()
                            .map(block -> block.slices().get(slice).spec())
                            .toList(),
                    inputs,
                    optimizer.spec(),
                    mostRows));
        }
        return recipes;
    }

    /** A worker's part of an array as long as the uncut parameters: its slices one after the other. */
    private float[] take(int worker, float[] whole) {
        float[] all = new float[0];
        for (Block block : cut.blocks()) {
            float[] part = DenseSlices.part(block.slices().get(worker), whole);
            all = Arrays.copyOf(all, all.length + part.length);
            System.arraycopy(part, 0, all, all.length - part.length, part.length);
        }
        return all;
    }

    private void give(int worker, float[] all, float[] whole) {
        int at = 0;
        for (Block block : cut.blocks()) {
            Slice slice = block.slices().get(worker);
            DenseSlices.join(slice, Arrays.copyOfRange(all, at, at + slice.parameters()), whole);
            at += slice.parameters();
        }
    }

    @Override
    void putState(int worker, State into) {
        into.put("parameters", take(worker, known));
        for (int i = 0; i < optimizer.slots(); i++) {
            into.put("optimizer/" + i, take(worker, optimizer.slot(i)));
        }
        into.putLong("steps", optimizer.steps());
    }

    @Override
    void takeState(int worker, Command from) {
        give(worker, StageMessages.floats(from, "parameters"), known);
        for (int i = 0; i < optimizer.slots(); i++) {
            give(worker, StageMessages.floats(from, "optimizer/" + i), optimizer.slot(i));
        }
        optimizer.restore(from.body().getLong("steps"));
    }

    @Override
    String part(int worker) {
        return "slice " + worker + " of 0 to " + (links.count() - 1) + " of "
                + network.spec().text();
    }

    @Override
    void pass() throws WorkerLost {
        long began = System.nanoTime();
        for (int part = 0; part < parts; part++) {
            int rows = minibatch.rows(part);
            float[] now = new float[rows * network.inputSize()];
            minibatch.inputs(part, now);
            for (int b = 0; b < cut.blocks().size(); b++) {
                now = forward(b, rows, now);
            }
            System.arraycopy(now, 0, judged.output(0), 0, now.length);
            minibatch.loss(part, judged);
            float[] gradient = Arrays.copyOf(judged.outputGradient(0), now.length);
            for (int b = cut.blocks().size() - 1; b >= 0; b--) {
                gradient = backward(b, part, rows, gradient);
            }
        }
        for (int k = 0; k < links.count(); k++) {
            links.send(k, new Command(SliceWorker.GRADIENT, StageMessages.body(links.attempt())));
        }
        Command[] answers = answers();
        double busy = 0;
        for (int k = 0; k < answers.length; k++) {
            give(k, StageMessages.floats(answers[k], "gradient"), sums);
            busy += answers[k].body().getLong("busy") * 1e-9;
        }
        times.pass(busy, (System.nanoTime() - began) * 1e-9 * answers.length, 0);
    }

    private float[] forward(int number, int rows, float[] input) throws WorkerLost {
        Block block = cut.blocks().get(number);
        Command message = StageMessages.microBatch(SliceWorker.FORWARD, links.attempt(), number, rows);
        StageMessages.put(message, "0", input, input.length);
        for (int k = 0; k < links.count(); k++) {
            links.send(k, message);
        }
        Command[] answers = answers();
        if (block.summed()) {
            return sum(answers);
        }
        float[] outputs = new float[rows * block.outputs()];
        for (int k = 0; k < answers.length; k++) {
            float[] own = StageMessages.floats(answers[k], "0");
            int width = own.length / rows;
            for (int row = 0; row < rows; row++) {
                int at = row * block.outputs() + block.slices().get(k).firstOutput();
                System.arraycopy(own, row * width, outputs, at, width);
            }
        }
        return outputs;
    }

    private float[] backward(int number, int part, int rows, float[] gradient) throws WorkerLost {
        Block block = cut.blocks().get(number);
        for (int k = 0; k < links.count(); k++) {
            Command message = StageMessages.microBatch(SliceWorker.BACKWARD, links.attempt(), number, rows);
            message.body().putLong("part", part);
            float[] own = gradient;
            if (!block.summed()) {
                int from = block.slices().get(k).firstOutput();
                int to = k + 1 < links.count() ? block.slices().get(k + 1).firstOutput() : block.outputs();
                own = new float[rows * (to - from)];
                for (int row = 0; row < rows; row++) {
                    System.arraycopy(gradient, row * block.outputs() + from, own, row * (to - from), to - from);
                }
            }
            StageMessages.put(message, "0", own, own.length);
            links.send(k, message);
        }
        Command[] answers = answers();
        return number == 0 ? gradient : sum(answers);
    }

    /** In the order of the slices, whoever came first. */
    private static float[] sum(Command[] answers) {
        float[] sum = StageMessages.floats(answers[0], "0").clone();
        for (int k = 1; k < answers.length; k++) {
            Gradients.add(sum, StageMessages.floats(answers[k], "0"), 0, sum.length);
        }
        return sum;
    }

    @Override
    public void norms(int blockSize, double[] into) {
        for (int block = 0; block < into.length; block++) {
            into[block] =
                    Gradients.squaredNorm(sums, block * blockSize, Math.min((block + 1) * blockSize, sums.length));
        }
    }
}
