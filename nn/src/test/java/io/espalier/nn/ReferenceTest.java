package io.espalier.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Against numbers made with PyTorch by src/test/python/make_reference.py. */
class ReferenceTest {
    private static Json reference(String name) {
        try (InputStream in = ReferenceTest.class.getResourceAsStream("reference/" + name)) {
            return Json.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Float32 arithmetic on the way: a millionth of the largest number, times a little for sums. */
    private static void assertClose(String what, float[] actual, double[] expected, double tolerance) {
        double largest = 1;
        for (double value : expected) {
            largest = Math.max(largest, Math.abs(value));
        }
        for (int i = 0; i < expected.length; i++) {
            assertThat((double) actual[i]).as("%s[%d]", what, i).isCloseTo(expected[i], within(tolerance * largest));
        }
    }

    static List<Json> networks() {
        return reference("networks.json").elements();
    }

    @ParameterizedTest
    @MethodSource("networks")
    void networksForwardAndBackward(Json expected) {
        String text = expected.get("spec").asString();
        NetworkSpec spec = NetworkSpec.parse(text);
        assertThat(spec.text()).isEqualTo(text);
        int rows = expected.get("rows").asInt();
        for (Kernels kernels : List.of(Kernels.INSTANCE, Kernels.portable())) {
            Network network = new Network(spec, expected.get("inputShape").asInts(), rows + 2, kernels);
            float[] parameters = expected.get("parameters").asFloats();
            assertThat(network.parameterCount()).isEqualTo(parameters.length);
            System.arraycopy(parameters, 0, network.parameters(), 0, parameters.length);
            network.parametersChanged();
            network.forward(expected.get("input").asFloats(), 0, rows);
            assertThat(network.heads()).isEqualTo(expected.get("outputs").size());
            for (String name : expected.get("outputs").names()) {
                int head = network.head(name);
                double[] outputs = expected.get("outputs").get(name).asDoubles();
                assertThat(network.headSize(head) * rows).isEqualTo(outputs.length);
                assertClose(name, network.output(head), outputs, 1e-6);
                float[] dy = expected.get("outputGradients").get(name).asFloats();
                System.arraycopy(dy, 0, network.outputGradient(head), 0, dy.length);
            }
            network.backward(true);
            assertClose(
                    "gradients", network.gradients(), expected.get("gradients").asDoubles(), 2e-6);
            assertClose(
                    "inputGradients",
                    network.inputGradients(),
                    expected.get("inputGradients").asDoubles(),
                    2e-6);
        }
    }

    @Test
    void regressionLosses() {
        for (Json expected : reference("losses.json").get("regression").elements()) {
            String name = expected.get("loss").asString();
            float[] outputs = expected.get("outputs").asFloats();
            float[] targets = expected.get("targets").asFloats();
            float[] gradient = new float[9];
            float scale = 1f / 9;
            double value = switch (name) {
                case "mse" -> Losses.mse(outputs, 0, targets, 0, 9, scale, gradient, 0);
                case "huber(1)" -> Losses.huber(outputs, 0, targets, 0, 9, 1f, scale, gradient, 0);
                default -> Losses.huber(outputs, 0, targets, 0, 9, 0.3f, scale, gradient, 0);
            };
            assertThat(value).isCloseTo(expected.get("value").asDouble(), within(1e-6));
            assertClose(name, gradient, expected.get("gradient").asDoubles(), 1e-6);
        }
    }

    @Test
    void crossEntropy() {
        Json expected = reference("losses.json").get("crossEntropy");
        float[] gradient = new float[20];
        double value = Losses.crossEntropy(
                expected.get("logits").asFloats(),
                0,
                4,
                5,
                expected.get("labels").asInts(),
                0,
                0.25f,
                gradient,
                0);
        assertThat(value).isCloseTo(expected.get("value").asDouble(), within(1e-6));
        assertClose("gradient", gradient, expected.get("gradient").asDoubles(), 1e-6);
    }

    @Test
    void categoricalDistribution() {
        for (Json expected : reference("losses.json").get("categorical").elements()) {
            float[] logits = expected.get("logits").asFloats();
            int[] bits = expected.get("mask").asInts();
            boolean[] mask = new boolean[bits.length];
            for (int i = 0; i < mask.length; i++) {
                mask[i] = bits[i] == 1;
            }
            int[] actions = expected.get("actions").asInts();
            float[] dLogProbability = expected.get("dLogProbability").asFloats();
            float[] dEntropy = expected.get("dEntropy").asFloats();
            float[] p = new float[24];
            float[] logP = new float[24];
            float[] gradient = new float[24];
            Losses.softmax(logits, 0, 4, 6, mask, 0, p, 0, logP, 0);
            float[] logProbabilities = new float[4];
            float[] entropies = new float[4];
            for (int row = 0; row < 4; row++) {
                int at = 6 * row;
                logProbabilities[row] = logP[at + actions[row]];
                entropies[row] = Losses.categoricalEntropy(p, at, logP, at, 6);
                Losses.categoricalGradient(
                        p, at, logP, at, 6, actions[row], dLogProbability[row], dEntropy[row], gradient, at);
            }
            assertClose(
                    "ln p", logProbabilities, expected.get("logProbabilities").asDoubles(), 1e-6);
            assertClose("entropy", entropies, expected.get("entropies").asDoubles(), 1e-6);
            assertClose("gradient", gradient, expected.get("gradient").asDoubles(), 1e-6);
        }
    }

    @Test
    void gaussianDistribution() {
        Json expected = reference("losses.json").get("gaussian");
        float[] mean = expected.get("mean").asFloats();
        float[] logStd = expected.get("logStd").asFloats();
        float[] x = expected.get("x").asFloats();
        float[] dLogProbability = expected.get("dLogProbability").asFloats();
        float[] dEntropy = expected.get("dEntropy").asFloats();
        float[] logProbabilities = new float[4];
        float[] entropies = new float[4];
        float[] dMean = new float[12];
        float[] dLogStd = new float[12];
        for (int row = 0; row < 4; row++) {
            int at = 3 * row;
            logProbabilities[row] = Losses.gaussianLogProbability(mean, at, logStd, at, x, at, 3);
            entropies[row] = Losses.gaussianEntropy(logStd, at, 3);
            Losses.gaussianGradient(
                    mean, at, logStd, at, x, at, 3, dLogProbability[row], dEntropy[row], dMean, at, dLogStd, at);
        }
        assertClose("ln p", logProbabilities, expected.get("logProbabilities").asDoubles(), 1e-6);
        assertClose("entropy", entropies, expected.get("entropies").asDoubles(), 1e-6);
        assertClose("mean", dMean, expected.get("meanGradient").asDoubles(), 2e-6);
        assertClose("logStd", dLogStd, expected.get("logStdGradient").asDoubles(), 2e-6);
    }

    static Stream<Json> optimizers() {
        return reference("optimizers.json").get("updates").elements().stream();
    }

    @ParameterizedTest
    @MethodSource("optimizers")
    void optimizers(Json expected) {
        OptimizerSpec spec = OptimizerSpec.valueOf(expected.get("optimizer").asString());
        for (Kernels kernels : List.of(Kernels.INSTANCE, Kernels.portable())) {
            float[] parameters = expected.get("start").asFloats();
            Optimizer optimizer = new Optimizer(spec, parameters.length, kernels);
            float rate = (float) expected.get("learningRate").asDouble();
            for (int update = 0; update < expected.get("gradients").size(); update++) {
                float[] gradient =
                        expected.get("gradients").elements().get(update).asFloats();
                optimizer.beginStep();
                optimizer.step(parameters, gradient, 0, parameters.length, rate, 1);
                double[] after =
                        expected.get("parameters").elements().get(update).asDoubles();
                assertClose(spec.text() + " after update " + update, parameters, after, 1e-6);
            }
            assertThat(optimizer.steps()).isEqualTo(expected.get("gradients").size());
        }
    }

    @Test
    void clippingByGlobalNorm() {
        Json expected = reference("optimizers.json").get("clip");
        float[] gradient = expected.get("gradient").asFloats();
        double squaredNorm = Gradients.squaredNorm(gradient, 0, gradient.length);
        assertThat(Math.sqrt(squaredNorm)).isCloseTo(expected.get("norm").asDouble(), within(1e-6));
        float scale = Gradients.clipScale(squaredNorm, expected.get("most").asDouble());
        Gradients.scale(gradient, scale, 0, gradient.length);
        assertClose("clipped", gradient, expected.get("clipped").asDoubles(), 1e-7);
        assertThat(Gradients.clipScale(squaredNorm, 1000)).isEqualTo(1f);
    }

    static List<Json> initializers() {
        return reference("initializers.json").elements();
    }

    @ParameterizedTest
    @MethodSource("initializers")
    void initializersHaveTheSameSpread(Json expected) {
        Initializer init = Initializer.parse(expected.get("initializer").asString());
        int fanIn = expected.get("fanIn").asInt();
        int fanOut = expected.get("fanOut").asInt();
        float[] weights = new float[fanIn * fanOut];
        init.fill(new SplittableRandom(4), weights, 0, fanIn, fanOut, fanOut);
        double sum = 0;
        double squares = 0;
        double largest = 0;
        for (float w : weights) {
            sum += w;
            squares += (double) w * w;
            largest = Math.max(largest, Math.abs(w));
        }
        double std = expected.get("std").asDouble();
        assertThat(Math.sqrt(squares / weights.length)).isCloseTo(std, within(0.01 * std));
        assertThat(sum / weights.length).isCloseTo(0, within(0.02 * std));
        // Uniform: the bound, nearly reached in 120,000 draws. Normal: the largest of them varies.
        boolean uniform = init.text().contains("uniform");
        double reference = expected.get("largest").asDouble();
        assertThat(largest).isCloseTo(reference, within((uniform ? 1e-3 : 0.25) * reference));
    }
}
