package io.espalier.nn;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * A {@link NetworkSpec} with live parameters. All memory is allocated at construction; {@link #forward} and
 * {@link #backward()} allocate nothing. One thread uses a network at a time; for more threads there are
 * {@linkplain #replica replicas}, which share the parameters and have activations and gradients of their own.
 *
 * <p>A row's outputs are the same bits whatever other rows are in the batch and wherever it stands. Parameters are
 * matrices [inputs, outputs], row-major, one tensor after the other in the order of {@link #tensors()}.
 */
public final class Network {
    private static final String ONLY = "output";
    private static final boolean[] NO_STARTS = {};
    private static final float[] NO_STATES = {};

    private final NetworkSpec spec;
    private final int[] inputShape;
    private final int inputSize;
    private final Wiring wiring;
    private final Layer root;
    private final String[] headNames;
    private final Layer[] heads;
    private final List<Tensor> tensors;
    private float[] inputGradients = new float[0];
    private float[] input = new float[0];
    private int inputAt;
    private int rows;
    /** How many outputs are not wanted. */
    private int unwanted;

    /**
     * One array of parameters.
     *
     * @param name its way through the layers, as "0.weight" or "policy.2.bias"
     * @param shape dense: [inputs, units]; convolution: [channels, kernel, kernel, filters]; embedding: [count, width]
     * @param offset where it begins in {@link Network#parameters()}
     * @param size how many elements
     */
    @SuppressWarnings("ArrayRecordComponent") // copied on the way in and out, and compared by value
    public record Tensor(String name, int[] shape, int offset, int size) {
        /** Copies the shape. */
        public Tensor {
            shape = shape.clone();
        }

        @Override
        public int[] shape() {
            return shape.clone();
        }

        @Override
        public boolean equals(@org.jspecify.annotations.Nullable Object other) {
            return other instanceof Tensor that
                    && name.equals(that.name)
                    && Arrays.equals(shape, that.shape)
                    && offset == that.offset
                    && size == that.size;
        }

        @Override
        public int hashCode() {
            return 31 * name.hashCode() + Arrays.hashCode(shape) + offset;
        }

        @Override
        public String toString() {
            return name + " " + Arrays.toString(shape);
        }
    }

    /**
     * A network whose parameters are 0 until {@link #initialize} or until they are copied in.
     *
     * @param inputShape shape of one row of the input, as [4] or [channels, height, width]
     * @param capacity the most rows of one {@link #forward}
     * @throws IllegalArgumentException if a layer does not fit what it gets, or capacity is below 1
     */
    public Network(NetworkSpec spec, int[] inputShape, int capacity) {
        this(spec, inputShape, capacity, new Family(), Kernels.INSTANCE);
    }

    /** With chosen kernels. */
    Network(NetworkSpec spec, int[] inputShape, int capacity, Kernels kernels) {
        this(spec, inputShape, capacity, new Family(), kernels);
    }

    private Network(NetworkSpec spec, int[] inputShape, int capacity, Family family, Kernels kernels) {
        check(inputShape, capacity);
        this.spec = spec;
        this.inputShape = inputShape.clone();
        this.inputSize = Layer.size(inputShape);
        this.wiring = new Wiring(kernels, family, capacity, true);
        this.root = Layers.of(wiring, "", spec, this.inputShape, true);
        this.tensors = wiring.tensors();
        wiring.seal();
        List<String> names = new ArrayList<>();
        List<Layer> leaves = new ArrayList<>();
        HeadsLayer split = root.heads();
        if (split == null) {
            names.add(ONLY);
            leaves.add(root);
        } else {
            split.collect(names, leaves);
        }
        this.headNames = names.toArray(String[]::new);
        this.heads = leaves.toArray(Layer[]::new);
    }

    private static void check(int[] inputShape, int capacity) {
        if (capacity < 1) {
            throw new IllegalArgumentException("capacity (" + capacity + ") must be at least 1 row.");
        }
        if (inputShape.length == 0 || Arrays.stream(inputShape).anyMatch(extent -> extent < 1)) {
            throw new IllegalArgumentException("input shape " + Arrays.toString(inputShape)
                    + " must have at least one extent, and each at least 1. Maybe [1] for a single number.");
        }
    }

    /**
     * How many floats such a network would hold: parameters, activations and the gradients of both. Allocates none of
     * them, so that a spec from a stranger can be judged first.
     *
     * @throws IllegalArgumentException as the constructor does
     */
    public static long floats(NetworkSpec spec, int[] inputShape, int capacity) {
        check(inputShape, capacity);
        Wiring wiring = new Wiring(Kernels.INSTANCE, new Family(), capacity, false);
        Layers.of(wiring, "", spec, inputShape.clone(), true);
        return wiring.floats();
    }

    /** Gives every tensor its first values, in the order of {@link #tensors()}, from one generator. */
    public void initialize(RandomGenerator random) {
        wiring.initialize(random);
        parametersChanged();
    }

    /** A network for another thread or another number of rows, on the same parameters. */
    public Network replica(int rowCapacity) {
        return new Network(spec, inputShape, rowCapacity, wiring.family, wiring.kernels);
    }

    /** What it was made from. */
    public NetworkSpec spec() {
        return spec;
    }

    /** Shape of one row of the input. */
    public int[] inputShape() {
        return inputShape.clone();
    }

    /** Elements of one row of the input. */
    public int inputSize() {
        return inputSize;
    }

    /** Floats that the network remembers of one row from step to step; 0 without layers that do. */
    public int stateSize() {
        return wiring.memory.size();
    }

    /** The most rows of one {@link #forward}. */
    public int capacity() {
        return wiring.capacity;
    }

    /** How many outputs; at least one. */
    public int heads() {
        return heads.length;
    }

    /** The name of an output; the only one of a spec without heads is called "output". */
    public String headName(int head) {
        return headNames[head];
    }

    /** Elements of one row of an output. */
    public int headSize(int head) {
        return heads[head].outputSize;
    }

    /** Whether there is an output of that name. */
    public boolean hasHead(String name) {
        return Arrays.asList(headNames).contains(name);
    }

    /**
     * The number of the output of that name.
     *
     * @throws IllegalArgumentException if there is none
     */
    public int head(String name) {
        int head = Arrays.asList(headNames).indexOf(name);
        if (head < 0) {
            throw new IllegalArgumentException(
                    "the network has no head \"" + name + "\". Maybe one of: " + String.join(", ", headNames) + ".");
        }
        return head;
    }

    /** The parts of {@link #parameters()}, in order and without gaps. */
    public List<Tensor> tensors() {
        return tensors;
    }

    /** How many parameters. */
    public int parameterCount() {
        return wiring.parameters.length;
    }

    /** The live parameters; whoever writes them calls {@link #parametersChanged} before the next forward or backward. */
    public float[] parameters() {
        return wiring.parameters;
    }

    /**
     * Has this network alone, and not its replicas, read other parameters from now on, where they are: nothing is copied.
     * {@link #parameters()} are then the weights' own, which nobody may write.
     *
     * @throws IllegalArgumentException if there are not as many
     */
    public void read(Weights weights) {
        if (weights.size() != wiring.parameters.length) {
            throw new IllegalArgumentException("weights of " + weights.size() + " parameters do not fit a network of "
                    + wiring.parameters.length + ". Maybe they belong to another network.");
        }
        wiring.parameters = weights.values();
        parametersChanged();
    }

    /** Whether there are noisy layers in it. */
    public boolean noisy() {
        return spec.noisy();
    }

    /**
     * Draws the noise of all noisy layers, for this network and its replicas, and has them use it from the next
     * {@link #forward} on: all rows have the same noise until it is drawn again. Call it while none of them is in
     * {@link #forward} or {@link #backward()}.
     */
    public void drawNoise(RandomGenerator random) {
        wiring.family.drawNoise(random);
    }

    /**
     * Whether this network and its replicas use the noise drawn last, or act by their means; before noise is drawn they
     * have none.
     */
    public void noise(boolean on) {
        wiring.family.noise(on);
    }

    /**
     * Says that the parameters were written. It is enough to say it to one of the replicas, while none of them is in
     * {@link #forward} or {@link #backward()}.
     */
    public void parametersChanged() {
        wiring.family.parametersChanged();
    }

    /**
     * Chooses whether {@link #forward} computes one of several outputs, with the layers of that head, and
     * {@link #backward()} what follows from its gradient; at first they do for all. The outputs that are wanted have the
     * same bits either way, and so have the gradients of their heads' layers; layers under several heads have the
     * gradients of those that are wanted. Gradients of a head that stands beside wanted ones, and is not wanted, stay as
     * they were.
     *
     * @throws IllegalStateException if the network has memory: what is remembered must be of all of it
     */
    public void want(int head, boolean wanted) {
        if (!wanted && stateSize() > 0) {
            throw new IllegalStateException("the network remembers (" + stateSize()
                    + " floats a row): all of its outputs are computed, so that it remembers all.");
        }
        if (heads[head] != root && heads[head].wanted != wanted) {
            heads[head].wanted = wanted;
            unwanted += wanted ? -1 : 1;
            rows = 0;
        }
    }

    /** Whether {@link #forward} and {@link #backward()} are for that output too. */
    public boolean wants(int head) {
        return heads[head].wanted;
    }

    /**
     * Computes the outputs of some rows.
     *
     * @param from input [rows, inputSize]; it must stay unchanged until {@link #backward()}
     * @param at where the first row begins
     * @throws IllegalArgumentException if rows is not from 1 to {@link #capacity()} or the input is too short
     * @throws IllegalStateException if the network has memory: then it must be told of it
     */
    public void forward(float[] from, int at, int rowCount) {
        if (stateSize() > 0) {
            throw new IllegalStateException(
                    "the network remembers (" + stateSize() + " floats a row): forward needs the"
                            + " rows' states. Maybe the algorithm or caller is made for networks without memory.");
        }
        forward(from, at, 1, rowCount, NO_STARTS, 0, NO_STATES, 0);
    }

    /**
     * Computes the outputs of sequences of rows, step after step: [steps, sequences], row {@code t * sequences + i} being
     * step t of sequence i. A network without memory treats them as so many rows. To act, pass one step.
     *
     * @param from input [steps, sequences, inputSize]; it must stay unchanged until {@link #backward()}
     * @param at where the first row begins
     * @param starts [steps, sequences] from {@code startsAt}: whether an episode begins with that row, so that nothing is
     *     remembered of what came before; empty for nowhere; must stay unchanged until {@link #backward()}, which lets
     *     nothing flow over these places either
     * @param states [sequences, stateSize] from {@code statesAt}: what is remembered of what came before, zeros for
     *     nothing; overwritten by what is remembered after the last step. No gradient flows into them
     * @throws IllegalArgumentException if steps · sequences is not from 1 to {@link #capacity()}, or an array is too short
     */
    public void forward(
            float[] from,
            int at,
            int steps,
            int sequences,
            boolean[] starts,
            int startsAt,
            float[] states,
            int statesAt) {
        int rowCount = steps < 1 || sequences < 1 ? 0 : Wiring.product("steps x sequences", steps, sequences);
        if (rowCount < 1 || rowCount > wiring.capacity) {
            throw new IllegalArgumentException("rows (" + rowCount + ") must be from 1 to the network's capacity ("
                    + wiring.capacity + "). Maybe make a replica with a larger one.");
        }
        if (at < 0 || from.length - (long) at < (long) rowCount * inputSize) {
            throw new IllegalArgumentException(rowCount + " rows of " + inputSize + " inputs from index " + at
                    + " do not fit an array of " + from.length + ".");
        }
        if (statesAt < 0 || states.length - (long) statesAt < (long) sequences * stateSize()) {
            throw new IllegalArgumentException(sequences + " states of " + stateSize() + " floats from index "
                    + statesAt + " do not fit an array of " + states.length + ".");
        }
        if (starts.length > 0 && (startsAt < 0 || starts.length - (long) startsAt < rowCount)) {
            throw new IllegalArgumentException(
                    rowCount + " starts from index " + startsAt + " do not fit an array of " + starts.length + ".");
        }
        wiring.memory.pass(steps, sequences, starts, startsAt, states, statesAt);
        input = from;
        inputAt = at;
        rows = rowCount;
        root.forward(from, at, rowCount);
    }

    /** The outputs [capacity, headSize] of a head; {@link #forward} fills the first rows. */
    public float[] output(int head) {
        return heads[head].output;
    }

    /**
     * Where the caller puts the loss's gradient with respect to a head's outputs [capacity, headSize], for every head
     * that is {@linkplain #want wanted}, before each {@link #backward()}, which uses it as scratch space.
     */
    public float[] outputGradient(int head) {
        return heads[head].outputGradient;
    }

    /**
     * Overwrites {@link #gradients()} for the rows of the last {@link #forward}; sums over rows in row order. It may be
     * called again, with new output gradients.
     */
    public void backward() {
        backward(false);
    }

    /**
     * As {@link #backward()}.
     *
     * @param wantInputGradients whether to fill {@link #inputGradients()} too
     * @throws IllegalStateException if there was no forward pass yet
     */
    public void backward(boolean wantInputGradients) {
        checkForward("backward");
        root.backward(input, inputAt, rows, wantInputGradients ? inputGradients() : null);
    }

    /**
     * As {@link #backward(boolean)}, but for the sake of {@link #inputGradients()} alone: what {@link #gradients()} holds
     * afterwards is undefined, since dense layers do not compute theirs. A critic that judges an action needs no more.
     *
     * @throws IllegalStateException if there was no forward pass yet
     */
    public void backwardToInputs() {
        backwardWithoutWeights(true);
    }

    /**
     * Whether a batch may be passed in pieces through replicas and its gradients be computed here: {@link #backwardPiece},
     * {@link #join} and {@link #weightGradients} together give {@link #gradients()} the bits of {@link #backward()}. So it
     * is where only dense layers have parameters, the first one has few inputs, and there is no memory.
     */
    public boolean piecewise() {
        return stateSize() == 0 && root.piecewise();
    }

    /**
     * As {@link #backward()}, but of {@link #gradients()} it computes nothing: what {@link #join} needs is in the layers.
     *
     * @throws IllegalStateException if there was no forward pass yet
     */
    public void backwardPiece() {
        backwardWithoutWeights(false);
    }

    private void backwardWithoutWeights(boolean wantInputGradients) {
        wiring.withoutWeights = true;
        try {
            backward(wantInputGradients);
        } finally {
            wiring.withoutWeights = false;
        }
    }

    /**
     * Takes over what a replica holds of its rows after {@link #backwardPiece}. Several threads may join pieces of other rows
     * at a time.
     *
     * @param at which row its first one is here
     * @throws IllegalArgumentException if it is no replica, or its rows go beyond {@link #capacity()}
     */
    public void join(Network piece, int at) {
        if (piece.wiring.family != wiring.family || at < 0 || at + piece.rows > wiring.capacity) {
            throw new IllegalArgumentException("rows " + at + " to " + (at + piece.rows) + " of a capacity of "
                    + wiring.capacity + " cannot be joined. Maybe the piece is not a replica of this network.");
        }
        wiring.take(piece.wiring, at, piece.rows);
    }

    /**
     * Computes a part of {@link #gradients()} from pieces that were {@linkplain #join joined}: all parts together overwrite
     * them with the bits that {@link #backward()} would give for all rows at once. Several threads may compute different
     * parts at a time.
     *
     * @param from the inputs of all rows, [rows, inputSize]
     * @param rowCount how many rows were joined, from row 0 on
     * @param part below {@code parts}
     */
    public void weightGradients(float[] from, int rowCount, int part, int parts) {
        root.weightGradients(from, 0, rowCount, part, parts);
    }

    /**
     * Forward mode: how the outputs change as the parameters move along a direction v, exactly, for the rows of the last
     * {@link #forward}. Fills {@link #outputTangent} with J·v, where J is the Jacobian of the outputs with respect to
     * {@link #parameters()} and {@link #backward()} computes Jᵀ·u: together they make products with matrices of the form
     * Jᵀ·M·J, such as Fisher's information. May be called again, before or after a backward pass; the same bits whatever
     * the vector width.
     *
     * @param direction v, as long as {@link #parameters()}
     * @throws IllegalArgumentException if it has another length
     * @throws IllegalStateException if there was no forward pass yet
     * @throws UnsupportedOperationException if a layer has no tangent pass
     */
    public void tangent(float[] direction) {
        checkForward("tangent");
        if (unwanted > 0) {
            throw new IllegalStateException(
                    "tangent needs a forward pass of all outputs; " + unwanted + " are unwanted.");
        }
        if (direction.length != wiring.parameters.length) {
            throw new IllegalArgumentException("direction (" + direction.length + " floats) must have the length of the"
                    + " parameters (" + wiring.parameters.length + ").");
        }
        root.tangent(input, inputAt, rows, null, direction);
    }

    private void checkForward(String pass) {
        if (rows == 0) {
            throw new IllegalStateException(pass + " needs a forward pass before it, of the outputs wanted now.");
        }
    }

    /** The tangent [capacity, headSize] of a head's outputs; {@link #tangent} fills the first rows. */
    public float[] outputTangent(int head) {
        return heads[head].outputTangent();
    }

    /** The gradients of the loss with respect to {@link #parameters()}, in the same order. */
    public float[] gradients() {
        return wiring.gradients;
    }

    /**
     * Lets {@link #backward()} write another array from now on: where several parts of a batch go through one network, each
     * may keep its gradients.
     *
     * @throws IllegalArgumentException if it has not the length of {@link #parameters()}
     */
    public void gradients(float[] into) {
        if (into.length != wiring.parameters.length) {
            throw new IllegalArgumentException("gradients (" + into.length + " floats) must have the length of the"
                    + " parameters (" + wiring.parameters.length + ").");
        }
        wiring.gradients = into;
    }

    /**
     * The gradients of the loss with respect to the inputs [capacity, inputSize], after {@code backward(true)} or
     * {@link #backwardToInputs}.
     */
    public float[] inputGradients() {
        if (inputGradients.length == 0) {
            inputGradients = wiring.rows(inputSize);
        }
        return inputGradients;
    }
}
