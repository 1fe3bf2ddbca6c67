package io.espalier.nn;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A learned vector, the same for every row. */
final class ConstantLayer extends Layer {
    private final int vector;

    ConstantLayer(Wiring wiring, String name, NetworkSpec.Constant spec, int[] shape) {
        super(wiring, shape, spec.size());
        float value = (float) spec.value();
        vector = wiring.reserve(
                name + "value", (random, into, at, size) -> Arrays.fill(into, at, at + size, value), spec.size());
    }

    @Override
    void forward(float[] in, int at, int rows) {
        for (int row = 0; row < rows; row++) {
            System.arraycopy(wiring.parameters, vector, output, row * outputSize, outputSize);
        }
    }

    @Override
    void backward(float[] in, int at, int rows, float @Nullable [] inGradient) {
        kernels.columnSums(rows, outputSize, outputGradient, 0, wiring.gradients, vector);
        if (inGradient != null) {
            Arrays.fill(inGradient, 0, rows * inputSize, 0f);
        }
    }

    @Override
    void tangent(float[] in, int at, int rows, float @Nullable [] inTangent, float[] direction) {
        float[] dy = outputTangent();
        for (int row = 0; row < rows; row++) {
            System.arraycopy(direction, vector, dy, row * outputSize, outputSize);
        }
    }

    @Override
    boolean trainable() {
        return true;
    }

    @Override
    boolean readsInput() {
        return false;
    }
}
