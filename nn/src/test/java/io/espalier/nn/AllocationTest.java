package io.espalier.nn;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Once warm, passes and updates allocate nothing. */
@Tag("own-jvm")
class AllocationTest {
    @Test
    void theMeasureSeesAnAllocation() {
        float[][] keep = new float[1][];
        for (int round = 0; round < 3000; round++) {
            assertThat(Allocation.round(() -> keep[0] = new float[1])).isGreaterThanOrEqualTo(160);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "heads(policy: dense(64) > tanh > dense(64) > tanh > dense(2), value: dense(64) > dense(1)) | 4 | 32",
                "dense(16) > relu > layer-norm > residual(dense(16) > tanh) > dense(3) > relu | 9 | 5",
                "dense(16) > gelu > layer-norm > residual(dense(16) > softplus) > dense(3) > sigmoid | 9 | 5",
                "conv(4, 3, padding=1) > relu > flatten > dense(5) | 2x6x6 | 9",
                "embedding(7, 3) > heads(q: tanh, c: constant(2)) | 1 | 4",
                "noisy(8) > relu > dueling(value: noisy(2), advantage: noisy(6)) | 9 | 5",
                "dense(8) > tanh | 64 | 6"
            })
    void passesAndUpdates(String text, String shape, int rows) {
        int[] inputShape = Arrays.stream(shape.strip().split("x", -1))
                .mapToInt(Integer::parseInt)
                .toArray();
        Network network = new Network(NetworkSpec.parse(text), inputShape, rows);
        network.initialize(new SplittableRandom(1));
        float[] input = new float[rows * network.inputSize()]; // zeros: also the sparse path
        Optimizer adam = OptimizerSpec.adam().create(network.parameterCount());
        int size = network.parameterCount();
        SplittableRandom random = new SplittableRandom(2);
        assertThat(Allocation.ofTenCalls(() -> {
                    network.drawNoise(random);
                    network.forward(input, 0, rows);
                    network.tangent(network.parameters());
                    network.backward(true);
                    float[] g = network.gradients();
                    float scale = Gradients.clipScale(Gradients.squaredNorm(g, 0, size), 0.5);
                    adam.beginStep();
                    adam.step(network.parameters(), g, 0, size, 0.001f, scale);
                    network.parametersChanged();
                    network.forward(input, 0, 1);
                    network.noise(false);
                    network.forward(input, 0, 1);
                }))
                .isZero();
    }

    @Test
    void losses() {
        float[] logits = new float[40];
        float[] p = new float[40];
        float[] logP = new float[40];
        float[] gradient = new float[40];
        boolean[] mask = new boolean[40];
        Arrays.fill(mask, true);
        int[] labels = new int[10];
        double[] sum = new double[1];
        assertThat(Allocation.ofTenCalls(() -> {
                    Losses.softmax(logits, 0, 10, 4, mask, 0, p, 0, logP, 0);
                    Losses.categoricalGradient(p, 4, logP, 4, 4, 1, 1f, 1f, gradient, 4);
                    sum[0] += Losses.crossEntropy(logits, 0, 10, 4, labels, 0, 1f, gradient, 0);
                    sum[0] += Losses.huber(logits, 0, p, 0, 40, 1f, 1f, gradient, 0);
                    sum[0] += Losses.gaussianLogProbability(logits, 0, p, 0, logits, 0, 40);
                }))
                .isZero();
        assertThat(sum[0]).isFinite();
    }
}
