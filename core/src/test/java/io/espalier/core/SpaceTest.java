package io.espalier.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SpaceTest {
    private static final float INFINITE = Float.POSITIVE_INFINITY;

    static List<Space> spaces() {
        return List.of(
                new Discrete(1),
                new Discrete(4),
                new Discrete(1 << 24),
                new MultiDiscrete(3, 2, 7),
                new MultiBinary(5),
                Box.uniform(-1, 1, 3),
                Box.of(new float[] {-0.1f, 3e-8f, -INFINITE}, new float[] {0.3f, 1e20f, 5}),
                Box.unbounded(2),
                Box.uniform(0, INFINITE, 2, 3, 2),
                Box.uniform(2.5f, 2.5f, 1));
    }

    @ParameterizedTest
    @MethodSource("spaces")
    void itsTextIsReadBack(Space space) {
        assertThat(Space.parse(space.text())).isEqualTo(space).hasSameHashCodeAs(space);
        assertThat(Space.parse("  " + space.text() + " \n")).isEqualTo(space);
        assertThat(space).hasToString(space.text());
    }

    @ParameterizedTest
    @MethodSource("spaces")
    void samplesAreLegalAndWriteTheirRowAlone(Space space) {
        RandomStream random = new RandomStream(1);
        float[] rows = new float[space.size() + 2];
        for (int i = 0; i < 200; i++) {
            rows[0] = -77;
            rows[rows.length - 1] = -77;
            space.sample(random, rows, 1);
            assertThat(space.violation(rows, 1)).isEmpty();
            assertThat(space.contains(rows, 1)).isTrue();
            assertThat(rows[0] + rows[rows.length - 1]).isEqualTo(-154);
        }
    }

    @ParameterizedTest
    @MethodSource("spaces")
    void whatIsNotLegalIsSaidToBeSo(Space space) {
        RandomStream random = new RandomStream(2);
        float[] row = new float[space.size() + 1];
        for (float bad : new float[] {Float.NaN, INFINITE, -INFINITE}) {
            for (int component = 0; component < space.size(); component++) {
                space.sample(random, row, 1);
                row[1 + component] = bad;
                assertThat(space.contains(row, 1)).isFalse();
                assertThat(space.violation(row, 1)).startsWith("component " + component + " is " + bad);
            }
        }
    }

    @Test
    void textsReadWell() {
        assertThat(new Discrete(4).text()).isEqualTo("discrete(4)");
        assertThat(new MultiDiscrete(3, 2).text()).isEqualTo("multi-discrete[3, 2]");
        assertThat(new MultiBinary(5).text()).isEqualTo("multi-binary(5)");
        assertThat(Box.uniform(-1, 1, 2).text()).isEqualTo("box(shape=[2], low=-1.0, high=1.0)");
        assertThat(Box.of(new float[] {0, 1}, new float[] {INFINITE, 2}).text())
                .isEqualTo("box(shape=[2], low=[0.0, 1.0], high=[Infinity, 2.0])");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "discrete",
                "discrete(",
                "discrete()",
                "discrete(0)",
                "discrete(-1)",
                "discrete(16777217)",
                "discrete(1e3)",
                "discrete(99999999999)",
                "tuple(3)",
                "multi-discrete[]",
                "multi-discrete[3, ]",
                "multi-discrete[3, 0]",
                "multi-discrete[16777216, 1]",
                "multi-binary(x)",
                "box(shape=[2])",
                "box(shape=[], low=x, high=1)",
                "box(shape=[2], low=1, high=0)",
                "box(shape=[2], low=NaN, high=1)",
                "box(shape=[2], low=[0], high=1)",
                "box(shape=[0], low=0, high=1)",
                "box(shape=[-2], low=0, high=1)",
                "box(shape=[100000, 100000], low=0, high=1)",
                "box(shape=[65536, 65536], low=0, high=1)",
                "box(shape=[50000000], low=0, high=1)",
            })
    void aTextThatIsNoSpaceIsRefused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Space.parse(text));
    }

    @Test
    void aRefusalSaysHowToWriteOne() {
        assertThatThrownBy(() -> Space.parse("disc(4)"))
                .hasMessage("\"disc(4)\" is not a space. Maybe write discrete(4), multi-discrete[3, 2], multi-binary(5)"
                        + " or box(shape=[2], low=-1.0, high=1.0).");
        assertThatThrownBy(() -> Space.parse("x".repeat(10_000))).message().hasSizeLessThan(300);
    }

    @Test
    void sizesAreOfRowsNetworkInputsAndMasks() {
        Object[][] expected = {
            {new Discrete(4), 1, 4, 4},
            {new MultiDiscrete(3, 2), 2, 5, 5},
            {new MultiBinary(5), 5, 5, 10},
            {Box.uniform(0, 1, 2, 3), 6, 6, 0},
        };
        for (Object[] row : expected) {
            Space space = (Space) row[0];
            assertThat(new Object[] {space, space.size(), space.encodedSize(), space.choices()})
                    .containsExactly(row);
        }
    }

    @Test
    void discreteValuesAreEncodedOneHot() {
        float[] into = new float[7];
        Arrays.fill(into, 9);
        new Discrete(4).encode(new float[] {0, 2}, 1, into, 2);
        assertThat(into).containsExactly(9, 9, 0, 0, 1, 0, 9);
        new MultiDiscrete(3, 2).encode(new float[] {2, 0}, 0, into, 1);
        assertThat(into).containsExactly(9, 0, 0, 1, 1, 0, 9);
        new MultiBinary(2).encode(new float[] {1, 0}, 0, into, 5);
        assertThat(into).containsExactly(9, 0, 0, 1, 1, 1, 0);
        Box.unbounded(2).encode(new float[] {-3, 0.5f}, 0, into, 0);
        assertThat(into).containsExactly(-3, 0.5f, 0, 1, 1, 1, 0);
    }

    @Test
    void boundsAreInclusiveAndWholeNumbersWhole() {
        Box box = Box.of(new float[] {-1, 0}, new float[] {1, INFINITE});
        assertThat(box.contains(new float[] {-1, 0}, 0)).isTrue();
        assertThat(box.contains(new float[] {1, Float.MAX_VALUE}, 0)).isTrue();
        assertThat(box.violation(new float[] {1, Math.nextDown(0f)}, 0))
                .isEqualTo("component 1 is -1.4E-45, outside 0.0 to Infinity");
        Discrete three = new Discrete(3);
        assertThat(three.contains(new float[] {2}, 0)).isTrue();
        assertThat(three.violation(new float[] {3}, 0)).isEqualTo("component 0 is 3.0, not a whole number from 0 to 2");
        assertThat(three.contains(new float[] {0.5f}, 0)).isFalse();
        assertThat(three.contains(new float[] {-1}, 0)).isFalse();
        assertThat(new MultiBinary(2).violation(new float[] {1, 0.5f}, 0))
                .isEqualTo("component 1 is 0.5, neither 0 nor 1");
    }

    @Test
    void samplesSpreadAsDocumented() {
        RandomStream random = new RandomStream(3);
        Box box = Box.of(new float[] {-2, 1, -INFINITE, -INFINITE}, new float[] {4, INFINITE, 1, INFINITE});
        double[] sums = new double[4];
        double[] squares = new double[4];
        float[] row = new float[4];
        int many = 50_000;
        for (int i = 0; i < many; i++) {
            box.sample(random, row, 0);
            for (int k = 0; k < 4; k++) {
                sums[k] += row[k];
                squares[k] += row[k] * row[k];
            }
        }
        // Uniform from -2 to 4; exponential up from 1; exponential down from 1; standard normal.
        double[] means = {1, 2, 0, 0};
        double[] variances = {3, 1, 1, 1};
        for (int k = 0; k < 4; k++) {
            double mean = sums[k] / many;
            assertThat(mean).isCloseTo(means[k], within(0.05));
            assertThat(squares[k] / many - mean * mean).isCloseTo(variances[k], within(0.1));
        }
    }

    @Test
    void aBoxKeepsCopies() {
        int[] shape = {2};
        float[] low = {0, 0};
        float[] high = {1, 1};
        Box box = new Box(shape, low, high);
        shape[0] = 7;
        low[0] = -5;
        high[1] = 5;
        box.shape()[0] = 9;
        assertThat(box).isEqualTo(Box.uniform(0, 1, 2));
        assertThat(box).isNotEqualTo(Box.uniform(0, 1, 1, 2));
    }

    @Test
    void impossibleSpacesAreRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Discrete(0)).withMessageContaining("n (0)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new MultiBinary(0))
                .withMessageContaining("n (0)");
        assertThatIllegalArgumentException().isThrownBy(MultiDiscrete::new).withMessageContaining("at least one");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Box.of(new float[] {1}, new float[] {0}))
                .withMessage("low[0] (1.0) must not exceed high[0] (0.0).");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Box(new int[] {2}, new float[2], new float[3]))
                .withMessageContaining("high (3 values)");
    }
}
