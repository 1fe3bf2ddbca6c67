package io.espalier.nn;

import java.util.ArrayList;
import java.util.List;

/**
 * A chain of dense layers and activations cut across, for K workers that each hold a slice of every layer (Shoeybi et al.,
 * "Megatron-LM", arXiv:1909.08053, section 3). The chain is read as blocks that follow each other:
 *
 * <pre>
 *   two layers    y = f(x·A)·B + b,  A by columns, B by rows:  y = Σₖ f(x·Aₖ)·Bₖ + b
 *   one layer     y = f(x·A),        A by columns:             y = [f(x·A₀), f(x·A₁), …]
 * </pre>
 *
 * <p>A slice is a network of its own that reads the block's whole input. The outputs of slices of a pair are summed, in the
 * order of the slices, those of single layers stand side by side; the gradients of the input are summed in both. b belongs
 * to slice 0.
 *
 * <p><b>What is the same and what is not.</b> A cut by columns leaves every element's sum over k as it was: outputs of the
 * first layer of each block, and its gradients given the same gradient of outputs, are the uncut network's bits. A cut by
 * rows parts that sum: (Σ of slice 0) + (Σ of slice 1) + … is rounded elsewhere than the uncut one, whose terms come one
 * after the other; so the outputs of a pair, the gradients of inputs, and all that is computed of them, differ in their
 * last bits from the uncut network's, and between numbers of slices, but never from run to run. With one slice all bits are
 * the uncut network's.
 */
public final class DenseSlices {
    private final List<Block> blocks;
    private final int inputs;
    private final int parameters;
    private final int count;

    /**
     * One or two dense layers with the activations before, between and, after a single one, behind them.
     *
     * @param slices the networks of the slices
     * @param summed whether outputs are summed, else they stand side by side
     * @param inputs elements of a row of the input, which each slice reads whole
     * @param outputs elements of a row of what the slices give together
     */
    public record Block(List<Slice> slices, boolean summed, int inputs, int outputs) {
        /** Copies the list. */
        public Block {
            slices = List.copyOf(slices);
        }
    }

    /**
     * What one worker holds of a block.
     *
     * @param spec a network that reads the block's whole input
     * @param firstOutput where its outputs stand among the block's, if they are not summed
     * @param pieces where its parameters, in order, stand in the uncut network's
     */
    public record Slice(NetworkSpec spec, int firstOutput, List<Piece> pieces) {
        /** Copies the list. */
        public Slice {
            pieces = List.copyOf(pieces);
        }

        /** How many parameters it has. */
        public int parameters() {
            return pieces.stream().mapToInt(piece -> piece.rows * piece.width).sum();
        }
    }

    /**
     * Rows of an uncut matrix or vector: {@code rows} times {@code width} floats, each {@code stride} after the one before.
     *
     * @param offset of the first one in the uncut network's parameters
     */
    public record Piece(int offset, int rows, int width, int stride) {}

    private DenseSlices(List<Block> blocks, int inputs, int parameters, int count) {
        this.blocks = List.copyOf(blocks);
        this.inputs = inputs;
        this.parameters = parameters;
        this.count = count;
    }

    /**
     * Cuts a chain; every layer that is cut by columns into slices whose widths differ by at most one.
     *
     * @param inputs elements of a row of the input
     * @param count how many slices
     * @throws IllegalArgumentException if there are other layers in it than dense ones and activations, or a layer that is
     *     cut by columns has fewer units than there are slices
     */
    public static DenseSlices cut(NetworkSpec spec, int inputs, int count) {
        if (count < 1) {
            throw new IllegalArgumentException("slices (" + count + ") must be at least 1. Maybe use 2.");
        }
        List<NetworkSpec> layers = spec instanceof NetworkSpec.Sequential chain ? chain.layers() : List.of(spec);
        List<Integer> dense = new ArrayList<>();
        for (int i = 0; i < layers.size(); i++) {
            if (layers.get(i) instanceof NetworkSpec.Dense) {
                dense.add(i);
            } else if (!(layers.get(i) instanceof NetworkSpec.Activation)) {
                throw new IllegalArgumentException(
                        "network (" + spec + ") must have dense layers and activations alone to"
                                + " be cut across, not " + layers.get(i).text() + ". Maybe cut it into stages.");
            }
        }
        if (dense.isEmpty()) {
            throw new IllegalArgumentException("network (" + spec + ") must have a dense layer to be cut across.");
        }
        List<Block> blocks = new ArrayList<>();
        int from = 0;
        int at = 0;
        int width = inputs;
        for (int d = 0; d < dense.size(); ) {
            boolean endsDense = dense.get(dense.size() - 1) == layers.size() - 1;
            boolean pair = d + 2 < dense.size() || (d + 2 == dense.size() && endsDense);
            int to = pair ? dense.get(d + 1) + 1 : d + 1 < dense.size() ? dense.get(d + 1) : layers.size();
            List<NetworkSpec> part = layers.subList(from, to);
            Block block = block(part, pair, width, at, count);
            blocks.add(block);
            at += ForwardCost.parameters(NetworkSpec.sequential(part), new int[] {width});
            width = block.outputs();
            from = to;
            d += pair ? 2 : 1;
        }
        return new DenseSlices(blocks, inputs, at, count);
    }

    private static Block block(List<NetworkSpec> layers, boolean pair, int inputs, int at, int count) {
        int first = 0;
        while (!(layers.get(first) instanceof NetworkSpec.Dense)) {
            first++;
        }
        NetworkSpec.Dense columns = (NetworkSpec.Dense) layers.get(first);
        NetworkSpec.Dense rows = pair ? (NetworkSpec.Dense) layers.get(layers.size() - 1) : columns;
        int units = columns.units();
        if (units < count) {
            throw new IllegalArgumentException("slices (" + count + ") must be at most the units of " + columns.text()
                    + ", which are cut among them. Maybe use " + units + ".");
        }
        int second = at + inputs * units + (columns.bias() ? units : 0);
        List<Slice> slices = new ArrayList<>();
        for (int k = 0; k < count; k++) {
            int from = (int) ((long) units * k / count);
            int width = (int) ((long) units * (k + 1) / count) - from;
            List<NetworkSpec> own = new ArrayList<>(layers);
            List<Piece> pieces = new ArrayList<>();
            own.set(first, new NetworkSpec.Dense(width, columns.init(), columns.bias()));
            pieces.add(new Piece(at + from, inputs, width, units));
            if (columns.bias()) {
                pieces.add(new Piece(at + inputs * units + from, 1, width, width));
            }
            if (pair) {
                boolean bias = rows.bias() && k == 0;
                own.set(own.size() - 1, new NetworkSpec.Dense(rows.units(), rows.init(), bias));
                pieces.add(new Piece(second + from * rows.units(), 1, width * rows.units(), width * rows.units()));
                if (bias) {
                    pieces.add(new Piece(second + units * rows.units(), 1, rows.units(), rows.units()));
                }
            }
            slices.add(new Slice(NetworkSpec.sequential(own), from, pieces));
        }
        return new Block(slices, pair, inputs, rows.units());
    }

    /** The blocks, first to last. */
    public List<Block> blocks() {
        return blocks;
    }

    /** How many slices each block has. */
    public int count() {
        return count;
    }

    /** Elements of a row of the chain's input. */
    public int inputs() {
        return inputs;
    }

    /** How many parameters the uncut chain has. */
    public int parameters() {
        return parameters;
    }

    /** Copies a slice's parameters out of the uncut network's. */
    public static float[] part(Slice slice, float[] whole) {
        float[] part = new float[slice.parameters()];
        int at = 0;
        for (Piece piece : slice.pieces()) {
            for (int row = 0; row < piece.rows; row++) {
                System.arraycopy(whole, piece.offset + row * piece.stride, part, at, piece.width);
                at += piece.width;
            }
        }
        return part;
    }

    /** Copies a slice's parameters, or their gradients, to where they stand in the uncut network's. */
    public static void join(Slice slice, float[] part, float[] whole) {
        int at = 0;
        for (Piece piece : slice.pieces()) {
            for (int row = 0; row < piece.rows; row++) {
                System.arraycopy(part, at, whole, piece.offset + row * piece.stride, piece.width);
                at += piece.width;
            }
        }
    }
}
