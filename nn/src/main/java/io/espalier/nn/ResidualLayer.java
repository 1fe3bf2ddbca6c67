package io.espalier.nn;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** y = x + inner(x); with no inner layer, y = x, which is what flatten alone is. */
final class ResidualLayer extends Layer {
    private final @Nullable Layer inner;

    ResidualLayer(Wiring wiring, int[] shape, @Nullable Layer inner) {
        super(wiring, shape, shape);
        this.inner = inner;
        if (inner != null && (inner.heads() != null || !Arrays.equals(shape, inner.outputShape()))) {
            throw new IllegalArgumentException("residual: what is inside must give the shape that it gets, "
                    + Arrays.toString(shape) + ", not "
                    + (inner.heads() != null ? "heads" : Arrays.toString(inner.outputShape()))
                    + ". Maybe end it with a layer of the right size.");
        }
    }

    @Override
    void forward(float[] in, int at, int rows) {
        int count = rows * inputSize;
        System.arraycopy(in, at, output, 0, count);
        if (inner != null) {
            inner.forward(in, at, rows);
            kernels.add(inner.output, 0, output, 0, count);
        }
    }

    @Override
    void backward(float[] in, int at, int rows, float @Nullable [] inGradient) {
        int count = rows * inputSize;
        if (inner != null) {
            System.arraycopy(outputGradient, 0, inner.outputGradient, 0, count);
            inner.backward(in, at, rows, inGradient);
            if (inGradient != null) {
                kernels.add(outputGradient, 0, inGradient, 0, count);
            }
        } else if (inGradient != null) {
            System.arraycopy(outputGradient, 0, inGradient, 0, count);
        }
    }

    @Override
    boolean piecewise() {
        return inner == null || inner.piecewise();
    }

    @Override
    void weightGradients(float[] in, int at, int rows, int part, int parts) {
        if (inner != null) {
            inner.weightGradients(in, at, rows, part, parts);
        }
    }

    @Override
    void tangent(float[] in, int at, int rows, float @Nullable [] inTangent, float[] direction) {
        int count = rows * inputSize;
        float[] dy = outputTangent();
        if (inTangent == null) {
            Arrays.fill(dy, 0, count, 0f);
        } else {
            System.arraycopy(inTangent, 0, dy, 0, count);
        }
        if (inner != null) {
            inner.tangent(in, at, rows, inTangent, direction);
            kernels.add(inner.outputTangent(), 0, dy, 0, count);
        }
    }

    @Override
    boolean trainable() {
        return inner != null && inner.trainable();
    }
}
