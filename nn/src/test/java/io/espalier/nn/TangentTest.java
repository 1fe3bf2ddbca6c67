package io.espalier.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The tangent pass against numbers by hand, against differences of the forward pass, and against the backward pass. */
class TangentTest {
    private static final float STEP = 1 / 64f;

    private static float[] normal(SplittableRandom random, int count, double scale) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) (scale * random.nextGaussian());
        }
        return values;
    }

    private static Network network(String text, String shape, int rows, Kernels kernels) {
        int[] inputShape = Arrays.stream(shape.strip().split("x", -1))
                .mapToInt(Integer::parseInt)
                .toArray();
        Network network = new Network(NetworkSpec.parse(text), inputShape, rows, kernels);
        float[] values = normal(new SplittableRandom(text.hashCode()), network.parameterCount(), 0.4);
        System.arraycopy(values, 0, network.parameters(), 0, values.length);
        network.parametersChanged();
        return network;
    }

    @Test
    void aDenseLayerByHand() {
        Network network = new Network(NetworkSpec.parse("dense(1) > dense(1)"), new int[] {2}, 1);
        System.arraycopy(new float[] {2, 3, 1, 5, 0}, 0, network.parameters(), 0, 5); // w, w, b; w, b
        network.parametersChanged();
        network.forward(new float[] {1, -1}, 0, 1); // h = 2 − 3 + 1 = 0, y = 5h
        network.tangent(new float[] {1, 2, 4, 7, 8});
        // h˙ = 1·1 − 1·2 + 4 = 3; y˙ = 7·h + 8 + 5·h˙ = 23
        assertThat(network.outputTangent(0)).containsExactly(23);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "dense(3) | 5",
                "dense(3, bias=false) > tanh | 5",
                "dense(4) > gelu > dense(2) | 3",
                "dense(4) > sigmoid > dense(2) | 3",
                "dense(4) > softplus > dense(2) | 3",
                "layer-norm(epsilon=0.3) | 6",
                "dense(5) > layer-norm(epsilon=0.3) > tanh > dense(2) | 3",
                "conv(3, 2, stride=2, padding=1) | 2x4x5",
                "conv(3, 3, padding=2) > tanh > conv(2, 2) > flatten > dense(2) | 2x3x4",
                "dense(4) > residual(dense(3) > tanh > dense(4)) | 2",
                "residual(dense(3) > tanh) > dense(2) | 3",
                "dense(4) > dueling(value: dense(3) > tanh > dense(1), advantage: dense(3)) | 3",
                "dense(4) > tanh > heads(policy: dense(2), value: dense(1), logStd: constant(2)) | 3",
                "heads(a: dense(3) > heads(b: tanh, c: sigmoid > dense(1)), d: dense(2)) | 3",
                "dense(40) > tanh > dense(3) | 33",
                "flatten > dense(6) > relu > dense(2) | 1x3x2",
                "noisy(5) > tanh > noisy(2) | 3"
            })
    void agreesWithDifferencesAndIsTheAdjointOfTheBackwardPass(String text, String shape) {
        int rows = 3;
        Network network = network(text, shape, rows, Kernels.INSTANCE);
        SplittableRandom random = new SplittableRandom(7);
        float[] input = normal(random, rows * network.inputSize(), 0.7);
        check(text, network, input, rows, text.contains("relu"));
        if (text.contains("noisy")) {
            network.drawNoise(random);
            check(text + " with noise", network, input, rows, false);
        }
        // mostly zeros take the sparse path of a first layer; nothing else may come of it
        for (int i = 0; i < input.length; i++) {
            input[i] = i % 5 == 0 ? input[i] : 0;
        }
        check(text + " of zeros", network, input, rows, true);
    }

    private static void check(String what, Network network, float[] input, int rows, boolean kinks) {
        SplittableRandom random = new SplittableRandom(8);
        int count = network.parameterCount();
        float[] direction = normal(random, count, 1 / Math.sqrt(count));
        network.forward(input, 0, rows);
        network.tangent(direction);
        double forwards = 0;
        for (int h = 0; h < network.heads(); h++) {
            int size = rows * network.headSize(h);
            float[] tangent = network.outputTangent(h).clone();
            float[] weights = normal(random, size, 1);
            System.arraycopy(weights, 0, network.outputGradient(h), 0, size);
            for (int i = 0; i < size; i++) {
                forwards += (double) weights[i] * tangent[i];
                if (!kinks) {
                    assertThat((double) tangent[i])
                            .as("output %d of head %d of %s", i, h, what)
                            .isCloseTo(slope(network, input, rows, h, i, direction), within(4e-4));
                }
            }
        }
        network.forward(input, 0, rows);
        network.backward();
        double backwards = 0;
        for (int i = 0; i < count; i++) {
            backwards += (double) network.gradients()[i] * direction[i];
        }
        // ⟨u, J·v⟩ = ⟨Jᵀ·u, v⟩
        assertThat(forwards).as(what).isCloseTo(backwards, within(1e-5 * (1 + Math.abs(backwards))));
        assertThat(Math.abs(forwards)).as("something moved in %s", what).isGreaterThan(1e-3);
    }

    /** Fourth-order differences along the direction. */
    private static double slope(Network network, float[] input, int rows, int head, int i, float[] direction) {
        float[] start = network.parameters().clone();
        float[] steps = {-2 * STEP, -STEP, STEP, 2 * STEP};
        double[] at = new double[4];
        for (int k = 0; k < 4; k++) {
            for (int p = 0; p < start.length; p++) {
                network.parameters()[p] = start[p] + steps[k] * direction[p];
            }
            network.parametersChanged();
            network.forward(input, 0, rows);
            at[k] = network.output(head)[i];
        }
        System.arraycopy(start, 0, network.parameters(), 0, start.length);
        network.parametersChanged();
        return (8 * (at[2] - at[1]) - (at[3] - at[0])) / (12 * STEP);
    }

    @Test
    void anEmbeddingMovesWithItsRows() {
        Network network = new Network(NetworkSpec.parse("embedding(3, 2)"), new int[] {1}, 2);
        network.forward(new float[] {2, 0}, 0, 2);
        network.tangent(new float[] {1, 2, 3, 4, 5, 6});
        assertThat(network.outputTangent(0)).containsExactly(5, 6, 1, 2);
    }

    /** 40 images make several groups. */
    @Test
    void manyImagesAreAsEachForItself() {
        int rows = 40;
        Network batch =
                network("conv(6, 3, padding=1) > tanh > conv(4, 3) > flatten", "4x9x10", rows, Kernels.INSTANCE);
        float[] input = normal(new SplittableRandom(3), rows * batch.inputSize(), 1);
        float[] direction = normal(new SplittableRandom(4), batch.parameterCount(), 1);
        batch.forward(input, 0, rows);
        batch.tangent(direction);
        Network one = batch.replica(1);
        int size = batch.headSize(0);
        for (int row = 0; row < rows; row += 13) {
            one.forward(input, row * batch.inputSize(), 1);
            one.tangent(direction);
            assertThat(one.outputTangent(0))
                    .isEqualTo(Arrays.copyOfRange(batch.outputTangent(0), row * size, (row + 1) * size));
        }
        // the backward pass after it finds its windows
        Arrays.fill(one.outputGradient(0), 1);
        one.backward();
        float[] after = one.gradients().clone();
        one.forward(input, 39 * batch.inputSize(), 1);
        Arrays.fill(one.outputGradient(0), 1);
        one.backward();
        assertThat(after).isEqualTo(one.gradients());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "dense(64) > tanh > dense(64) > tanh > heads(policy: dense(2), logStd: constant(1)) | 4",
                "dense(37) > gelu > layer-norm > dense(19) > softplus > dense(18) > sigmoid | 33",
                "conv(16, 3, padding=1) > relu > conv(5, 2, stride=2) > tanh > flatten > dense(50) | 4x9x10"
            })
    void portableAndFastestKernelsGiveTheSameBits(String text, String shape) {
        int rows = 29;
        float[] @Nullable [] seen = null;
        for (Kernels kernels : new Kernels[] {Kernels.portable(), Kernels.INSTANCE}) {
            Network network = network(text, shape, rows, kernels);
            network.forward(normal(new SplittableRandom(1), rows * network.inputSize(), 1), 0, rows);
            network.tangent(normal(new SplittableRandom(2), network.parameterCount(), 1));
            float[][] tangents = new float[network.heads()][];
            Arrays.setAll(tangents, network::outputTangent);
            if (seen != null) {
                assertThat(tangents).isDeepEqualTo(seen);
            }
            seen = tangents;
        }
    }

    @Test
    void refusesADirectionOfAnotherLengthAndATangentBeforeTheForwardPass() {
        Network network = new Network(NetworkSpec.parse("dense(1)"), new int[] {2}, 1);
        assertThatThrownBy(() -> network.tangent(new float[3]))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("needs a forward pass");
        network.forward(new float[2], 0, 1);
        assertThatThrownBy(() -> network.tangent(new float[4]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("direction (4 floats) must have the length of the parameters (3)");
    }
}
