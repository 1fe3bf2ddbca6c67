package io.espalier.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NetworkStagesTest {
    private static final String MIXED = "conv(6, 3, padding=1) > relu > conv(4, 3) > tanh > flatten > dense(24) > relu"
            + " > layer-norm > residual(dense(24) > gelu > dense(24)) > dense(20) > sigmoid"
            + " > heads(policy: dense(3), value: dense(9) > tanh > dense(1), deviation: constant(2))";
    private static final int[] IMAGE = {2, 6, 6};

    private static RandomGenerator random() {
        return RandomGeneratorFactory.of("L64X128MixRandom").create(7);
    }

    @Test
    void theCutIsTheBestOfAll() {
        RandomGenerator random = random();
        for (int trial = 0; trial < 200; trial++) {
            int n = 1 + random.nextInt(8);
            long[] costs = random.longs(n, 0, 20).toArray();
            int count = 1 + random.nextInt(n);
            int[] starts = NetworkStages.partition(costs, count);
            assertThat(starts[0]).isZero();
            assertThat(starts).isSorted().doesNotHaveDuplicates();
            assertThat(largest(costs, starts)).isEqualTo(least(costs, new int[count], 1));
        }
    }

    private static long largest(long[] costs, int[] starts) {
        return IntStream.range(0, starts.length)
                .mapToLong(p -> Arrays.stream(costs, starts[p], p + 1 < starts.length ? starts[p + 1] : costs.length)
                        .sum())
                .max()
                .orElseThrow();
    }

    /** Tries every cut. */
    private static long least(long[] costs, int[] starts, int at) {
        if (at == starts.length) {
            return largest(costs, starts);
        }
        long best = Long.MAX_VALUE;
        for (int start = starts[at - 1] + 1; start <= costs.length - (starts.length - at); start++) {
            starts[at] = start;
            best = Math.min(best, least(costs, starts, at + 1));
        }
        return best;
    }

    @Test
    void costsAreCountedFromShapes() {
        // By hand, of one row: 36 positions of 6 filters, 2·9 products and a bias each; 8 for each relu
        assertThat(ForwardCost.of(NetworkSpec.parse("conv(6, 3, padding=1) > relu"), IMAGE))
                .isEqualTo(36 * 6 * 19 + 8 * 36 * 6);
        // 5·3 weights and 3 biases, and 3 sums; the residual adds 5
        assertThat(ForwardCost.of(NetworkSpec.parse("dense(3)"), new int[] {5})).isEqualTo(21);
        assertThat(ForwardCost.of(NetworkSpec.parse("residual(dense(5))"), new int[] {5}))
                .isEqualTo(30 + 5 + 5);
    }

    @Test
    void activationsStayWithTheirLayer() {
        NetworkStages cut =
                NetworkStages.cut(NetworkSpec.parse(MIXED), IMAGE, NetworkStages.most(NetworkSpec.parse(MIXED)));
        assertThat(cut.stages())
                .extracting(stage -> stage.spec().text())
                .containsExactly(
                        "conv(6, 3, padding=1) > relu",
                        "conv(4, 3) > tanh > flatten",
                        "dense(24) > relu",
                        "layer-norm",
                        "residual(dense(24) > gelu > dense(24))",
                        "dense(20) > sigmoid",
                        "heads(policy: dense(3), value: dense(9) > tanh > dense(1), deviation: constant(2))");
        NetworkSpec values = NetworkSpec.parse("dense(9) > heads(q: dense(8) > tanh > dense(2) > sigmoid)");
        assertThat(NetworkStages.cut(values, new int[] {3}, 3).stages())
                .extracting(stage -> stage.spec().text())
                .containsExactly("dense(9)", "dense(8) > tanh", "heads(q: dense(2) > sigmoid)");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 7})
    void stageAfterStageIsTheUncutNetwork(int count) {
        NetworkSpec spec = NetworkSpec.parse(MIXED);
        int rows = 5;
        Network whole = new Network(spec, IMAGE, rows);
        whole.initialize(random());
        NetworkStages cut = NetworkStages.cut(spec, IMAGE, count);
        assertThat(cut.stages()).hasSize(count);
        assertThat(cut.parameters()).isEqualTo(whole.parameterCount());
        Network[] stages = cut.stages().stream()
                .map(stage -> new Network(stage.spec(), stage.inputShape(), rows))
                .toArray(Network[]::new);
        float[] joined = new float[whole.parameterCount()];
        for (int s = 0; s < count; s++) {
            float[] part = cut.part(s, whole.parameters());
            System.arraycopy(part, 0, stages[s].parameters(), 0, part.length);
            cut.join(s, stages[s].parameters(), joined);
        }
        assertThat(joined).containsExactly(whole.parameters());

        float[] input = floats(rows * whole.inputSize());
        whole.forward(input, 0, rows);
        float[] now = input;
        for (Network stage : stages) {
            stage.forward(now, 0, rows);
            now = stage.output(0);
        }
        Network last = stages[count - 1];
        for (int head = 0; head < whole.heads(); head++) {
            assertThat(last.output(head)).containsExactly(whole.output(head));
            float[] gradient = floats(rows * whole.headSize(head));
            System.arraycopy(gradient, 0, whole.outputGradient(head), 0, gradient.length);
            System.arraycopy(gradient, 0, last.outputGradient(head), 0, gradient.length);
        }
        whole.backward(true);
        float[] gradients = new float[whole.parameterCount()];
        for (int s = count - 1; s >= 0; s--) {
            stages[s].backward(true);
            cut.join(s, stages[s].gradients(), gradients);
            if (s > 0) {
                System.arraycopy(
                        stages[s].inputGradients(),
                        0,
                        stages[s - 1].outputGradient(0),
                        0,
                        rows * stages[s].inputSize());
            }
        }
        assertThat(gradients).containsExactly(whole.gradients());
        assertThat(stages[0].inputGradients()).containsExactly(whole.inputGradients());
    }

    private static float[] floats(int size) {
        RandomGenerator random = random();
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    @Test
    void refusesMoreStagesThanThereAreLayers() {
        NetworkSpec apart = NetworkSpec.parse("heads(policy: dense(3) > tanh > dense(2), value: dense(1))");
        assertThatThrownBy(() -> NetworkStages.cut(apart, new int[] {4}, 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("stages (2) must be from 1 to 1")
                .hasMessageContaining("Maybe let the heads share a trunk");
        NetworkStages cut = NetworkStages.cut(NetworkSpec.parse("dense(3) > dense(2)"), new int[] {4}, 2);
        assertThat(List.of(cut.stages().get(0).parameters(), cut.stages().get(1).offset()))
                .containsExactly(15, 15);
        assertThatThrownBy(() -> cut.join(1, new float[7], new float[23])).hasMessageContaining("must have 8");
        assertThatThrownBy(() -> cut.part(0, new float[22])).hasMessageContaining("must have 23");
    }
}
