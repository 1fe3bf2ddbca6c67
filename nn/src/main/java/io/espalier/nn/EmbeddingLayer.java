package io.espalier.nn;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Rows of a learned table; the gradient of a row of the table is the sum over those who read it, in row order. */
final class EmbeddingLayer extends Layer {
    private final int count;
    private final int width;
    private final int table;

    EmbeddingLayer(Wiring wiring, String name, NetworkSpec.Embedding spec, int[] shape) {
        super(wiring, vector(spec, shape), outputShape(spec, shape));
        count = spec.count();
        width = spec.width();
        Initializer init = spec.init();
        table = wiring.reserve(
                name + "weight",
                (random, into, at, size) -> init.fill(random, into, at, count, width, width),
                count,
                width);
    }

    private static int[] vector(NetworkSpec.Embedding spec, int[] shape) {
        if (shape.length != 1) {
            String name = "embedding(" + spec.count() + ", " + spec.width() + ")";
            throw wrongShape(name, "a vector of indices", shape, "put flatten in front of it");
        }
        return shape;
    }

    private static int[] outputShape(NetworkSpec.Embedding spec, int[] shape) {
        return shape[0] == 1 ? new int[] {spec.width()} : new int[] {shape[0], spec.width()};
    }

    @Override
    void forward(float[] in, int at, int rows) {
        for (int i = 0; i < rows * inputSize; i++) {
            System.arraycopy(wiring.parameters, table + index(in[at + i]) * width, output, i * width, width);
        }
    }

    @Override
    void backward(float[] in, int at, int rows, float @Nullable [] inGradient) {
        Arrays.fill(wiring.gradients, table, table + count * width, 0f);
        for (int i = 0; i < rows * inputSize; i++) {
            kernels.add(outputGradient, i * width, wiring.gradients, table + index(in[at + i]) * width, width);
        }
        if (inGradient != null) {
            Arrays.fill(inGradient, 0, rows * inputSize, 0f);
        }
    }

    @Override
    void tangent(float[] in, int at, int rows, float @Nullable [] inTangent, float[] direction) {
        float[] dy = outputTangent();
        for (int i = 0; i < rows * inputSize; i++) {
            System.arraycopy(direction, table + index(in[at + i]) * width, dy, i * width, width);
        }
    }

    private int index(float value) {
        int index = (int) value;
        if (index != value || index < 0 || index >= count) {
            throw new IllegalArgumentException("embedding(" + count + ", " + width + "): index (" + value
                    + ") must be a whole number from 0 to " + (count - 1) + ".");
        }
        return index;
    }

    @Override
    boolean trainable() {
        return true;
    }
}
