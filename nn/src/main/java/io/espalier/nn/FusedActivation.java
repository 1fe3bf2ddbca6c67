package io.espalier.nn;

/** An activation that works in place at the end of another layer: one whose derivative its output tells. */
final class FusedActivation {
    private final Kernels kernels;
    private final NetworkSpec.Activation.Kind kind;

    FusedActivation(Kernels kernels, NetworkSpec.Activation.Kind kind) {
        this.kernels = kernels;
        this.kind = kind;
    }

    static boolean possible(NetworkSpec.Activation.Kind kind) {
        return switch (kind) {
            case TANH, RELU, SIGMOID -> true;
            case GELU, SOFTPLUS -> false;
        };
    }

    void forward(float[] y, int count) {
        switch (kind) {
            case TANH -> kernels.tanh(y, 0, y, 0, count);
            case RELU -> kernels.relu(y, 0, y, 0, count);
            default -> kernels.sigmoid(y, 0, y, 0, count);
        }
    }

    void backward(float[] y, float[] dy, int count) {
        switch (kind) {
            case TANH -> kernels.tanhBackward(y, 0, dy, 0, dy, 0, count);
            case RELU -> kernels.reluBackward(y, 0, dy, 0, dy, 0, count);
            default -> kernels.sigmoidBackward(y, 0, dy, 0, dy, 0, count);
        }
    }

    /** As {@link #backward}, and fills the column sums of dy [rows, columns]: the gradient of a bias. */
    void backward(float[] y, float[] dy, int rows, int columns, float[] sums, int sumsAt) {
        switch (kind) {
            case TANH -> kernels.tanhBackwardSums(rows, columns, y, dy, sums, sumsAt);
            case RELU -> kernels.reluBackwardSums(rows, columns, y, dy, sums, sumsAt);
            default -> {
                backward(y, dy, rows * columns);
                kernels.columnSums(rows, columns, dy, 0, sums, sumsAt);
            }
        }
    }
}
