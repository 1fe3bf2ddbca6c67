package io.espalier.nn;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The gate of a GTrXL in place of a residual's sum, with y = inner(x): r = σ(y·Wr + x·Ur), z = σ(y·Wz + x·Uz − b),
 * c = tanh(y·Wc + (r∘x)·Uc), output = x + z∘(c − x). A large b lets x pass at first.
 */
final class GatedLayer extends Layer {
    private final Layer inner;
    private final int n;
    private final int weightInner;
    private final int weightInput;
    private final int weightCandidate;
    private final int bias;
    private final Transposed transposedInner;
    private final Transposed transposedInput;
    private final Transposed transposedCandidate;
    /** [rows, 3n]: r, z, c. */
    private final float[] gates;

    private final float[] gateGradient;
    private final float[] fromInput;
    private final float[] held;
    private final float[] heldGradient;
    private final float[] part;

    GatedLayer(Wiring wiring, String name, NetworkSpec.Gated spec, int[] shape, Layer inner) {
        super(wiring, shape, shape);
        this.inner = inner;
        n = inputSize;
        if (shape.length != 1 || inner.heads() != null || !Arrays.equals(shape, inner.outputShape())) {
            throw new IllegalArgumentException("gated: what is inside must give the vector that it gets, "
                    + Arrays.toString(shape) + ", not "
                    + (inner.heads() != null ? "heads" : Arrays.toString(inner.outputShape()))
                    + ". Maybe end it with a layer of the right size.");
        }
        Initializer init = Initializer.uniformFanIn();
        weightInner = wiring.reserve(
                name + "weight_inner",
                (random, into, at, size) -> init.fill(random, into, at, n, 3 * n, 3 * n),
                n,
                3 * n);
        weightInput = wiring.reserve(
                name + "weight_input",
                (random, into, at, size) -> init.fill(random, into, at, n, 2 * n, 2 * n),
                n,
                2 * n);
        weightCandidate = wiring.reserve(
                name + "weight_candidate", (random, into, at, size) -> init.fill(random, into, at, n, n, n), n, n);
        float first = (float) spec.bias();
        bias = wiring.reserve(name + "bias", (random, into, at, size) -> Arrays.fill(into, at, at + size, first), n);
        transposedInner = new Transposed(wiring, weightInner, n, 3 * n);
        transposedInput = new Transposed(wiring, weightInput, n, 2 * n);
        transposedCandidate = new Transposed(wiring, weightCandidate, n, n);
        gates = wiring.rows(Wiring.product("gated", 3, n));
        gateGradient = wiring.rows(3 * n);
        fromInput = wiring.rows(2 * n);
        held = wiring.rows(n);
        heldGradient = wiring.rows(n);
        part = wiring.rows(n);
    }

    @Override
    void forward(float[] in, int at, int rows) {
        float[] p = wiring.parameters;
        inner.forward(in, at, rows);
        kernels.gemm(rows, 3 * n, n, inner.output, 0, n, 1, p, weightInner, 3 * n, null, 0, gates, 0, 3 * n);
        kernels.gemm(rows, 2 * n, n, in, at, n, 1, p, weightInput, 2 * n, null, 0, fromInput, 0, 2 * n);
        for (int row = 0; row < rows; row++) {
            int r = row * 3 * n;
            kernels.add(fromInput, row * 2 * n, gates, r, 2 * n);
            for (int j = 0; j < n; j++) {
                gates[r + n + j] -= p[bias + j];
            }
            kernels.sigmoid(gates, r, gates, r, 2 * n);
            for (int j = 0; j < n; j++) {
                held[row * n + j] = gates[r + j] * in[at + row * n + j];
            }
        }
        kernels.gemm(rows, n, n, held, 0, n, 1, p, weightCandidate, n, null, 0, part, 0, n);
        for (int row = 0; row < rows; row++) {
            int z = row * 3 * n + n;
            int c = z + n;
            int x = at + row * n;
            kernels.add(part, row * n, gates, c, n);
            kernels.tanh(gates, c, gates, c, n);
            for (int j = 0; j < n; j++) {
                output[row * n + j] = in[x + j] + gates[z + j] * (gates[c + j] - in[x + j]);
            }
        }
    }

    @Override
    void backward(float[] in, int at, int rows, float @Nullable [] inGradient) {
        float[] g = wiring.gradients;
        float[] dg = gateGradient;
        float[] dy = outputGradient;
        for (int row = 0; row < rows; row++) {
            int z = row * 3 * n + n;
            int c = z + n;
            int x = at + row * n;
            for (int j = 0; j < n; j++) {
                float update = gates[z + j];
                float candidate = gates[c + j];
                float d = dy[row * n + j];
                dg[c + j] = d * update * (1 - candidate * candidate);
                dg[z + j] = d * (candidate - in[x + j]) * (update * (1 - update));
            }
        }
        kernels.gemm(rows, n, n, dg, 2 * n, 3 * n, 1, transposedCandidate.values(), 0, n, null, 0, heldGradient, 0, n);
        for (int row = 0; row < rows; row++) {
            int r = row * 3 * n;
            for (int j = 0; j < n; j++) {
                float reset = gates[r + j];
                dg[r + j] = heldGradient[row * n + j] * in[at + row * n + j] * (reset * (1 - reset));
            }
        }
        kernels.gemm(n, 3 * n, rows, inner.output, 0, 1, n, dg, 0, 3 * n, null, 0, g, weightInner, 3 * n);
        kernels.gemm(n, 2 * n, rows, in, at, 1, n, dg, 0, 3 * n, null, 0, g, weightInput, 2 * n);
        kernels.gemm(n, n, rows, held, 0, 1, n, dg, 2 * n, 3 * n, null, 0, g, weightCandidate, n);
        Arrays.fill(g, bias, bias + n, 0f);
        for (int row = 0; row < rows; row++) {
            for (int j = 0; j < n; j++) {
                g[bias + j] -= dg[row * 3 * n + n + j];
            }
        }
        kernels.gemm(
                rows, n, 3 * n, dg, 0, 3 * n, 1, transposedInner.values(), 0, n, null, 0, inner.outputGradient, 0, n);
        inner.backward(in, at, rows, inGradient);
        if (inGradient != null) {
            inputGradient(rows, inGradient);
        }
    }

    /** Adds what does not come through the inner layer. */
    private void inputGradient(int rows, float[] inGradient) {
        kernels.gemm(rows, n, 2 * n, gateGradient, 0, 3 * n, 1, transposedInput.values(), 0, n, null, 0, part, 0, n);
        for (int row = 0; row < rows; row++) {
            int r = row * 3 * n;
            for (int j = 0; j < n; j++) {
                int i = row * n + j;
                part[i] += outputGradient[i] * (1 - gates[r + n + j]) + heldGradient[i] * gates[r + j];
            }
        }
        kernels.add(part, 0, inGradient, 0, rows * n);
    }

    @Override
    boolean trainable() {
        return true;
    }
}
