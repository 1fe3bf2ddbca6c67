package io.espalier.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Results are the same bits whatever kernels, batch size, place in the batch, partition or thread. */
class SameBitsTest {
    private static float[] normal(SplittableRandom random, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    private static void assertSameBits(String what, float[] actual, float[] expected) {
        assertThat(actual.length).isEqualTo(expected.length);
        for (int i = 0; i < actual.length; i++) {
            if (Float.floatToRawIntBits(actual[i]) != Float.floatToRawIntBits(expected[i])) {
                throw new AssertionError(what + "[" + i + "]: " + actual[i] + " is not " + expected[i]);
            }
        }
    }

    private static int[] shape(String text) {
        return Arrays.stream(text.strip().split("x", -1))
                .mapToInt(Integer::parseInt)
                .toArray();
    }

    /** Forward and backward on the first rows of an input; outputs, gradients and input gradients one after the other. */
    private static List<float[]> run(Network network, float[] input, int at, int rows) {
        network.forward(input, at, rows);
        List<float[]> results = new ArrayList<>();
        for (int h = 0; h < network.heads(); h++) {
            results.add(Arrays.copyOf(network.output(h), rows * network.headSize(h)));
            float[] gradient = normal(new SplittableRandom(h), rows * network.headSize(h));
            System.arraycopy(gradient, 0, network.outputGradient(h), 0, gradient.length);
        }
        network.backward(true);
        results.add(network.gradients().clone());
        results.add(Arrays.copyOf(network.inputGradients(), rows * network.inputSize()));
        return results;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "heads(policy: dense(64) > tanh > dense(64) > tanh > dense(2), value: dense(64) > relu > dense(1)) | 4",
                "dense(37) > gelu > layer-norm > dense(19) > softplus > dense(18) > sigmoid | 33",
                "conv(16, 3, padding=1) > relu > conv(5, 2, stride=2) > tanh > flatten > dense(50) > dense(6) | 4x9x10",
                "dense(24) > relu > dueling(value: noisy(19) > relu > noisy(3), advantage: noisy(21)) | 17",
                "dense(24) > residual(layer-norm > dense(31) > tanh > dense(24)) > heads(q: dense(7), s: constant(3)) | 17"
            })
    void portableAndFastestKernels(String text, String shape) {
        NetworkSpec spec = NetworkSpec.parse(text);
        int rows = 29;
        Network fast = new Network(spec, shape(shape), rows, Kernels.INSTANCE);
        Network portable = new Network(spec, shape(shape), rows, Kernels.portable());
        fast.initialize(new SplittableRandom(5));
        portable.initialize(new SplittableRandom(5));
        Optimizer fastAdam = new Optimizer(OptimizerSpec.adam(), fast.parameterCount(), Kernels.INSTANCE);
        Optimizer portableAdam = new Optimizer(OptimizerSpec.adam(), fast.parameterCount(), Kernels.portable());
        float[] input = normal(new SplittableRandom(6), rows * fast.inputSize());
        for (int update = 0; update < 3; update++) {
            fast.drawNoise(new SplittableRandom(update));
            portable.drawNoise(new SplittableRandom(update));
            List<float[]> expected = run(portable, input, 0, rows);
            List<float[]> actual = run(fast, input, 0, rows);
            for (int i = 0; i < expected.size(); i++) {
                assertSameBits("result " + i + " of update " + update, actual.get(i), expected.get(i));
            }
            step(fast, fastAdam);
            step(portable, portableAdam);
            assertSameBits("parameters", fast.parameters(), portable.parameters());
        }
    }

    private static void step(Network network, Optimizer optimizer) {
        optimizer.beginStep();
        optimizer.step(network.parameters(), network.gradients(), 0, network.parameterCount(), 0.01f, 0.7f);
        network.parametersChanged();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "dense(64) > tanh > dense(64) > tanh > heads(policy: dense(2), value: dense(1)) | 4",
                "layer-norm > dense(50) > gelu > dense(33) | 7",
                "conv(7, 3, padding=1) > relu > conv(4, 2) > flatten > dense(20) | 3x8x8",
                "noisy(40) > relu > noisy(3) | 9",
                "dense(40) > softplus > dense(3) | 100"
            })
    void aRowDoesNotDependOnItsBatch(String text, String shape) {
        int rows = 23;
        Network batch = new Network(NetworkSpec.parse(text), shape(shape), rows);
        batch.initialize(new SplittableRandom(7));
        batch.drawNoise(new SplittableRandom(9));
        int size = batch.inputSize();
        float[] input = normal(new SplittableRandom(8), rows * size);
        List<float[]> whole = run(batch, input, 0, rows);
        for (int part : new int[] {1, 2, 5, 16}) {
            Network shard = batch.replica(part);
            for (int from = 0; from + part <= rows; from += part) {
                shard.forward(input, from * size, part);
                for (int h = 0; h < batch.heads(); h++) {
                    int width = batch.headSize(h);
                    assertSameBits(
                            "rows " + from + " to " + (from + part),
                            Arrays.copyOf(shard.output(h), part * width),
                            Arrays.copyOfRange(whole.get(h), from * width, (from + part) * width));
                }
            }
        }
    }

    /** The layer behind a relu is not the first, so it never takes the sparse path; a relu changes no plane. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 10, 24, 25, 26, 100})
    void zerosLeftOutChangeNothing(int percent) {
        int rows = 19;
        int size = 130;
        Network sparse = new Network(NetworkSpec.parse("dense(48) > tanh > dense(3)"), new int[] {size}, rows);
        Network dense = new Network(NetworkSpec.parse("relu > dense(48) > tanh > dense(3)"), new int[] {size}, rows);
        sparse.initialize(new SplittableRandom(9));
        dense.initialize(new SplittableRandom(9));
        // A bias of -0 is where leaving out a sum with +0 could show.
        int bias = sparse.tensors().get(1).offset();
        for (Network network : List.of(sparse, dense)) {
            Arrays.fill(network.parameters(), bias, bias + 24, -0f);
            network.parametersChanged();
        }
        SplittableRandom random = new SplittableRandom(percent);
        float[] input = new float[rows * size];
        for (int i = 0; i < input.length; i++) {
            input[i] = random.nextInt(100) < percent ? 1 : 0;
        }
        List<float[]> expected = run(dense, input, 0, rows);
        List<float[]> actual = run(sparse, input, 0, rows);
        assertSameBits("output", actual.get(0), expected.get(0));
        assertSameBits("gradients", actual.get(1), expected.get(1));
        // relu's derivative at 0 is 0, so only the ones can be compared.
        for (int i = 0; i < input.length; i++) {
            if (input[i] == 1) {
                assertThat(actual.get(2)[i]).isEqualTo(expected.get(2)[i]);
            }
        }
    }

    @Test
    void anyPartitionOfAnOptimizerStep() {
        int size = 1000;
        for (String text : List.of(
                "sgd(momentum=0.9, nesterov=true)",
                "rmsprop(momentum=0.5, centered=true)",
                "rmsprop(tensorflow=true, momentum=0.5)",
                "adam",
                "adamw")) {
            OptimizerSpec spec = OptimizerSpec.valueOf(text);
            float[] whole = normal(new SplittableRandom(10), size);
            float[] parts = whole.clone();
            Optimizer first = spec.create(size);
            Optimizer second = spec.create(size);
            SplittableRandom random = new SplittableRandom(11);
            for (int update = 0; update < 4; update++) {
                float[] gradient = normal(random, size);
                first.beginStep();
                first.step(whole, gradient, 0, size, 0.01f, 0.5f);
                second.beginStep();
                for (int at = size; at > 0; ) {
                    int from = Math.max(0, at - 1 - random.nextInt(200));
                    second.step(parts, gradient, from, at, 0.01f, 0.5f);
                    at = from;
                }
                assertSameBits(text, parts, whole);
            }
        }
    }

    @Test
    void anOptimizerGoesOnWhereItWasSaved() {
        int size = 20;
        for (String text : List.of("sgd(momentum=0.9)", "rmsprop(tensorflow=true)", "adam", "adamw")) {
            float[] straight = normal(new SplittableRandom(12), size);
            float[] resumed = straight.clone();
            Optimizer first = OptimizerSpec.valueOf(text).create(size);
            Optimizer second = OptimizerSpec.valueOf(text).create(size);
            float[] gradient = normal(new SplittableRandom(13), size);
            first.beginStep();
            first.step(straight, gradient, 0, size, 0.01f, 1);
            System.arraycopy(straight, 0, resumed, 0, size);
            for (int i = 0; i < first.slots(); i++) {
                System.arraycopy(first.slot(i), 0, second.slot(i), 0, size);
            }
            second.restore(first.steps());
            first.beginStep();
            first.step(straight, gradient, 0, size, 0.01f, 1);
            second.beginStep();
            second.step(resumed, gradient, 0, size, 0.01f, 1);
            assertSameBits(text, resumed, straight);
        }
    }

    @Test
    void replicasAtWorkTogether() throws InterruptedException {
        NetworkSpec spec = NetworkSpec.parse("dense(64) > tanh > dense(64) > tanh > dense(3)");
        Network network = new Network(spec, new int[] {8}, 16);
        network.initialize(new SplittableRandom(14));
        float[] input = normal(new SplittableRandom(15), 16 * 8);
        Network sibling = network.replica(1);
        for (int round = 0; round < 20; round++) {
            for (int i = 0; i < network.parameterCount(); i++) {
                network.parameters()[i] += 0.01f;
            }
            sibling.parametersChanged();
            // Made anew each round: nothing in it can be stale.
            Network alone = new Network(spec, new int[] {8}, 16);
            System.arraycopy(network.parameters(), 0, alone.parameters(), 0, network.parameterCount());
            alone.parametersChanged();
            List<float[]> expected = run(alone, input, 0, 16);
            List<List<float[]>> results = new ArrayList<>();
            List<Thread> threads = new ArrayList<>();
            for (int t = 0; t < 4; t++) {
                Network replica = network.replica(16);
                Thread thread = new Thread(() -> {
                    List<float[]> result = run(replica, input, 0, 16);
                    synchronized (results) {
                        results.add(result);
                    }
                });
                threads.add(thread);
                thread.start();
            }
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(results).hasSize(4);
            for (List<float[]> result : results) {
                for (int i = 0; i < expected.size(); i++) {
                    assertSameBits("round " + round, result.get(i), expected.get(i));
                }
            }
        }
    }

    /** 40 images make several groups, whose gradients must add up to those of the images one by one. */
    @Test
    void convolutionsOfManyImages() {
        int rows = 40;
        NetworkSpec spec = NetworkSpec.parse("conv(6, 3, padding=1) > tanh");
        Network batch = new Network(spec, new int[] {4, 9, 10}, rows);
        batch.initialize(new SplittableRandom(18));
        Network one = batch.replica(1);
        int in = batch.inputSize();
        int out = batch.headSize(0);
        float[] input = normal(new SplittableRandom(19), rows * in);
        float[] gradient = normal(new SplittableRandom(20), rows * out);
        batch.forward(input, 0, rows);
        System.arraycopy(gradient, 0, batch.outputGradient(0), 0, rows * out);
        batch.backward(true);
        double[] sum = new double[batch.parameterCount()];
        for (int row = 0; row < rows; row++) {
            one.forward(input, row * in, 1);
            System.arraycopy(gradient, row * out, one.outputGradient(0), 0, out);
            one.backward(true);
            for (int i = 0; i < sum.length; i++) {
                sum[i] += one.gradients()[i];
            }
            assertSameBits(
                    "input gradient of row " + row,
                    one.inputGradients(),
                    Arrays.copyOfRange(batch.inputGradients(), row * in, (row + 1) * in));
        }
        for (int i = 0; i < sum.length; i++) {
            assertThat((double) batch.gradients()[i]).isCloseTo(sum[i], within(1e-4));
        }
    }

    @Test
    void aSecondBackwardPassAfterOneForwardPass() {
        for (String text : List.of("conv(4, 2) > relu > flatten > dense(3)", "flatten > dense(8) > tanh > dense(3)")) {
            Network network = new Network(NetworkSpec.parse(text), new int[] {2, 4, 4}, 3);
            network.initialize(new SplittableRandom(16));
            float[] input = normal(new SplittableRandom(17), 3 * 32);
            List<float[]> expected = run(network, input, 0, 3);
            float[] gradient = normal(new SplittableRandom(0), 9);
            System.arraycopy(gradient, 0, network.outputGradient(0), 0, 9);
            Arrays.fill(network.gradients(), Float.NaN);
            network.backward();
            assertSameBits(text, network.gradients(), expected.get(1));
        }
    }
}
