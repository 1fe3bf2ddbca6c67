package io.espalier.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;

class DenseSlicesTest {
    private static RandomGenerator random() {
        return RandomGeneratorFactory.of("L64X128MixRandom").create(11);
    }

    private static Network network(NetworkSpec spec, int inputs, int rows) {
        Network network = new Network(spec, new int[] {inputs}, rows);
        network.initialize(random());
        return network;
    }

    private static String specs(String spec, int count) {
        StringBuilder text = new StringBuilder();
        for (DenseSlices.Block block :
                DenseSlices.cut(NetworkSpec.parse(spec), 4, count).blocks()) {
            block.slices().forEach(slice -> text.append(slice.spec().text()).append(" | "));
            text.append(block.summed() ? "sum; " : "join; ");
        }
        return text.toString();
    }

    @Test
    void pairsAreCutByColumnsAndRowsAndTheRestByColumns() {
        assertThat(specs("dense(5) > tanh > dense(3)", 2))
                .isEqualTo("dense(2) > tanh > dense(3) | dense(3) > tanh > dense(3, bias=false) | sum; ");
        assertThat(specs("dense(4) > relu > dense(3) > tanh > dense(2)", 2))
                .isEqualTo("dense(2) > relu > dense(3) | dense(2) > relu > dense(3, bias=false) | sum; "
                        + "tanh > dense(1) | tanh > dense(1) | join; ");
        // what ends in an activation cannot end in a sum
        assertThat(specs("dense(2) > relu > dense(4) > tanh", 2))
                .isEqualTo("dense(1) > relu | dense(1) > relu | join; dense(2) > tanh | dense(2) > tanh | join; ");
    }

    @Test
    void aCutByColumnsIsTheUncutLayerToTheBit() {
        NetworkSpec spec = NetworkSpec.parse("dense(37) > tanh");
        int rows = 6;
        Network whole = network(spec, 29, rows);
        float[] input = floats(rows * 29);
        float[] gradient = floats(rows * 37);
        whole.forward(input, 0, rows);
        System.arraycopy(gradient, 0, whole.outputGradient(0), 0, gradient.length);
        whole.backward();
        for (int count = 1; count <= 5; count++) {
            DenseSlices cut = DenseSlices.cut(spec, 29, count);
            float[] joined = new float[cut.parameters()];
            float[] gradients = new float[cut.parameters()];
            for (DenseSlices.Slice slice : cut.blocks().get(0).slices()) {
                Network own = new Network(slice.spec(), new int[] {29}, rows);
                float[] part = DenseSlices.part(slice, whole.parameters());
                System.arraycopy(part, 0, own.parameters(), 0, part.length);
                DenseSlices.join(slice, part, joined);
                own.forward(input, 0, rows);
                int width = own.headSize(0);
                for (int row = 0; row < rows; row++) {
                    int at = row * 37 + slice.firstOutput();
                    assertThat(Arrays.copyOfRange(own.output(0), row * width, (row + 1) * width))
                            .containsExactly(Arrays.copyOfRange(whole.output(0), at, at + width));
                    System.arraycopy(gradient, at, own.outputGradient(0), row * width, width);
                }
                own.backward();
                DenseSlices.join(slice, own.gradients(), gradients);
            }
            assertThat(joined).containsExactly(whole.parameters());
            assertThat(gradients).containsExactly(whole.gradients());
        }
    }

    @Test
    void theSlicesOfAPairSumToTheUncutOutputUpToRounding() {
        NetworkSpec spec = NetworkSpec.parse("dense(40) > relu > dense(7)");
        int rows = 6;
        Network whole = network(spec, 9, rows);
        float[] input = floats(rows * 9);
        whole.forward(input, 0, rows);
        for (int count = 1; count <= 4; count++) {
            float[] sum = new float[rows * 7];
            float[] joined = new float[whole.parameterCount()];
            for (DenseSlices.Slice slice :
                    DenseSlices.cut(spec, 9, count).blocks().get(0).slices()) {
                Network own = new Network(slice.spec(), new int[] {9}, rows);
                float[] part = DenseSlices.part(slice, whole.parameters());
                System.arraycopy(part, 0, own.parameters(), 0, part.length);
                DenseSlices.join(slice, part, joined);
                own.forward(input, 0, rows);
                Gradients.add(sum, own.output(0), 0, sum.length);
            }
            assertThat(joined).containsExactly(whole.parameters());
            if (count == 1) {
                assertThat(sum).containsExactly(Arrays.copyOf(whole.output(0), sum.length));
            }
            for (int i = 0; i < sum.length; i++) {
                // 41 roundings of sums that stay below 4: far less than this
                assertThat(Math.abs(sum[i] - whole.output(0)[i])).isLessThan(41 * 4 * 0x1p-24f);
            }
        }
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
    void refusesWhatIsNotDenseOrTooNarrow() {
        assertThatThrownBy(() -> DenseSlices.cut(NetworkSpec.parse("dense(4) > layer-norm > dense(2)"), 3, 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("not layer-norm");
        assertThatThrownBy(() -> DenseSlices.cut(NetworkSpec.parse("dense(4) > tanh > dense(2)"), 3, 5))
                .hasMessageContaining("slices (5) must be at most the units of dense(4)");
        assertThatThrownBy(() -> DenseSlices.cut(NetworkSpec.parse("dense(4)"), 3, 0))
                .hasMessageContaining("slices (0) must be at least 1");
        assertThatThrownBy(() -> DenseSlices.cut(NetworkSpec.parse("tanh"), 3, 1))
                .hasMessageContaining("must have a dense layer");
    }
}
