package io.espalier.nn;

import java.util.Arrays;

/**
 * Long short-term memory, as in PyTorch: i, f, o = σ and g = tanh of x·W + b + h·V + c, each with parameters of its own;
 * cell = f∘(cell before) + i∘g, y = o∘tanh(cell), h the output of the step before. The gates lie side by side in the order
 * i, f, g, o. A state is the output, then the cell.
 */
final class LstmLayer extends RecurrentLayer {
    private final float[] cells;
    private final float[] previousCells;
    /** [rows, units]: tanh of the cells. */
    private final float[] shown;
    /** [sequences, units]: the gradient of the cells of the step before. */
    private final float[] cellCarry;

    LstmLayer(Wiring wiring, String name, NetworkSpec.Lstm spec, int[] shape) {
        super(wiring, name, "lstm", spec.units(), spec.init(), shape, 4, 2, true);
        cells = wiring.rows(units);
        previousCells = wiring.rows(units);
        shown = wiring.rows(units);
        cellCarry = wiring.rows(units);
    }

    @Override
    void step(int firstRow, int count) {
        int n = units;
        for (int row = firstRow; row < firstRow + count; row++) {
            int i = row * 4 * n;
            int f = i + n;
            int g = f + n;
            int o = g + n;
            int y = row * n;
            kernels.add(hidden, i, gates, i, 4 * n);
            kernels.sigmoid(gates, i, gates, i, 2 * n);
            kernels.tanh(gates, g, gates, g, n);
            kernels.sigmoid(gates, o, gates, o, n);
            for (int j = 0; j < n; j++) {
                cells[y + j] = gates[f + j] * previousCells[y + j] + gates[i + j] * gates[g + j];
            }
            kernels.tanh(cells, y, shown, y, n);
            for (int j = 0; j < n; j++) {
                output[y + j] = gates[o + j] * shown[y + j];
            }
        }
    }

    @Override
    void stepBack(int firstRow, int count, boolean lastStep) {
        int n = units;
        for (int row = firstRow; row < firstRow + count; row++) {
            int i = row * 4 * n;
            int f = i + n;
            int g = f + n;
            int o = g + n;
            int y = row * n;
            int back = (row - firstRow) * n;
            boolean goesOn = !lastStep && !wiring.memory.starts(row + count);
            for (int j = 0; j < n; j++) {
                float dy = outputGradient[y + j];
                float in = gates[i + j];
                float keep = gates[f + j];
                float candidate = gates[g + j];
                float out = gates[o + j];
                float seen = shown[y + j];
                float dCell = dy * out * (1 - seen * seen) + (goesOn ? cellCarry[back + j] : 0f);
                gateGradient[i + j] = dCell * candidate * (in * (1 - in));
                gateGradient[f + j] = dCell * previousCells[y + j] * (keep * (1 - keep));
                gateGradient[g + j] = dCell * in * (1 - candidate * candidate);
                gateGradient[o + j] = dy * seen * (out * (1 - out));
                cellCarry[back + j] = dCell * keep;
                carry[back + j] = 0f;
            }
        }
    }

    @Override
    void recall(float[] state, int at, int row) {
        System.arraycopy(state, at, previousCells, row * units, units);
    }

    @Override
    void recall(int from, int row) {
        System.arraycopy(cells, from * units, previousCells, row * units, units);
    }

    @Override
    void forget(int row) {
        Arrays.fill(previousCells, row * units, (row + 1) * units, 0f);
    }

    @Override
    void remember(int row, float[] state, int at) {
        System.arraycopy(cells, row * units, state, at, units);
    }
}
