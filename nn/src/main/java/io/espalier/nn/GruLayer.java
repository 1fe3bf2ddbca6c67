package io.espalier.nn;

/**
 * Gated recurrent units, as in PyTorch: r = σ(x·W₁ + b₁ + h·V₁ + c₁), z = σ(x·W₂ + b₂ + h·V₂ + c₂),
 * n = tanh(x·W₃ + b₃ + r∘(h·V₃ + c₃)), y = n + z∘(h − n), h the output of the step before. The gates lie side by side in
 * this order, of the parameters and of the rows.
 */
final class GruLayer extends RecurrentLayer {
    GruLayer(Wiring wiring, String name, NetworkSpec.Gru spec, int[] shape) {
        super(wiring, name, "gru", spec.units(), spec.init(), shape, 3, 1, false);
    }

    @Override
    void step(int firstRow, int count) {
        int n = units;
        for (int row = firstRow; row < firstRow + count; row++) {
            int r = row * 3 * n;
            int z = r + n;
            int c = z + n;
            int y = row * n;
            kernels.add(hidden, r, gates, r, 2 * n);
            kernels.sigmoid(gates, r, gates, r, 2 * n);
            for (int j = 0; j < n; j++) {
                gates[c + j] += gates[r + j] * hidden[c + j];
            }
            kernels.tanh(gates, c, gates, c, n);
            for (int j = 0; j < n; j++) {
                output[y + j] = gates[c + j] + gates[z + j] * (previous[y + j] - gates[c + j]);
            }
        }
    }

    @Override
    void stepBack(int firstRow, int count, boolean lastStep) {
        int n = units;
        for (int row = firstRow; row < firstRow + count; row++) {
            int r = row * 3 * n;
            int z = r + n;
            int c = z + n;
            int y = row * n;
            int back = (row - firstRow) * n;
            for (int j = 0; j < n; j++) {
                float dy = outputGradient[y + j];
                float reset = gates[r + j];
                float update = gates[z + j];
                float candidate = gates[c + j];
                float dCandidate = dy * (1 - update) * (1 - candidate * candidate);
                float dUpdate = dy * (previous[y + j] - candidate) * (update * (1 - update));
                float dReset = dCandidate * hidden[c + j] * (reset * (1 - reset));
                gateGradient[r + j] = dReset;
                gateGradient[z + j] = dUpdate;
                gateGradient[c + j] = dCandidate;
                hiddenGradient[r + j] = dReset;
                hiddenGradient[z + j] = dUpdate;
                hiddenGradient[c + j] = dCandidate * reset;
                carry[back + j] = dy * update;
            }
        }
    }
}
