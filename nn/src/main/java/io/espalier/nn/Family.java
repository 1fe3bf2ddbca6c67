package io.espalier.nn;

import java.util.Map;
import java.util.TreeMap;

/**
 * What a network and its replicas share: the parameters, and transposed copies of the matrices through which gradients
 * flow to inputs. A copy is renewed at its first use after {@link #parametersChanged}, by whichever replica comes first,
 * while the others wait; {@link #refresh} renews all that were ever used at once.
 */
final class Family {
    private final Map<Integer, Transposed> transposed = new TreeMap<>();
    private float[] parameters = new float[0];
    private volatile int version = 1;

    /** A transposed copy of one matrix. */
    static final class Transposed {
        private final int offset;
        private final int rows;
        private final int columns;
        private volatile float[] values = new float[0];
        private volatile int freshAt;

        private Transposed(int offset, int rows, int columns) {
            this.offset = offset;
            this.rows = rows;
            this.columns = columns;
        }
    }

    float[] parameters() {
        return parameters;
    }

    void allocate(int count) {
        parameters = new float[count];
    }

    void parametersChanged() {
        synchronized (transposed) {
            version++;
        }
    }

    /** The handle of the matrix [rows, columns] at that offset; the same one for all replicas. */
    Transposed matrix(int offset, int rows, int columns) {
        synchronized (transposed) {
            return transposed.computeIfAbsent(offset, at -> new Transposed(at, rows, columns));
        }
    }

    /** The transpose [columns, rows] of the newest parameters. */
    float[] transposed(Transposed matrix, Kernels kernels) {
        if (matrix.freshAt != version) {
            renew(matrix, kernels);
        }
        return matrix.values;
    }

    void refresh(Kernels kernels) {
        synchronized (transposed) {
            for (Transposed matrix : transposed.values()) {
                if (matrix.freshAt != 0 && matrix.freshAt != version) {
                    renew(matrix, kernels);
                }
            }
        }
    }

    private void renew(Transposed matrix, Kernels kernels) {
        synchronized (transposed) {
            if (matrix.freshAt == version) {
                return;
            }
            if (matrix.freshAt == 0) {
                matrix.values = new float[matrix.rows * matrix.columns];
            }
            kernels.transpose(matrix.rows, matrix.columns, parameters, matrix.offset, matrix.values, 0);
            matrix.freshAt = version;
        }
    }
}
