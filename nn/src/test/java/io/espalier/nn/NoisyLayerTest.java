package io.espalier.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class NoisyLayerTest {
    /** Draws given numbers in turn. */
    private record Given(Deque<Double> left) implements RandomGenerator {
        Given(Double... numbers) {
            this(new ArrayDeque<>(Arrays.asList(numbers)));
        }

        @Override
        public long nextLong() {
            throw new IllegalStateException("only doubles are given");
        }

        @Override
        public double nextDouble() {
            return left.remove();
        }
    }

    private static Network network(String text, int inputs, int rows) {
        Network network = new Network(NetworkSpec.parse(text), new int[] {inputs}, rows);
        network.initialize(new SplittableRandom(5));
        return network;
    }

    @Test
    void startsAsThePaperSays() {
        Network network = network("noisy(3)", 4, 1);
        assertThat(network.tensors().stream().map(Network.Tensor::name))
                .containsExactly("weight", "bias", "weightSigma", "biasSigma");
        float[] p = network.parameters();
        for (int i = 0; i < 15; i++) {
            assertThat(p[i]).isBetween(-0.5f, 0.5f);
            assertThat(p[15 + i]).isEqualTo(0.25f);
        }
        assertThat(network.noisy()).isTrue();
        assertThat(network("dense(3)", 4, 1).noisy()).isFalse();
    }

    @Test
    void theNoiseIsTheRootOfNormalNumbers() {
        // By hand: draws of 1 and 1 are outside the circle; 0.8 and 0.5 are (0.6, 0)
        Network network = network("noisy(1)", 1, 1);
        System.arraycopy(new float[] {2, 3, 10, 100}, 0, network.parameters(), 0, 4);
        network.parametersChanged();
        network.drawNoise(new Given(1.0, 1.0, 0.8, 0.5));
        network.forward(new float[] {1}, 0, 1);
        // v = 0: W = 2, b = 3
        assertThat(network.output(0)[0]).isEqualTo(5);
        network.drawNoise(new Given(0.8, 0.2));
        double s = 0.72; // (0.6, −0.6)
        double normal = StrictMath.sqrt(-2 * StrictMath.log(s) / s) * 0.6;
        network.forward(new float[] {1}, 0, 1);
        // u = √normal, v = −√normal: W = 2 − 10·normal, b = 3 − 100·√normal
        double wanted = 2 - 10 * normal + 3 - 100 * StrictMath.sqrt(normal);
        assertThat((double) network.output(0)[0]).isCloseTo(wanted, within(1e-4));
        network.noise(false);
        network.forward(new float[] {1}, 0, 1);
        assertThat(network.output(0)[0]).isEqualTo(5);
    }

    @Test
    void noiseHasTheMomentsOfItsDistribution() {
        // E f(ε) = 0 and E f(ε)² = E|ε| = √(2/π)
        Family family = new Family();
        family.allocate(0, 100_001);
        family.drawNoise(new SplittableRandom(3));
        double sum = 0;
        double squares = 0;
        for (float noise : family.noise()) {
            sum += noise;
            squares += noise * noise;
        }
        assertThat(sum / 100_001).isCloseTo(0, within(0.01));
        assertThat(squares / 100_001).isCloseTo(StrictMath.sqrt(2 / Math.PI), within(0.01));
    }

    /** Forward and backward in plain double loops. */
    @Test
    void agreesWithAPlainReference() {
        int in = 9;
        int out = 7;
        int rows = 5;
        for (Kernels kernels : new Kernels[] {Kernels.INSTANCE, Kernels.portable()}) {
            Network network =
                    new Network(NetworkSpec.parse("noisy(7, sigma=0.8) > tanh"), new int[] {in}, rows, kernels);
            network.initialize(new SplittableRandom(8));
            network.drawNoise(new SplittableRandom(9));
            Family family = new Family();
            family.allocate(0, in + out);
            family.drawNoise(new SplittableRandom(9));
            float[] noise = family.noise();
            SplittableRandom random = new SplittableRandom(10);
            float[] x = new float[rows * in];
            float[] dy = new float[rows * out];
            fill(random, x);
            fill(random, dy);
            // A pass with other noise first: nothing of it may be left.
            network.drawNoise(new SplittableRandom(1));
            network.forward(x, 0, rows);
            network.backward(true);
            network.drawNoise(new SplittableRandom(9));
            network.forward(x, 0, rows);
            System.arraycopy(dy, 0, network.outputGradient(0), 0, dy.length);
            network.backward(true);
            float[] p = network.parameters();
            int sigma = in * out + out;
            double[] g = new double[2 * sigma];
            double[] dx = new double[rows * in];
            for (int r = 0; r < rows; r++) {
                for (int j = 0; j < out; j++) {
                    double v = noise[in + j];
                    double z = p[in * out + j] + p[sigma + in * out + j] * v;
                    for (int i = 0; i < in; i++) {
                        z += x[r * in + i] * weight(p, noise, i, j, in, out);
                    }
                    double y = StrictMath.tanh(z);
                    assertThat((double) network.output(0)[r * out + j]).isCloseTo(y, within(2e-6));
                    double dz = dy[r * out + j] * (1 - y * y);
                    g[in * out + j] += dz;
                    g[sigma + in * out + j] += dz * v;
                    for (int i = 0; i < in; i++) {
                        g[i * out + j] += dz * x[r * in + i];
                        g[sigma + i * out + j] += dz * x[r * in + i] * noise[i] * v;
                        dx[r * in + i] += dz * weight(p, noise, i, j, in, out);
                    }
                }
            }
            for (int i = 0; i < g.length; i++) {
                assertThat((double) network.gradients()[i]).as("gradient %s", i).isCloseTo(g[i], within(2e-5));
            }
            for (int i = 0; i < dx.length; i++) {
                assertThat((double) network.inputGradients()[i]).isCloseTo(dx[i], within(2e-5));
            }
        }
    }

    private static double weight(float[] p, float[] noise, int i, int j, int in, int out) {
        return p[i * out + j] + (double) p[in * out + out + i * out + j] * noise[i] * noise[in + j];
    }

    private static void fill(SplittableRandom random, float[] values) {
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (2 * random.nextDouble() - 1);
        }
    }

    @Test
    void replicasHaveTheSameNoiseAndNewNoiseIsOther() {
        Network network = network("noisy(6) > relu > noisy(2)", 3, 2);
        Network replica = network.replica(1);
        float[] x = {0.3f, -0.2f, 0.9f};
        network.forward(x, 0, 1);
        float[] means = Arrays.copyOf(network.output(0), 2);
        network.drawNoise(new SplittableRandom(1));
        replica.forward(x, 0, 1);
        network.forward(x, 0, 1);
        float[] first = Arrays.copyOf(network.output(0), 2);
        assertThat(first).isNotEqualTo(means).isEqualTo(Arrays.copyOf(replica.output(0), 2));
        replica.drawNoise(new SplittableRandom(2));
        network.forward(x, 0, 1);
        assertThat(Arrays.copyOf(network.output(0), 2)).isNotEqualTo(first);
        network.drawNoise(new SplittableRandom(1));
        network.forward(x, 0, 1);
        assertThat(Arrays.copyOf(network.output(0), 2)).isEqualTo(first);
        replica.noise(false);
        network.forward(x, 0, 1);
        assertThat(Arrays.copyOf(network.output(0), 2)).isEqualTo(means);
        // without noise its deviations have no gradient
        Arrays.fill(network.outputGradient(0), 1);
        network.backward();
        for (Network.Tensor tensor : network.tensors()) {
            float[] part = Arrays.copyOfRange(network.gradients(), tensor.offset(), tensor.offset() + tensor.size());
            if (tensor.name().endsWith("Sigma")) {
                assertThat(part).containsOnly(0);
            }
        }
    }

    @Test
    void refusesImagesAndBadDeviations() {
        assertThatThrownBy(() -> new Network(NetworkSpec.noisy(3), new int[] {2, 2}, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("noisy(3) wants a vector, got [2, 2]. Maybe put flatten in front of it.");
        assertThatThrownBy(() -> NetworkSpec.parse("noisy(3, sigma=-1)"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("noisy: sigma (-1.0) must be finite and not negative. Maybe 0.5.");
        assertThat(NetworkSpec.parse("dense(3) > noisy(4, sigma=0.25)").text())
                .isEqualTo("dense(3) > noisy(4, sigma=0.25)");
    }
}
