package io.espalier.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InitializerTest {
    /** W [rows, columns]: the shorter side's vectors are orthogonal and of length gain. */
    @ParameterizedTest
    @CsvSource({"64, 64, 1", "4, 64, 1.4142135623730951", "64, 2, 0.01", "1, 5, 1", "130, 70, 2"})
    void orthogonalMatricesAreOrthogonal(int rows, int columns, double gain) {
        float[] w = new float[rows * columns + 3];
        Initializer.orthogonal(gain).fill(new SplittableRandom(1), w, 3, rows, columns, columns);
        int count = Math.min(rows, columns);
        int length = Math.max(rows, columns);
        for (int a = 0; a < count; a++) {
            for (int b = 0; b <= a; b++) {
                double dot = 0;
                for (int i = 0; i < length; i++) {
                    dot += columns <= rows
                            ? (double) w[3 + i * columns + a] * w[3 + i * columns + b]
                            : (double) w[3 + a * columns + i] * w[3 + b * columns + i];
                }
                assertThat(dot / (gain * gain)).isCloseTo(a == b ? 1 : 0, within(1e-6));
            }
        }
    }

    @Test
    void biasesStartAtZeroExceptPyTorchs() {
        Network network = new Network(NetworkSpec.parse("dense(400, init=he-normal) > dense(300)"), new int[] {9}, 1);
        network.initialize(new SplittableRandom(2));
        float[] p = network.parameters();
        Network.Tensor first = network.tensors().get(1);
        for (int i = 0; i < first.size(); i++) {
            assertThat(p[first.offset() + i]).isZero();
        }
        Network.Tensor second = network.tensors().get(3);
        float largest = 0;
        for (int i = 0; i < second.size(); i++) {
            largest = Math.max(largest, Math.abs(p[second.offset() + i]));
        }
        assertThat(largest).isBetween(0.048f, 0.05f); // ±√(1/400)
    }

    @Test
    void layersOfTheirOwnStart() {
        Network network = new Network(
                NetworkSpec.parse("layer-norm > heads(a: constant(2, value=-0.5), b: dense(1, init=constant(3)))"),
                new int[] {2},
                1);
        network.initialize(new SplittableRandom(3));
        assertThat(network.parameters()).containsExactly(1, 1, 0, 0, -0.5f, -0.5f, 3, 3, 0);
    }

    @Test
    void theSameSeedGivesTheSameParameters() {
        NetworkSpec fits = NetworkSpec.parse("dense(5, init=orthogonal(1)) > tanh > dense(3)");
        Network a = new Network(fits, new int[] {4}, 1);
        Network b = new Network(fits, new int[] {4}, 7);
        a.initialize(new SplittableRandom(8));
        b.initialize(new SplittableRandom(8));
        Weights weights = Weights.copyOf(3, a.parameters());
        assertThat(weights).isEqualTo(Weights.copyOf(3, b.parameters()));
        assertThat(weights.digest())
                .hasSize(64)
                .isEqualTo(Weights.copyOf(4, b.parameters()).digest());
        b.parameters()[0] = -b.parameters()[0];
        assertThat(weights.digest())
                .isNotEqualTo(Weights.copyOf(3, b.parameters()).digest());
        weights.copyInto(b.parameters());
        assertThat(b.parameters()).containsExactly(a.parameters());
        assertThat(weights.finite()).isTrue();
    }

    /** SHA-256 of the bytes 00 00 80 3f 00 00 00 80, that is 1 and -0 in little-endian order. */
    @Test
    void theDigestIsOverLittleEndianFloats() throws java.security.NoSuchAlgorithmException {
        byte[] bytes = {0, 0, (byte) 0x80, 0x3f, 0, 0, 0, (byte) 0x80};
        String expected = java.util.HexFormat.of()
                .formatHex(java.security.MessageDigest.getInstance("SHA-256").digest(bytes));
        assertThat(Weights.copyOf(0, new float[] {1, -0f}).digest()).isEqualTo(expected);
    }
}
