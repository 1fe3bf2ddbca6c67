package io.espalier.nn;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A layer that hands what it has computed on to the next step: rows are [steps, sequences], and step t reads the output of
 * step t − 1, zeros where an episode begins. The part of all gates that reads the input is one product over all rows, the
 * part that reads the memory one product a step. The backward pass goes back through time; nothing flows into the states
 * that a pass started from, nor over the beginning of an episode.
 */
abstract class RecurrentLayer extends Layer {
    final int units;
    /** [rows, gates]: what the gates let through. */
    final float[] gates;
    /** [rows, gates]: the part of the gates' arguments that comes from the memory. */
    final float[] hidden;
    /** [rows, units]: the output of the step before, as this step saw it. */
    final float[] previous;
    /** [rows, gates]: the gradient of the gates' arguments. */
    final float[] gateGradient;
    /** [rows, gates]: the gradient of {@link #hidden}; may be the same array. */
    final float[] hiddenGradient;
    /** [sequences, units]: what flows back to the step before. */
    final float[] carry;

    private final float[] flow;
    private final int width;
    private final int offset;
    private final int weightIn;
    private final int weightHidden;
    private final int biasIn;
    private final int biasHidden;
    private final Transposed transposedIn;
    private final Transposed transposedHidden;

    /**
     * @param kind its name in a spec
     * @param gateCount how many gates each unit has
     * @param parts how many floats each unit remembers, the output being the first
     * @param sameGradient whether the two parts of a gate's argument are simply added
     */
    RecurrentLayer(
            Wiring wiring,
            String name,
            String kind,
            int units,
            Initializer init,
            int[] shape,
            int gateCount,
            int parts,
            boolean sameGradient) {
        super(wiring, vector(kind, units, shape), units);
        this.units = units;
        width = Wiring.product(kind + ": gates", gateCount, units);
        offset = wiring.memory.reserve(kind, Wiring.product(kind + ": memory", parts, units));
        weightIn = reserve(name + "weight_ih", init, inputSize);
        weightHidden = reserve(name + "weight_hh", init, units);
        biasIn = bias(name + "bias_ih", init);
        biasHidden = bias(name + "bias_hh", init);
        transposedIn = new Transposed(wiring, weightIn, inputSize, width);
        transposedHidden = new Transposed(wiring, weightHidden, units, width);
        gates = wiring.rows(width);
        hidden = wiring.rows(width);
        previous = wiring.rows(units);
        gateGradient = wiring.rows(width);
        hiddenGradient = sameGradient ? gateGradient : wiring.rows(width);
        carry = wiring.rows(units);
        flow = wiring.rows(units);
    }

    private static int[] vector(String kind, int units, int[] shape) {
        if (shape.length != 1) {
            throw wrongShape(kind + "(" + units + ")", "a vector", shape, "put flatten in front of it");
        }
        return shape;
    }

    private int reserve(String tensor, Initializer init, int rows) {
        return wiring.reserve(
                tensor,
                (random, into, at, size) -> {
                    // PyTorch counts the units for all of its uniform numbers, also those of the input's weights.
                    if (init.kind() == Initializer.Kind.UNIFORM_FAN_IN) {
                        init.fillBias(random, into, at, size, units);
                    } else {
                        init.fill(random, into, at, rows, width, width);
                    }
                },
                rows,
                width);
    }

    private int bias(String tensor, Initializer init) {
        return wiring.reserve(tensor, (random, into, at, size) -> init.fillBias(random, into, at, size, units), width);
    }

    /** One step for some rows from {@code row}: {@link #gates}, {@link #hidden}, {@link #previous} to {@link #output}. */
    abstract void step(int row, int count);

    /**
     * One step back: from {@link #outputGradient} to {@link #gateGradient}, {@link #hiddenGradient} and, with what does
     * not pass the gates' arguments, {@link #carry}.
     */
    abstract void stepBack(int row, int count, boolean lastStep);

    /** Reads what else is remembered of a sequence into the row of a step; from the state, or from the row before. */
    void recall(float[] state, int at, int row) {}

    /** As {@link #recall(float[], int, int)} from the row of the step before. */
    void recall(int from, int row) {}

    /** Forgets what else is remembered. */
    void forget(int row) {}

    /** Writes what else is remembered after the last step. */
    void remember(int row, float[] state, int at) {}

    @Override
    void forward(float[] in, int at, int rows) {
        float[] p = wiring.parameters;
        Memory memory = wiring.memory;
        int count = memory.sequences;
        kernels.gemm(rows, width, inputSize, in, at, inputSize, 1, p, weightIn, width, p, biasIn, gates, 0, width);
        for (int row = 0; row < rows; row += count) {
            for (int i = 0; i < count; i++) {
                recallRow(memory, row + i, i);
            }
            kernels.gemm(
                    count,
                    width,
                    units,
                    previous,
                    row * units,
                    units,
                    1,
                    p,
                    weightHidden,
                    width,
                    p,
                    biasHidden,
                    hidden,
                    row * width,
                    width);
            step(row, count);
        }
        for (int i = 0; i < count; i++) {
            int state = memory.at(i, offset);
            int row = rows - count + i;
            System.arraycopy(output, row * units, memory.states(), state, units);
            remember(row, memory.states(), state + units);
        }
    }

    private void recallRow(Memory memory, int row, int sequence) {
        if (memory.starts(row)) {
            Arrays.fill(previous, row * units, (row + 1) * units, 0f);
            forget(row);
        } else if (row < memory.sequences) {
            int state = memory.at(sequence, offset);
            System.arraycopy(memory.states(), state, previous, row * units, units);
            recall(memory.states(), state + units, row);
        } else {
            int before = row - memory.sequences;
            System.arraycopy(output, before * units, previous, row * units, units);
            recall(before, row);
        }
    }

    @Override
    void backward(float[] in, int at, int rows, float @Nullable [] inGradient) {
        float[] g = wiring.gradients;
        int count = wiring.memory.sequences;
        for (int row = rows - count; row >= 0; row -= count) {
            boolean lastStep = row == rows - count;
            if (!lastStep) {
                for (int i = 0; i < count; i++) {
                    if (!wiring.memory.starts(row + count + i)) {
                        kernels.add(carry, i * units, outputGradient, (row + i) * units, units);
                    }
                }
            }
            stepBack(row, count, lastStep);
            if (row > 0) {
                carryBack(row, count);
            }
        }
        kernels.gemm(inputSize, width, rows, in, at, 1, inputSize, gateGradient, 0, width, null, 0, g, weightIn, width);
        kernels.columnSums(rows, width, gateGradient, 0, g, biasIn);
        kernels.gemm(
                units, width, rows, previous, 0, 1, units, hiddenGradient, 0, width, null, 0, g, weightHidden, width);
        kernels.columnSums(rows, width, hiddenGradient, 0, g, biasHidden);
        if (inGradient != null) {
            float[] wt = transposedIn.values();
            kernels.gemm(
                    rows,
                    inputSize,
                    width,
                    gateGradient,
                    0,
                    width,
                    1,
                    wt,
                    0,
                    inputSize,
                    null,
                    0,
                    inGradient,
                    0,
                    inputSize);
        }
    }

    /** Adds to {@link #carry} what flows back through the memory's weights. */
    private void carryBack(int row, int count) {
        kernels.gemm(
                count,
                units,
                width,
                hiddenGradient,
                row * width,
                width,
                1,
                transposedHidden.values(),
                0,
                units,
                null,
                0,
                flow,
                0,
                units);
        kernels.add(flow, 0, carry, 0, count * units);
    }

    @Override
    boolean trainable() {
        return true;
    }
}
