package io.espalier.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KernelsTest {
    @Test
    void simdAndPortableKernelsHaveTheSameBits() {
        assertThat(KernelsCheck.run(1, 120)).isEqualTo(Kernels.INSTANCE.name());
    }

    /** In a JVM of its own each, because vectors of a second width would spoil the compilation of the tests to follow. */
    @ParameterizedTest
    @ValueSource(ints = {128, 256, 512})
    void theWidthOfTheVectorsDoesNotChangeABit(int bits) throws Exception {
        assumeTrue(Kernels.INSTANCE.name().startsWith("simd"), "the Vector API is not there");
        Process check = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--add-modules",
                        "jdk.incubator.vector",
                        "-Despalier.vector.bits=" + bits,
                        "-cp",
                        System.getProperty("java.class.path"),
                        KernelsCheck.class.getName(),
                        "20")
                .redirectErrorStream(true)
                .start();
        String output = new String(check.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(check.waitFor()).as(output).isZero();
        assertThat(output).contains("same bits: simd " + bits);
    }

    @Test
    void productByHand() {
        // [1 2; 3 4; 5 6] · [1 10; 100 1000] + [0.5 -0.5]
        float[] a = {1, 2, 3, 4, 5, 6};
        float[] b = {1, 10, 100, 1000};
        float[] c = new float[6];
        for (Kernels kernels : List.of(Kernels.INSTANCE, Kernels.portable())) {
            kernels.gemm(3, 2, 2, a, 0, 2, 1, b, 0, 2, new float[] {0.5f, -0.5f}, 0, c, 0, 2);
            assertThat(c).containsExactly(201.5f, 2009.5f, 403.5f, 4029.5f, 605.5f, 6049.5f);
            // Aᵀ·B with A [2, 3] = [1 2 3; 4 5 6]
            kernels.gemm(3, 2, 2, a, 0, 1, 3, b, 0, 2, null, 0, c, 0, 2);
            assertThat(c).containsExactly(401f, 4010f, 502f, 5020f, 603f, 6030f);
        }
    }

    @Test
    void productsAreFusedAndInOrder() {
        // 2²⁴ + 1 is lost, then -2²⁴ leaves 0; in any other order 1 would be left.
        float big = 16777216f;
        float[] a = {big, 1, -big};
        float[] ones = new float[3 * 64];
        Arrays.fill(ones, 1f);
        // (1 + 2⁻¹²)² - 1 - 2⁻¹¹ = 2⁻²⁴ only if the product is not rounded.
        float x = 1 + 0x1p-12f;
        for (int n : new int[] {1, 2, 5, 16, 33, 64}) {
            float[] c = new float[n];
            Kernels.INSTANCE.gemm(1, n, 3, a, 0, 3, 1, ones, 0, n, null, 0, c, 0, n);
            assertThat(c).containsOnly(0f);
            float[] xs = new float[n];
            float[] bias = new float[n];
            Arrays.fill(xs, x);
            Arrays.fill(bias, -1 - 0x1p-11f);
            Kernels.INSTANCE.gemm(1, n, 1, xs, 0, 1, 1, xs, 0, n, bias, 0, c, 0, n);
            assertThat(c).containsOnly(0x1p-24f);
        }
    }

    @Test
    void adamByHand() {
        // g = 0.5 · 4 = 2; m = 0 + 0.1 · 2 = 0.2; v = 0.001 · 4 = 0.004; the corrections undo both factors:
        // parameter = 1 - 0.1 / 0.1 · 0.2 / √(0.004 / 0.001) = 1 - 0.2 / 2 = 0.9
        float[] p = {1};
        float[] m = {0};
        float[] v = {0};
        float root = (float) (1 / Math.sqrt(0.001));
        Kernels.INSTANCE.adam(p, new float[] {4}, m, v, 0, 1, 0.5f, 0.1f, 0.999f, 0.001f, 0f, root, 1f, 1f);
        assertThat(m[0]).isEqualTo(0.2f);
        assertThat(v[0]).isEqualTo(0.004f);
        assertThat(p[0]).isCloseTo(0.9f, within(1e-6f));
    }

    @Test
    void sparseSumsThatVanishKeepTheSignOfTheDenseOnes() {
        // -2⁻¹⁴⁹ · 0.1 underflows to -0; the dense product goes on with + 0 · 1 = +0 and ends at +0.
        float[] a = {0.1f, 0f};
        float[] b = {-Float.MIN_VALUE, 1f};
        int[] starts = new int[2];
        int[] columns = new int[4];
        for (Kernels kernels : List.of(Kernels.INSTANCE, Kernels.portable())) {
            assertThat(kernels.nonZeros(1, 2, a, 0, 2, starts, columns, 2)).isEqualTo(1);
            float[] c = {7};
            kernels.sparseGemm(1, 1, 2, a, 0, 2, starts, columns, b, 0, 1, null, 0, c, 0, 1);
            assertThat(Float.floatToRawIntBits(c[0])).isZero();
        }
    }

    @Test
    void indicesOutsideAnArrayAreRefused() {
        for (Kernels kernels : List.of(Kernels.INSTANCE, Kernels.portable())) {
            assertThatThrownBy(() -> kernels.gemm(
                            4,
                            64,
                            64,
                            new float[255],
                            0,
                            64,
                            1,
                            new float[4096],
                            0,
                            64,
                            null,
                            0,
                            new float[256],
                            0,
                            64))
                    .isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> kernels.tanh(new float[64], 0, new float[63], 0, 64))
                    .isInstanceOf(IndexOutOfBoundsException.class);
        }
    }
}
