package io.espalier.nn;

import org.jspecify.annotations.Nullable;

/**
 * y = activation(x·W + b). With dz = dy · activation': dW = xᵀ·dz, db = Σ rows of dz, dx = dz·Wᵀ. Along a direction
 * (ẋ, Ẇ, ḃ) it changes by ẏ = (x·Ẇ + ḃ + ẋ·W) · activation'. As the first layer it
 * looks whether most of the input is 0 (grids of planes, one-hot vectors) and then leaves the zeros out, which changes
 * no bit.
 */
final class DenseLayer extends Layer {
    /** Inputs shorter than this are not worth looking for zeros. */
    private static final int SPARSE_FROM = 32;

    /** A quarter of the inputs or fewer must be other than 0. */
    private static final int SPARSE_PART = 4;

    /** Inputs that stay together when gradients are computed in parts. */
    private static final int BLOCK = 16;

    private final int weight;
    private final int bias;
    private final Transposed transposed;
    private final int[] starts;
    private final int[] columns;
    private @Nullable FusedActivation activation;
    private boolean sparse;
    private float[] carried = new float[0];

    DenseLayer(Wiring wiring, String name, NetworkSpec.Dense spec, int[] shape, boolean first) {
        super(wiring, vector(spec, shape), spec.units());
        Initializer init = spec.init();
        int in = inputSize;
        int out = outputSize;
        weight = wiring.reserve(
                name + "weight", (random, into, at, size) -> init.fill(random, into, at, in, out, out), in, out);
        bias = spec.bias()
                ? wiring.reserve(
                        name + "bias", (random, into, at, size) -> init.fillBias(random, into, at, out, in), out)
                : -1;
        transposed = new Transposed(wiring, weight, in, out);
        boolean maybeSparse = first && in >= SPARSE_FROM;
        starts = wiring.indices(maybeSparse ? wiring.capacity + 1 : 0);
        columns = wiring.indices(
                maybeSparse ? Wiring.product("capacity x inputs", wiring.capacity, in) / SPARSE_PART + in : 0);
    }

    private static int[] vector(NetworkSpec.Dense spec, int[] shape) {
        if (shape.length != 1) {
            throw wrongShape("dense(" + spec.units() + ")", "a vector", shape, "put flatten in front of it");
        }
        return shape;
    }

    @Override
    boolean fuse(NetworkSpec.Activation.Kind kind) {
        if (activation != null || !FusedActivation.possible(kind)) {
            return false;
        }
        activation = new FusedActivation(kernels, kind);
        return true;
    }

    @Override
    void forward(float[] in, int at, int rows) {
        float[] p = wiring.parameters;
        int n = outputSize;
        int k = inputSize;
        float[] b = bias < 0 ? null : p;
        sparse =
                starts.length > 0 && kernels.nonZeros(rows, k, in, at, k, starts, columns, rows * k / SPARSE_PART) >= 0;
        if (sparse) {
            kernels.sparseGemm(
                    rows, n, k, in, at, k, starts, columns, p, weight, n, b, Math.max(bias, 0), output, 0, n);
        } else {
            kernels.gemm(rows, n, k, in, at, k, 1, p, weight, n, b, Math.max(bias, 0), output, 0, n);
        }
        if (activation != null) {
            activation.forward(output, rows * n);
        }
    }

    @Override
    void backward(float[] in, int at, int rows, float @Nullable [] inGradient) {
        float[] dz = outputGradient;
        int n = outputSize;
        int k = inputSize;
        if (!wiring.withoutWeights) {
            gradients(in, at, rows);
        } else if (activation != null) {
            activation.backward(output, dz, rows * n);
        }
        if (inGradient != null) {
            float[] wt = transposed.values();
            kernels.gemm(rows, k, n, dz, 0, n, 1, wt, 0, k, null, 0, inGradient, 0, k);
        }
    }

    private void gradients(float[] in, int at, int rows) {
        float[] g = wiring.gradients;
        float[] dz = outputGradient;
        int n = outputSize;
        int k = inputSize;
        if (activation != null && bias >= 0) {
            activation.backward(output, dz, rows, n, g, bias);
        } else if (activation != null) {
            activation.backward(output, dz, rows * n);
        } else if (bias >= 0) {
            kernels.columnSums(rows, n, dz, 0, g, bias);
        }
        if (sparse) {
            kernels.sparseGradient(rows, n, k, in, at, k, starts, columns, dz, 0, n, g, weight);
        } else {
            kernels.gemm(k, n, rows, in, at, 1, k, dz, 0, n, null, 0, g, weight, n);
        }
    }

    /** Not where zeros may be left out: the parts would compute with all of them. */
    @Override
    boolean piecewise() {
        return starts.length == 0;
    }

    /** Each part has some of the inputs; the last one has those of few, and the first one the bias. */
    @Override
    void weightGradients(float[] in, int at, int rows, int part, int parts) {
        float[] g = wiring.gradients;
        int n = outputSize;
        int k = inputSize;
        if (part == 0 && bias >= 0) {
            kernels.columnSums(rows, n, outputGradient, 0, g, bias);
        }
        int from = bound(part, parts);
        int some = bound(part + 1, parts) - from;
        if (some > 0) {
            kernels.gemm(some, n, rows, in, at + from, 1, k, outputGradient, 0, n, null, 0, g, weight + from * n, n);
        }
    }

    private int bound(int part, int parts) {
        return part == parts ? inputSize : (int) ((long) inputSize * part / parts) / BLOCK * BLOCK;
    }

    @Override
    void tangent(float[] in, int at, int rows, float @Nullable [] inTangent, float[] direction) {
        float[] dz = outputTangent();
        int n = outputSize;
        int k = inputSize;
        float[] b = bias < 0 ? null : direction;
        if (sparse) {
            kernels.sparseGemm(
                    rows, n, k, in, at, k, starts, columns, direction, weight, n, b, Math.max(bias, 0), dz, 0, n);
        } else {
            kernels.gemm(rows, n, k, in, at, k, 1, direction, weight, n, b, Math.max(bias, 0), dz, 0, n);
        }
        if (inTangent != null) {
            if (carried.length == 0) {
                carried = wiring.rows(n);
            }
            kernels.gemm(rows, n, k, inTangent, 0, k, 1, wiring.parameters, weight, n, null, 0, carried, 0, n);
            kernels.add(carried, 0, dz, 0, rows * n);
        }
        if (activation != null) {
            activation.backward(output, dz, rows * n);
        }
    }

    @Override
    boolean trainable() {
        return true;
    }
}
