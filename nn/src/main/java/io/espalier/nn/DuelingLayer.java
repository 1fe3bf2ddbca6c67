package io.espalier.nn;

import org.jspecify.annotations.Nullable;

/** yⱼ = v + aⱼ − (Σₖ aₖ)/n, from two streams that read the same input: v one number a row, a n numbers. */
final class DuelingLayer extends Layer {
    private final Layer value;
    private final Layer advantage;
    private final float[] part;

    DuelingLayer(Wiring wiring, int[] shape, Layer value, Layer advantage) {
        super(wiring, shape, advantage.outputShape());
        this.value = value;
        this.advantage = advantage;
        this.part = wiring.rows(inputSize);
        if (value.heads() != null || advantage.heads() != null || value.outputSize != 1) {
            throw new IllegalArgumentException("dueling: value must end in one number, not "
                    + (value.heads() != null ? "heads" : Integer.toString(value.outputSize))
                    + ", and neither stream in heads. Maybe end value with dense(1).");
        }
    }

    @Override
    void forward(float[] in, int at, int rows) {
        value.forward(in, at, rows);
        advantage.forward(in, at, rows);
        for (int row = 0; row < rows; row++) {
            int first = row * outputSize;
            float base = value.output[row] - mean(advantage.output, first);
            for (int j = first; j < first + outputSize; j++) {
                output[j] = base + advantage.output[j];
            }
        }
    }

    @Override
    void backward(float[] in, int at, int rows, float @Nullable [] inGradient) {
        for (int row = 0; row < rows; row++) {
            int first = row * outputSize;
            float mean = mean(outputGradient, first);
            value.outputGradient[row] = mean * outputSize;
            for (int j = first; j < first + outputSize; j++) {
                advantage.outputGradient[j] = outputGradient[j] - mean;
            }
        }
        value.backward(in, at, rows, inGradient);
        advantage.backward(in, at, rows, inGradient == null ? null : part);
        if (inGradient != null) {
            kernels.add(part, 0, inGradient, 0, rows * inputSize);
        }
    }

    private float mean(float[] values, int first) {
        float sum = 0;
        for (int j = first; j < first + outputSize; j++) {
            sum += values[j];
        }
        return sum / outputSize;
    }

    @Override
    boolean trainable() {
        return value.trainable() || advantage.trainable();
    }
}
