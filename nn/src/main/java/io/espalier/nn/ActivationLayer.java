package io.espalier.nn;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** An activation on its own; the usual one after a dense layer is a {@link FusedActivation} instead. */
final class ActivationLayer extends Layer {
    private final NetworkSpec.Activation.Kind kind;

    ActivationLayer(Wiring wiring, NetworkSpec.Activation spec, int[] shape) {
        super(wiring, shape, shape);
        this.kind = spec.kind();
    }

    @Override
    void forward(float[] in, int at, int rows) {
        int count = rows * inputSize;
        switch (kind) {
            case TANH -> kernels.tanh(in, at, output, 0, count);
            case RELU -> kernels.relu(in, at, output, 0, count);
            case GELU -> kernels.gelu(in, at, output, 0, count);
            case SIGMOID -> kernels.sigmoid(in, at, output, 0, count);
            case SOFTPLUS -> kernels.softplus(in, at, output, 0, count);
        }
    }

    @Override
    void backward(float[] in, int at, int rows, float @Nullable [] inGradient) {
        if (inGradient == null) {
            return;
        }
        times(in, at, outputGradient, inGradient, rows * inputSize);
    }

    /** into = from · activation'. */
    private void times(float[] in, int at, float[] from, float[] into, int count) {
        switch (kind) {
            case TANH -> kernels.tanhBackward(output, 0, from, 0, into, 0, count);
            case RELU -> kernels.reluBackward(output, 0, from, 0, into, 0, count);
            case GELU -> kernels.geluBackward(in, at, from, 0, into, 0, count);
            case SIGMOID -> kernels.sigmoidBackward(output, 0, from, 0, into, 0, count);
            case SOFTPLUS -> kernels.softplusBackward(in, at, from, 0, into, 0, count);
        }
    }

    @Override
    void tangent(float[] in, int at, int rows, float @Nullable [] inTangent, float[] direction) {
        int count = rows * inputSize;
        float[] dy = outputTangent();
        if (inTangent == null) {
            Arrays.fill(dy, 0, count, 0f);
            return;
        }
        // elementwise, so the derivative times a tangent is what it is times a gradient
        times(in, at, inTangent, dy, count);
    }

    @Override
    boolean trainable() {
        return false;
    }
}
