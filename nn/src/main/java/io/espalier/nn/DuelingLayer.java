package io.espalier.nn;

import org.jspecify.annotations.Nullable;

/**
 * yⱼ = v + aⱼ − (Σₖ aₖ)/n, from two streams that read the same input: v one number a row, a n numbers. Where v is m numbers,
 * and a m for each of n actions, side by side, that holds for each of the m.
 */
final class DuelingLayer extends Layer {
    private final Layer value;
    private final Layer advantage;
    private final float[] part;
    private final int each;
    private final int actions;

    DuelingLayer(Wiring wiring, int[] shape, Layer value, Layer advantage) {
        super(wiring, shape, advantage.outputShape());
        this.value = value;
        this.advantage = advantage;
        this.part = wiring.rows(inputSize);
        this.each = value.outputSize;
        this.actions = outputSize / each;
        if (value.heads() != null || advantage.heads() != null || outputSize % each != 0) {
            throw new IllegalArgumentException("dueling: value must end in one number, or as many as advantage has for"
                    + " each action, not " + (value.heads() != null ? "heads" : Integer.toString(each)) + " beside "
                    + outputSize + ", and neither stream in heads. Maybe end value with dense(1).");
        }
    }

    @Override
    void forward(float[] in, int at, int rows) {
        value.forward(in, at, rows);
        advantage.forward(in, at, rows);
        join(value.output, advantage.output, output, rows);
    }

    /** Linear, so the same for outputs and for their tangents. */
    private void join(float[] base, float[] parts, float[] into, int rows) {
        for (int row = 0; row < rows; row++) {
            int end = (row + 1) * outputSize;
            for (int i = 0; i < each; i++) {
                int first = row * outputSize + i;
                float less = base[row * each + i] - mean(parts, first, end);
                for (int j = first; j < end; j += each) {
                    into[j] = less + parts[j];
                }
            }
        }
    }

    @Override
    void tangent(float[] in, int at, int rows, float @Nullable [] inTangent, float[] direction) {
        value.tangent(in, at, rows, inTangent, direction);
        advantage.tangent(in, at, rows, inTangent, direction);
        join(value.outputTangent(), advantage.outputTangent(), outputTangent(), rows);
    }

    @Override
    boolean piecewise() {
        return value.piecewise() && advantage.piecewise();
    }

    @Override
    void weightGradients(float[] in, int at, int rows, int part, int parts) {
        value.weightGradients(in, at, rows, part, parts);
        advantage.weightGradients(in, at, rows, part, parts);
    }

    @Override
    void backward(float[] in, int at, int rows, float @Nullable [] inGradient) {
        for (int row = 0; row < rows; row++) {
            int end = (row + 1) * outputSize;
            for (int i = 0; i < each; i++) {
                int first = row * outputSize + i;
                float mean = mean(outputGradient, first, end);
                value.outputGradient[row * each + i] = mean * actions;
                for (int j = first; j < end; j += each) {
                    advantage.outputGradient[j] = outputGradient[j] - mean;
                }
            }
        }
        value.backward(in, at, rows, inGradient);
        advantage.backward(in, at, rows, inGradient == null ? null : part);
        if (inGradient != null) {
            kernels.add(part, 0, inGradient, 0, rows * inputSize);
        }
    }

    private float mean(float[] values, int first, int end) {
        float sum = 0;
        for (int j = first; j < end; j += each) {
            sum += values[j];
        }
        return sum / actions;
    }

    @Override
    boolean trainable() {
        return value.trainable() || advantage.trainable();
    }
}
