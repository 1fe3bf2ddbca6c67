package io.espalier.nn;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Layer normalisation: x̂ = (x − mean)·r, r = 1/√(variance + ε), y = x̂·g + b. Backward, with dx̂ = dy·g:
 * dx = r·(dx̂ − mean(dx̂) − x̂·mean(dx̂·x̂)), dg = Σ rows of dy·x̂, db = Σ rows of dy. Sums run in index order in double
 * precision in a few interleaved parts, the same on every processor.
 */
final class LayerNormLayer extends Layer {
    private final double epsilon;
    private final int gain;
    private final int bias;
    private final float[] mean;
    private final float[] inverse;

    LayerNormLayer(Wiring wiring, String name, NetworkSpec.LayerNorm spec, int[] shape) {
        super(wiring, shape, shape);
        epsilon = spec.epsilon();
        gain = wiring.reserve(
                name + "weight", (random, into, at, size) -> Arrays.fill(into, at, at + size, 1f), shape.clone());
        bias = wiring.reserve(
                name + "bias", (random, into, at, size) -> Arrays.fill(into, at, at + size, 0f), shape.clone());
        mean = wiring.rows(1);
        inverse = wiring.rows(1);
    }

    @Override
    void forward(float[] in, int at, int rows) {
        float[] p = wiring.parameters;
        int n = inputSize;
        for (int row = 0; row < rows; row++) {
            int x = at + row * n;
            int y = row * n;
            double center = sum(in, x, n) / n;
            double variance = squares(in, x, n, center) / n;
            float m = (float) center;
            float r = (float) (1 / Math.sqrt(variance + epsilon));
            mean[row] = m;
            inverse[row] = r;
            for (int j = 0; j < n; j++) {
                output[y + j] = (in[x + j] - m) * r * p[gain + j] + p[bias + j];
            }
        }
    }

    @Override
    void backward(float[] in, int at, int rows, float @Nullable [] inGradient) {
        float[] g = wiring.gradients;
        float[] dy = outputGradient;
        int n = inputSize;
        Arrays.fill(g, gain, gain + n, 0f);
        for (int row = 0; row < rows; row++) {
            int x = at + row * n;
            int y = row * n;
            float m = mean[row];
            float r = inverse[row];
            for (int j = 0; j < n; j++) {
                g[gain + j] += dy[y + j] * ((in[x + j] - m) * r);
            }
        }
        kernels.columnSums(rows, n, dy, 0, g, bias);
        if (inGradient != null) {
            for (int row = 0; row < rows; row++) {
                inputGradient(in, at + row * n, row, inGradient);
            }
        }
    }

    private void inputGradient(float[] in, int x, int row, float[] dx) {
        float[] p = wiring.parameters;
        int n = inputSize;
        int y = row * n;
        float m = mean[row];
        float r = inverse[row];
        double sum = 0;
        double product = 0;
        for (int j = 0; j < n; j++) {
            double d = outputGradient[y + j] * p[gain + j];
            sum += d;
            product += d * ((in[x + j] - m) * r);
        }
        float meanSum = (float) (sum / n);
        float meanProduct = (float) (product / n);
        for (int j = 0; j < n; j++) {
            float d = outputGradient[y + j] * p[gain + j];
            dx[y + j] = r * (d - meanSum - (in[x + j] - m) * r * meanProduct);
        }
    }

    /** Along a direction: x̂˙ = r·(ẋ − mean(ẋ) − x̂·mean(ẋ·x̂)) and ẏ = x̂˙·g + x̂·ġ + ḃ. */
    @Override
    void tangent(float[] in, int at, int rows, float @Nullable [] inTangent, float[] direction) {
        float[] p = wiring.parameters;
        float[] dy = outputTangent();
        int n = inputSize;
        for (int row = 0; row < rows; row++) {
            int x = at + row * n;
            int y = row * n;
            float m = mean[row];
            float r = inverse[row];
            for (int j = 0; j < n; j++) {
                dy[y + j] = (in[x + j] - m) * r * direction[gain + j] + direction[bias + j];
            }
            if (inTangent == null) {
                continue;
            }
            double sum = 0;
            double product = 0;
            for (int j = 0; j < n; j++) {
                double d = inTangent[y + j];
                sum += d;
                product += d * ((in[x + j] - m) * r);
            }
            float meanSum = (float) (sum / n);
            float meanProduct = (float) (product / n);
            for (int j = 0; j < n; j++) {
                dy[y + j] += r * (inTangent[y + j] - meanSum - (in[x + j] - m) * r * meanProduct) * p[gain + j];
            }
        }
    }

    private static double sum(float[] in, int at, int n) {
        double a = 0;
        double b = 0;
        double c = 0;
        double d = 0;
        int j = 0;
        for (; j + 4 <= n; j += 4) {
            a += in[at + j];
            b += in[at + j + 1];
            c += in[at + j + 2];
            d += in[at + j + 3];
        }
        for (; j < n; j++) {
            a += in[at + j];
        }
        return (a + b) + (c + d);
    }

    private static double squares(float[] in, int at, int n, double center) {
        double a = 0;
        double b = 0;
        int j = 0;
        for (; j + 2 <= n; j += 2) {
            double e = in[at + j] - center;
            double f = in[at + j + 1] - center;
            a += e * e;
            b += f * f;
        }
        for (; j < n; j++) {
            double e = in[at + j] - center;
            a += e * e;
        }
        return a + b;
    }

    @Override
    boolean trainable() {
        return true;
    }
}
