package io.espalier.nn;

/**
 * A transposed copy of one matrix of parameters, through which gradients flow to inputs. Each network has its own, made
 * anew when it is first used after the parameters have changed: to share one among threads costs more, in waiting and in
 * traffic between processors, than to transpose once for each.
 */
final class Transposed {
    private final Wiring wiring;
    private final int offset;
    private final int rows;
    private final int columns;
    private float[] values = new float[0];
    private int freshAt;

    /** Of the matrix [rows, columns] at an offset of the parameters; takes no memory until it is used. */
    Transposed(Wiring wiring, int offset, int rows, int columns) {
        this.wiring = wiring;
        this.offset = offset;
        this.rows = rows;
        this.columns = columns;
    }

    /** The transpose [columns, rows] of the newest parameters. */
    float[] values() {
        int version = wiring.family.version();
        if (freshAt != version) {
            if (freshAt == 0) {
                values = new float[rows * columns];
            }
            wiring.kernels.transpose(rows, columns, wiring.parameters, offset, values, 0);
            freshAt = version;
        }
        return values;
    }
}
