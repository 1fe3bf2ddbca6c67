package io.espalier.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import java.util.function.DoubleSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Every layer and loss against differences of its own forward pass. Everything is float32, so the fourth-order formula
 * with a wide step is used: its error is h⁴, and rounding is divided by a large h.
 */
class CentralDifferenceTest {
    private static final float STEP = 1 / 32f;

    /** The derivative of value with respect to array[i], by four evaluations. */
    private static double slope(float[] array, int i, DoubleSupplier value) {
        float x = array[i];
        double[] at = new double[4];
        float[] steps = {-2 * STEP, -STEP, STEP, 2 * STEP};
        for (int k = 0; k < 4; k++) {
            array[i] = x + steps[k];
            at[k] = value.getAsDouble();
        }
        array[i] = x;
        return (8 * (at[2] - at[1]) - (at[3] - at[0])) / (12 * STEP);
    }

    private static float[] normal(SplittableRandom random, int count, double scale) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) (scale * random.nextGaussian());
        }
        return values;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "dense(3) | 5",
                "dense(3, bias=false) > tanh | 5",
                "tanh | 4",
                "gelu | 4",
                "sigmoid | 4",
                "softplus | 4",
                "dense(4) > gelu > dense(2) | 3",
                "dense(4) > sigmoid > dense(2) | 3",
                "dense(4) > softplus > dense(2) | 3",
                "layer-norm(epsilon=0.3) | 6",
                "dense(5) > layer-norm(epsilon=0.3) > tanh > dense(2) | 3",
                "conv(3, 2, stride=2, padding=1) | 2x4x5",
                "conv(3, 3, padding=2) > tanh > conv(2, 2) > flatten > dense(2) | 2x3x4",
                "dense(4) > residual(dense(3) > tanh > dense(4)) | 2",
                "dense(4) > tanh > heads(policy: dense(2), value: dense(1), logStd: constant(2)) | 3",
                "heads(a: dense(3) > heads(b: tanh, c: sigmoid > dense(1)), d: dense(2)) | 3",
                "dense(3) > constant(2) | 2",
                "noisy(3, sigma=0.4) | 5",
                "dense(4) > tanh > dueling(value: noisy(3) > tanh > noisy(2), advantage: noisy(6)) | 3",
                "dense(40) > tanh | 33"
            })
    void layers(String text, String shape) {
        int[] inputShape = java.util.Arrays.stream(shape.strip().split("x", -1))
                .mapToInt(Integer::parseInt)
                .toArray();
        int rows = 3;
        SplittableRandom random = new SplittableRandom(text.hashCode());
        Network network = new Network(NetworkSpec.parse(text), inputShape, rows);
        System.arraycopy(
                normal(random, network.parameterCount(), 0.4), 0, network.parameters(), 0, network.parameterCount());
        network.parametersChanged();
        if (network.noisy()) {
            network.drawNoise(random);
        }
        float[] input = normal(random, rows * network.inputSize(), 0.7);
        float[][] weights = new float[network.heads()][];
        for (int h = 0; h < weights.length; h++) {
            weights[h] = normal(random, rows * network.headSize(h), 1);
        }
        DoubleSupplier loss = () -> {
            network.parametersChanged();
            network.forward(input, 0, rows);
            double sum = 0;
            for (int h = 0; h < weights.length; h++) {
                for (int i = 0; i < weights[h].length; i++) {
                    sum += (double) weights[h][i] * network.output(h)[i];
                }
            }
            return sum;
        };
        assertThat(loss.getAsDouble()).isFinite();
        for (int h = 0; h < weights.length; h++) {
            System.arraycopy(weights[h], 0, network.outputGradient(h), 0, weights[h].length);
        }
        network.backward(true);
        float[] gradients = network.gradients().clone();
        float[] inputGradients = network.inputGradients().clone();
        // A few of the many parameters of large layers are enough.
        int stride = Math.max(1, gradients.length / 200);
        for (int i = 0; i < gradients.length; i += stride) {
            assertThat(gradients[i])
                    .as("parameter %d of %s", i, text)
                    .isCloseTo((float) slope(network.parameters(), i, loss), within(3e-4f));
        }
        for (int i = 0; i < input.length; i++) {
            assertThat(inputGradients[i])
                    .as("input %d of %s", i, text)
                    .isCloseTo((float) slope(input, i, loss), within(3e-4f));
        }
    }

    @Test
    void reluAwayFromItsKink() {
        Network network = new Network(NetworkSpec.parse("relu"), new int[] {4}, 1);
        float[] input = {-1, 0.5f, -0.1f, 2};
        network.forward(input, 0, 1);
        assertThat(network.output(0)).containsExactly(0, 0.5f, 0, 2);
        java.util.Arrays.fill(network.outputGradient(0), 3);
        network.backward(true);
        assertThat(network.inputGradients()).containsExactly(0, 3, 0, 3);
    }

    @Test
    void anEmbeddingAddsUpTheGradientsOfEqualIndices() {
        Network network = new Network(NetworkSpec.parse("embedding(3, 2)"), new int[] {1}, 3);
        System.arraycopy(new float[] {1, 2, 3, 4, 5, 6}, 0, network.parameters(), 0, 6);
        network.forward(new float[] {2, 0, 2}, 0, 3);
        assertThat(network.output(0)).containsExactly(5, 6, 1, 2, 5, 6);
        System.arraycopy(new float[] {1, 2, 3, 4, 5, 6}, 0, network.outputGradient(0), 0, 6);
        network.backward(true);
        assertThat(network.gradients()).containsExactly(3, 4, 0, 0, 6, 8);
        assertThat(network.inputGradients()).containsExactly(0, 0, 0);
        for (float wrong : new float[] {3, -1, 0.5f, Float.NaN}) {
            org.assertj.core.api.Assertions.assertThatThrownBy(() -> network.forward(new float[] {wrong}, 0, 1))
                    .hasMessageContaining("must be a whole number from 0 to 2");
        }
    }

    @Test
    void regressionAndCrossEntropy() {
        SplittableRandom random = new SplittableRandom(1);
        float[] targets = normal(random, 6, 1);
        float[] outputs = normal(random, 6, 1);
        float[] scratch = new float[6];
        float[] gradient = new float[6];
        DoubleSupplier mse = () -> Losses.mse(outputs, 0, targets, 0, 6, 0.5f, scratch, 0);
        Losses.mse(outputs, 0, targets, 0, 6, 0.5f, gradient, 0);
        assertSlopes(outputs, gradient, mse);
        // Far from the kinks at ±5, and all beyond those at ±0.01.
        for (float delta : new float[] {5f, 0.01f}) {
            DoubleSupplier huber = () -> Losses.huber(outputs, 0, targets, 0, 6, delta, 2f, scratch, 0);
            Losses.huber(outputs, 0, targets, 0, 6, delta, 2f, gradient, 0);
            assertSlopes(outputs, gradient, huber);
        }
        int[] labels = {2, 0};
        DoubleSupplier crossEntropy = () -> Losses.crossEntropy(outputs, 0, 2, 3, labels, 0, 0.5f, scratch, 0);
        Losses.crossEntropy(outputs, 0, 2, 3, labels, 0, 0.5f, gradient, 0);
        assertSlopes(outputs, gradient, crossEntropy);
    }

    @Test
    void categorical() {
        SplittableRandom random = new SplittableRandom(2);
        float[] logits = normal(random, 5, 1);
        boolean[] mask = {true, false, true, true, true};
        float[] p = new float[5];
        float[] logP = new float[5];
        DoubleSupplier loss = () -> {
            Losses.softmax(logits, 0, 1, 5, mask, 0, p, 0, logP, 0);
            return 0.7 * logP[3] - 1.3 * Losses.categoricalEntropy(p, 0, logP, 0, 5);
        };
        assertThat(loss.getAsDouble()).isFinite();
        float[] gradient = new float[5];
        Losses.categoricalGradient(p, 0, logP, 0, 5, 3, 0.7f, -1.3f, gradient, 0);
        assertSlopes(logits, gradient, loss);
        assertThat(p[1]).isZero();
        assertThat(gradient[1]).isZero();
        assertThat(logP[1]).isEqualTo(Float.NEGATIVE_INFINITY);
    }

    @Test
    void gaussian() {
        SplittableRandom random = new SplittableRandom(3);
        float[] mean = normal(random, 3, 1);
        float[] logStd = normal(random, 3, 0.3);
        float[] x = normal(random, 3, 1);
        DoubleSupplier loss = () -> 0.7 * Losses.gaussianLogProbability(mean, 0, logStd, 0, x, 0, 3)
                - 1.3 * Losses.gaussianEntropy(logStd, 0, 3);
        float[] dMean = new float[3];
        float[] dLogStd = new float[3];
        Losses.gaussianGradient(mean, 0, logStd, 0, x, 0, 3, 0.7f, -1.3f, dMean, 0, dLogStd, 0);
        assertSlopes(mean, dMean, loss);
        assertSlopes(logStd, dLogStd, loss);
    }

    private static void assertSlopes(float[] values, float[] gradient, DoubleSupplier loss) {
        for (int i = 0; i < values.length; i++) {
            assertThat((double) gradient[i]).isCloseTo(slope(values, i, loss), within(2e-4));
        }
    }
}
