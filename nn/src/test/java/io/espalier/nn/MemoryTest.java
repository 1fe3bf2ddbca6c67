package io.espalier.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.DoubleSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Layers that remember: differences through time, same bits however time and rows are cut, nothing over a beginning. */
class MemoryTest {
    static final int STEPS = 5;
    static final int SEQUENCES = 3;
    static final int ROWS = STEPS * SEQUENCES;
    static final int INPUTS = 4;
    private static final float STEP = 1 / 32f;

    /** An episode begins in sequence 0 at step 2 and at step 4, in sequence 1 at the very first, in sequence 2 never. */
    static final boolean[] STARTS = new boolean[ROWS];

    static {
        STARTS[2 * SEQUENCES] = true;
        STARTS[4 * SEQUENCES] = true;
        STARTS[1] = true;
    }

    static List<String> specs() {
        return List.of(
                "gru(5)",
                "lstm(5)",
                "dense(6) > tanh > gru(5) > dense(3)",
                "lstm(3) > gru(4) > heads(policy: dense(2), value: lstm(2) > dense(1))",
                "dense(4) > residual(gru(4)) > tanh",
                "attention(2, 3)",
                "dense(4) > attention(1, 1) > dense(2)",
                "dense(6) > gated(layer-norm(epsilon=0.1) > attention(3, 4) > tanh) > gated(dense(6) > tanh)",
                "gated(dense(4) > sigmoid, bias=0.5) > heads(policy: gru(2), value: attention(4, 2))");
    }

    static float[] normal(SplittableRandom random, int count, double scale) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) (scale * random.nextGaussian());
        }
        return values;
    }

    static Network network(String text, int capacity, Kernels kernels) {
        Network network = new Network(NetworkSpec.parse(text), new int[] {INPUTS}, capacity, kernels);
        float[] values = normal(new SplittableRandom(text.hashCode()), network.parameterCount(), 0.4);
        System.arraycopy(values, 0, network.parameters(), 0, values.length);
        network.parametersChanged();
        return network;
    }

    /** States as a network may come to: what it remembers after two steps from nothing. */
    static float[] states(String text) {
        Network network = network(text, 2 * SEQUENCES, Kernels.portable());
        float[] states = new float[SEQUENCES * network.stateSize()];
        float[] input = normal(new SplittableRandom(77), 2 * SEQUENCES * INPUTS, 0.7);
        network.forward(input, 0, 2, SEQUENCES, new boolean[0], 0, states, 0);
        return states;
    }

    /** Slope of value with respect to array[i], by the fourth-order formula. */
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

    @ParameterizedTest
    @MethodSource("specs")
    void gradientsThroughTimeAgreeWithCentralDifferences(String text) {
        Network network = network(text, ROWS, Kernels.INSTANCE);
        SplittableRandom random = new SplittableRandom(3);
        float[] input = normal(random, ROWS * INPUTS, 0.7);
        float[] states = states(text);
        float[][] weights = new float[network.heads()][];
        for (int h = 0; h < weights.length; h++) {
            weights[h] = normal(random, ROWS * network.headSize(h), 1);
        }
        DoubleSupplier loss = () -> {
            network.parametersChanged();
            network.forward(input, 0, STEPS, SEQUENCES, STARTS, 0, states.clone(), 0);
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
        // Once more after the same forward pass.
        Arrays.fill(network.gradients(), Float.NaN);
        for (int h = 0; h < weights.length; h++) {
            System.arraycopy(weights[h], 0, network.outputGradient(h), 0, weights[h].length);
        }
        network.backward();
        assertThat(network.gradients()).isEqualTo(gradients);
        for (int i = 0; i < gradients.length; i++) {
            assertThat((double) gradients[i])
                    .as("parameter %d", i)
                    .isCloseTo(slope(network.parameters(), i, loss), within(6e-4));
        }
        for (int i = 0; i < input.length; i++) {
            assertThat((double) inputGradients[i]).as("input %d", i).isCloseTo(slope(input, i, loss), within(6e-4));
        }
    }

    @ParameterizedTest
    @MethodSource("specs")
    void portableAndFastestKernels(String text) {
        Network fast = network(text, ROWS, Kernels.INSTANCE);
        Network portable = network(text, ROWS, Kernels.portable());
        float[] input = normal(new SplittableRandom(4), ROWS * INPUTS, 1);
        float[] one = states(text);
        float[] other = one.clone();
        for (Network network : List.of(fast, portable)) {
            network.forward(input, 0, STEPS, SEQUENCES, STARTS, 0, network == fast ? one : other, 0);
            for (int h = 0; h < network.heads(); h++) {
                float[] gradient = normal(new SplittableRandom(h), ROWS * network.headSize(h), 1);
                System.arraycopy(gradient, 0, network.outputGradient(h), 0, gradient.length);
            }
            network.backward(true);
        }
        assertThat(one).isEqualTo(other);
        assertThat(fast.output(0)).isEqualTo(portable.output(0));
        assertThat(fast.gradients()).isEqualTo(portable.gradients());
        assertThat(fast.inputGradients()).isEqualTo(portable.inputGradients());
    }

    /** One pass over everything; each sequence alone; step by step, the states handed on; and in two halves of time. */
    @ParameterizedTest
    @MethodSource("specs")
    void sameBitsHoweverTimeAndRowsAreCut(String text) {
        Network whole = network(text, ROWS, Kernels.INSTANCE);
        int size = whole.stateSize();
        assertThat(size).isPositive();
        float[] input = normal(new SplittableRandom(5), ROWS * INPUTS, 1);
        float[] first = states(text);
        float[] after = first.clone();
        whole.forward(input, 0, STEPS, SEQUENCES, STARTS, 0, after, 0);

        Network part = whole.replica(ROWS);
        for (int s = 0; s < SEQUENCES; s++) {
            float[] own = new float[STEPS * INPUTS];
            boolean[] starts = new boolean[STEPS];
            for (int t = 0; t < STEPS; t++) {
                int row = t * SEQUENCES + s;
                System.arraycopy(input, row * INPUTS, own, t * INPUTS, INPUTS);
                starts[t] = STARTS[row];
            }
            float[] state = Arrays.copyOfRange(first, s * size, (s + 1) * size);
            part.forward(own, 0, STEPS, 1, starts, 0, state, 0);
            assertThat(state).isEqualTo(Arrays.copyOfRange(after, s * size, (s + 1) * size));
            for (int t = 0; t < STEPS; t++) {
                assertRows(part, t, whole, t * SEQUENCES + s, 1);
            }
        }
        for (int steps : new int[] {1, 2}) {
            float[] state = first.clone();
            for (int t = 0; t < STEPS; t += steps) {
                int count = Math.min(steps, STEPS - t);
                int row = t * SEQUENCES;
                // What begins with nothing may as well be told by an empty state.
                boolean told = steps == 2;
                for (int s = 0; s < SEQUENCES && !told; s++) {
                    if (STARTS[row + s]) {
                        Arrays.fill(state, s * size, (s + 1) * size, 0f);
                    }
                }
                part.forward(input, row * INPUTS, count, SEQUENCES, told ? STARTS : new boolean[0], row, state, 0);
                assertRows(part, 0, whole, row, count * SEQUENCES);
            }
            assertThat(state).isEqualTo(after);
        }
    }

    private static void assertRows(Network part, int at, Network whole, int from, int count) {
        for (int h = 0; h < whole.heads(); h++) {
            int width = whole.headSize(h);
            assertThat(Arrays.copyOfRange(part.output(h), at * width, (at + count) * width))
                    .as("rows from %d of output %d", from, h)
                    .isEqualTo(Arrays.copyOfRange(whole.output(h), from * width, (from + count) * width));
        }
    }

    @ParameterizedTest
    @MethodSource("specs")
    void nothingLeaksOverTheBeginningOfAnEpisode(String text) {
        Network network = network(text, ROWS, Kernels.INSTANCE);
        float[] input = normal(new SplittableRandom(6), ROWS * INPUTS, 1);
        float[] states = states(text);
        network.forward(input, 0, STEPS, SEQUENCES, STARTS, 0, states.clone(), 0);
        float[] before = network.output(0).clone();
        // Forward: another past of sequence 0 changes nothing from its beginning at step 2 on.
        for (int t = 0; t < 2; t++) {
            input[t * SEQUENCES * INPUTS] += 1;
        }
        float[] other = states.clone();
        Arrays.fill(other, 0, 2 * network.stateSize(), 0.3f); // also of sequence 1, which begins at once
        network.forward(input, 0, STEPS, SEQUENCES, STARTS, 0, other, 0);
        int width = network.headSize(0);
        for (int row = 0; row < ROWS; row++) {
            float[] now = Arrays.copyOfRange(network.output(0), row * width, (row + 1) * width);
            float[] then = Arrays.copyOfRange(before, row * width, (row + 1) * width);
            if (row == 0 || row == SEQUENCES) {
                assertThat(now).as("row %d", row).isNotEqualTo(then);
            } else {
                assertThat(now).as("row %d", row).isEqualTo(then);
            }
        }
        // Backward: what sequence 0 does from step 2 on has no gradient before.
        for (int h = 0; h < network.heads(); h++) {
            Arrays.fill(network.outputGradient(h), 0f);
            int size = network.headSize(h);
            for (int t = 2; t < STEPS; t++) {
                Arrays.fill(network.outputGradient(h), t * SEQUENCES * size, t * SEQUENCES * size + size, 1f);
            }
        }
        network.backward(true);
        for (int t = 0; t < STEPS; t++) {
            float[] gradient = Arrays.copyOfRange(
                    network.inputGradients(), t * SEQUENCES * INPUTS, t * SEQUENCES * INPUTS + INPUTS);
            float[] zero = new float[INPUTS];
            if (t < 2) {
                assertThat(gradient).as("step %d", t).containsExactly(zero);
            } else {
                assertThat(gradient).as("step %d", t).isNotEqualTo(zero);
            }
        }
    }

    /** PyTorch's formulas for one unit after the other, in double precision, without any of the layers' code. */
    @Test
    void gruAndLstmFollowTheirFormulas() {
        int n = 3;
        for (String kind : List.of("gru", "lstm")) {
            int gates = kind.equals("gru") ? 3 : 4;
            Network network = network(kind + "(" + n + ")", 4, Kernels.INSTANCE);
            assertThat(network.tensors().stream().map(Network.Tensor::toString))
                    .containsExactly(
                            "weight_ih [4, " + gates * n + "]",
                            "weight_hh [3, " + gates * n + "]",
                            "bias_ih [" + gates * n + "]",
                            "bias_hh [" + gates * n + "]");
            float[] p = network.parameters();
            float[] input = normal(new SplittableRandom(8), 4 * INPUTS, 1);
            float[] state = normal(new SplittableRandom(9), network.stateSize(), 0.5);
            double[] h = new double[n];
            double[] c = new double[n];
            for (int j = 0; j < n; j++) {
                h[j] = state[j];
                c[j] = gates == 4 ? state[n + j] : 0;
            }
            network.forward(input, 0, 4, 1, new boolean[0], 0, state, 0);
            for (int t = 0; t < 4; t++) {
                double[] x = new double[gates * n];
                double[] m = new double[gates * n];
                for (int g = 0; g < gates * n; g++) {
                    x[g] = p[(INPUTS + n) * gates * n + g];
                    m[g] = p[(INPUTS + n + 1) * gates * n + g];
                    for (int k = 0; k < INPUTS; k++) {
                        x[g] += (double) input[t * INPUTS + k] * p[k * gates * n + g];
                    }
                    for (int k = 0; k < n; k++) {
                        m[g] += h[k] * p[(INPUTS + k) * gates * n + g];
                    }
                }
                for (int j = 0; j < n; j++) {
                    if (gates == 3) {
                        double r = sigmoid(x[j] + m[j]);
                        double z = sigmoid(x[n + j] + m[n + j]);
                        double candidate = StrictMath.tanh(x[2 * n + j] + r * m[2 * n + j]);
                        h[j] = (1 - z) * candidate + z * h[j];
                    } else {
                        double in = sigmoid(x[j] + m[j]);
                        double keep = sigmoid(x[n + j] + m[n + j]);
                        double candidate = StrictMath.tanh(x[2 * n + j] + m[2 * n + j]);
                        c[j] = keep * c[j] + in * candidate;
                        h[j] = sigmoid(x[3 * n + j] + m[3 * n + j]) * StrictMath.tanh(c[j]);
                    }
                    assertThat((double) network.output(0)[t * n + j])
                            .as("%s, step %d, unit %d", kind, t, j)
                            .isCloseTo(h[j], within(1e-6));
                }
            }
            for (int j = 0; j < n; j++) {
                assertThat((double) state[j]).isCloseTo(h[j], within(1e-6));
                if (gates == 4) {
                    assertThat((double) state[n + j]).isCloseTo(c[j], within(1e-6));
                }
            }
        }
    }

    /** The formulas of attention, each sum written out, in double precision; an episode begins at step 3. */
    @Test
    void attentionFollowsItsFormulas() {
        int steps = 7;
        int window = 3;
        int begin = 3;
        Network network = network("attention(2, 3)", steps, Kernels.INSTANCE);
        assertThat(network.tensors().stream().map(Network.Tensor::toString))
                .containsExactly(
                        "weight_q [4, 4]", "weight_k [4, 4]", "weight_v [4, 4]", "position [4, 4]", "weight_o [4, 4]");
        assertThat(network.stateSize()).isEqualTo(3 * 4 + 1);
        float[] p = network.parameters();
        float[] input = normal(new SplittableRandom(12), steps * 4, 1);
        float[] past = normal(new SplittableRandom(13), 4, 1); // one step is remembered
        float[] state = new float[13];
        System.arraycopy(past, 0, state, 8, 4);
        state[12] = 1;
        boolean[] starts = new boolean[steps];
        starts[begin] = true;
        network.forward(input, 0, steps, 1, starts, 0, state, 0);
        for (int t = 0; t < steps; t++) {
            double[] mixed = new double[4];
            for (int head = 0; head < 2; head++) {
                int first = Math.max(t - window, t < begin ? -1 : begin);
                double[] scores = new double[t - first + 1];
                double total = 0;
                for (int from = first; from <= t; from++) {
                    double score = 0;
                    for (int c = 2 * head; c < 2 * head + 2; c++) {
                        double key = product(from < 0 ? past : input, Math.max(0, from), p, 16, c)
                                + p[48 + 4 * (t - from) + c];
                        score += product(input, t, p, 0, c) * key;
                    }
                    scores[from - first] = StrictMath.exp(score / StrictMath.sqrt(2));
                    total += scores[from - first];
                }
                for (int from = first; from <= t; from++) {
                    for (int c = 2 * head; c < 2 * head + 2; c++) {
                        mixed[c] += scores[from - first]
                                / total
                                * product(from < 0 ? past : input, Math.max(0, from), p, 32, c);
                    }
                }
            }
            for (int j = 0; j < 4; j++) {
                double y = 0;
                for (int c = 0; c < 4; c++) {
                    y += mixed[c] * p[64 + 4 * c + j];
                }
                assertThat((double) network.output(0)[4 * t + j])
                        .as("step %d", t)
                        .isCloseTo(y, within(2e-6));
            }
        }
        assertThat(Arrays.copyOf(state, 12)).isEqualTo(Arrays.copyOfRange(input, 16, 28));
        assertThat(state[12]).isEqualTo(3);
    }

    /** Element c of row t of x times a 4 x 4 matrix of the parameters. */
    private static double product(float[] x, int t, float[] p, int matrix, int c) {
        double sum = 0;
        for (int k = 0; k < 4; k++) {
            sum += (double) x[4 * t + k] * p[matrix + 4 * k + c];
        }
        return sum;
    }

    @Test
    void theGateFollowsItsFormulas() {
        Network network = new Network(NetworkSpec.parse("gated(dense(1))"), new int[] {1}, 1);
        // y = 2x - 1; Wr, Wz, Wc; Ur, Uz; Uc; b
        float[] p = {2, -1, 0.5f, -0.3f, 0.7f, 0.2f, 0.4f, -0.6f, 0.9f};
        System.arraycopy(p, 0, network.parameters(), 0, 9);
        network.parametersChanged();
        assertThat(network.tensors().stream().map(Network.Tensor::toString))
                .containsExactly(
                        "inner.weight [1, 1]",
                        "inner.bias [1]",
                        "weight_inner [1, 3]",
                        "weight_input [1, 2]",
                        "weight_candidate [1, 1]",
                        "bias [1]");
        double x = 0.8;
        double y = 2 * x - 1;
        double r = sigmoid(0.5 * y + 0.2 * x);
        double z = sigmoid(-0.3 * y + 0.4 * x - 0.9);
        double candidate = StrictMath.tanh(0.7 * y - 0.6 * r * x);
        network.forward(new float[] {0.8f}, 0, 1);
        assertThat((double) network.output(0)[0]).isCloseTo((1 - z) * x + z * candidate, within(1e-6));
        network.initialize(new SplittableRandom(14));
        assertThat(network.parameters()[8]).as("lets x pass at first").isEqualTo(2);
    }

    @Test
    void aBlockOfAGatedTransformerIsItsLayers() {
        NetworkSpec block = NetworkSpec.parse("dense(8) > gtrxl(8, 2, 5) > dense(1)");
        assertThat(block.text())
                .isEqualTo("dense(8) > gated(layer-norm > attention(2, 5) > relu) > gated(layer-norm > dense(8) > relu"
                        + " > dense(8) > relu) > dense(1)");
        assertThat(new Network(block, new int[] {3}, 2).stateSize()).isEqualTo(5 * 8 + 1);
    }

    private static double sigmoid(double x) {
        return 1 / (1 + StrictMath.exp(-x));
    }

    @Test
    void firstValuesAreThoseOfPyTorch() {
        Network network = new Network(NetworkSpec.parse("gru(400)"), new int[] {9}, 1);
        network.initialize(new SplittableRandom(10));
        double bound = StrictMath.sqrt(1 / 400.0);
        for (Network.Tensor tensor : network.tensors()) {
            double largest = 0;
            for (int i = tensor.offset(); i < tensor.offset() + tensor.size(); i++) {
                largest = Math.max(largest, Math.abs(network.parameters()[i]));
            }
            assertThat(largest).as(tensor.name()).isBetween(0.98 * bound, bound);
        }
        network = new Network(NetworkSpec.parse("lstm(6, init=orthogonal(2))"), new int[] {3}, 1);
        network.initialize(new SplittableRandom(11));
        Network.Tensor hidden = network.tensors().get(1);
        double squares = Gradients.squaredNorm(network.parameters(), hidden.offset(), hidden.offset() + hidden.size());
        assertThat(squares).isCloseTo(6 * 4, within(1e-3)); // six rows of length 2
        Network.Tensor bias = network.tensors().get(2);
        assertThat(network.parameters()[bias.offset()]).isZero();
    }

    @Test
    void namesTextsAndErrors() {
        for (String text : List.of(
                "gru(64)",
                "lstm(8, init=orthogonal(1)) > dense(2)",
                "residual(gru(4))",
                "attention(2, 3, init=zeros)",
                "gated(attention(1, 8) > relu, bias=-1)")) {
            NetworkSpec spec = NetworkSpec.parse(text);
            assertThat(spec.text()).isEqualTo(text);
            assertThat(NetworkSpec.parseJson(spec.json())).isEqualTo(spec);
            assertThat(spec.hasMemory()).isTrue();
        }
        assertThat(NetworkSpec.parse("heads(a: dense(2), b: dense(3) > gru(2))").hasMemory())
                .isTrue();
        assertThat(NetworkSpec.parse("heads(a: dense(2), b: residual(tanh))").hasMemory())
                .isFalse();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> NetworkSpec.parse("gru(0)"))
                .withMessageContaining("gru: units (0) must be from 1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> NetworkSpec.parse("lstm(-1)"))
                .withMessageContaining("lstm: units (-1) must be from 1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Network(NetworkSpec.parse("gru(3)"), new int[] {2, 2}, 1))
                .withMessageContaining("gru(3) wants a vector, got [2, 2]. Maybe put flatten in front of it.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> NetworkSpec.parse("attention(2, 0)"))
                .withMessageContaining("attention: window (0) must be from 1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Network(NetworkSpec.parse("attention(3, 2)"), new int[] {4}, 1))
                .withMessageContaining("attention(3, 2) wants a width that its heads divide, got [4]. Maybe");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Network(NetworkSpec.parse("gated(dense(3))"), new int[] {4}, 1))
                .withMessageContaining("gated: what is inside must give the vector that it gets, [4], not [3]. Maybe");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> NetworkSpec.parse("gated(dense(3), bias=1e999)"))
                .withMessageContaining("must be finite");
        Network network = network("gru(5)", 4, Kernels.INSTANCE);
        assertThat(network.stateSize()).isEqualTo(5);
        assertThatIllegalStateException()
                .isThrownBy(() -> network.forward(new float[4], 0, 1))
                .withMessageContaining("remembers (5 floats a row): forward needs the rows' states. Maybe");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> network.forward(new float[16], 0, 2, 2, new boolean[3], 0, new float[10], 0))
                .withMessageContaining("4 starts from index 0 do not fit an array of 3");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> network.forward(new float[16], 0, 2, 2, new boolean[0], 0, new float[9], 0))
                .withMessageContaining("2 states of 5 floats from index 0 do not fit an array of 9");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> network.forward(new float[99], 0, 5, 1, new boolean[0], 0, new float[5], 0))
                .withMessageContaining("must be from 1 to the network's capacity (4)");
        // Without memory, sequences are so many rows.
        Network plain = new Network(NetworkSpec.parse("dense(2)"), new int[] {1}, 6);
        plain.forward(new float[6], 0, 3, 2, new boolean[0], 0, new float[0], 0);
        assertThat(plain.stateSize()).isZero();
    }
}
