package io.espalier.nn;

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
        int count = rows * inputSize;
        float[] dy = outputGradient;
        switch (kind) {
            case TANH -> kernels.tanhBackward(output, 0, dy, 0, inGradient, 0, count);
            case RELU -> kernels.reluBackward(output, 0, dy, 0, inGradient, 0, count);
            case GELU -> kernels.geluBackward(in, at, dy, 0, inGradient, 0, count);
            case SIGMOID -> kernels.sigmoidBackward(output, 0, dy, 0, inGradient, 0, count);
            case SOFTPLUS -> kernels.softplusBackward(in, at, dy, 0, inGradient, 0, count);
        }
    }

    @Override
    boolean trainable() {
        return false;
    }
}
