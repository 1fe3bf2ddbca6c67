package io.espalier.algorithms.offpolicy;

/** What a {@link ValueLoss} tells of each row, kept until the rows are summed in their order. */
final class RowFigures {
    private final double[] losses;
    private final double[] values;
    private final double[] errors;

    RowFigures(int rows) {
        losses = new double[rows];
        values = new double[rows];
        errors = new double[rows];
    }

    /** Keeps the figures of a row; several threads may tell of different rows. */
    void tell(int row, double loss, double value, double error) {
        losses[row] = loss;
        values[row] = value;
        errors[row] = error;
    }

    /** Adds those of rows, as {@link ValueLoss#figures} wants them. */
    void sum(int from, int rows, double[] figures, int at) {
        for (int row = from; row < from + rows; row++) {
            figures[at + ValueLoss.LOSS] += losses[row];
            figures[at + ValueLoss.VALUE] += values[row];
            figures[at + ValueLoss.ERROR] += errors[row];
        }
    }
}
