package io.espalier.nn;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Once compiled, no kernel allocates. This is what tells when the compiler makes objects of vectors: it decides method by
 * method, and by what ran before, so all kernels run here, in one JVM and one after the other.
 */
@Tag("own-jvm")
class KernelsAllocationTest {
    private static final int N = 1000;

    private record Call(String name, Runnable kernel) {
        @Override
        public String toString() {
            return name;
        }
    }

    static List<Call> calls() {
        Kernels k = Kernels.INSTANCE;
        float[] x = new float[64 * 128];
        float[] y = new float[64 * 128];
        float[] z = new float[64 * 128];
        float[] v = new float[64 * 128];
        Arrays.fill(x, 0.5f);
        float[] sparse = new float[32 * 64];
        for (int i = 0; i < sparse.length; i += 7) {
            sparse[i] = 1;
        }
        int[] starts = new int[33];
        int[] columns = new int[32 * 64 + 64];
        k.nonZeros(32, 64, sparse, 0, 64, starts, columns, 32 * 64);
        return List.of(
                new Call("forward", () -> k.gemm(44, 100, 40, x, 0, 40, 1, y, 0, 100, v, 0, z, 0, 100)),
                new Call("wide forward", () -> k.gemm(44, 128, 64, x, 0, 64, 1, y, 0, 128, v, 0, z, 0, 128)),
                new Call("forward in pieces", () -> k.gemm(44, 64, 120, x, 0, 120, 1, y, 0, 64, v, 0, z, 0, 64)),
                new Call("wide gradient", () -> k.gemm(60, 128, 44, x, 0, 1, 60, y, 0, 128, null, 0, z, 0, 128)),
                new Call("forward of one row", () -> k.gemm(1, 100, 40, x, 0, 40, 1, y, 0, 100, null, 0, z, 0, 100)),
                new Call("forward of a head", () -> k.gemm(44, 3, 40, x, 0, 40, 1, y, 0, 3, v, 0, z, 0, 3)),
                new Call("forward of a head, one row", () -> k.gemm(1, 3, 40, x, 0, 40, 1, y, 0, 3, v, 0, z, 0, 3)),
                new Call("gradient", () -> k.gemm(40, 100, 44, x, 0, 1, 40, y, 0, 100, null, 0, z, 0, 100)),
                new Call("gradient of a head", () -> k.gemm(40, 3, 44, x, 0, 1, 40, y, 0, 3, null, 0, z, 0, 3)),
                new Call("transpose", () -> k.transpose(60, 60, x, 0, z, 0)),
                new Call("columnSums", () -> k.columnSums(60, 100, x, 0, z, 0)),
                new Call("nonZeros", () -> k.nonZeros(32, 64, sparse, 0, 64, starts, columns, 32 * 64)),
                new Call(
                        "sparseGemm",
                        () -> k.sparseGemm(32, 100, 64, sparse, 0, 64, starts, columns, x, 0, 100, null, 0, z, 0, 100)),
                new Call(
                        "sparseGradient",
                        () -> k.sparseGradient(32, 100, 64, sparse, 0, 64, starts, columns, x, 0, 100, z, 0)),
                new Call("exp", () -> k.exp(x, 0, z, 0, N)),
                new Call("log", () -> k.log(x, 0, z, 0, N)),
                new Call("sin", () -> k.sin(x, 0, z, 0, N)),
                new Call("cos", () -> k.cos(x, 0, z, 0, N)),
                new Call("erf", () -> k.erf(x, 0, z, 0, N)),
                new Call("tanh", () -> k.tanh(x, 0, z, 0, N)),
                new Call("tanhBackward", () -> k.tanhBackward(x, 0, y, 0, z, 0, N)),
                new Call("tanhBackwardSums", () -> k.tanhBackwardSums(16, 112, x, y, z, 0)),
                new Call("reluBackwardSums", () -> k.reluBackwardSums(16, 112, x, y, z, 0)),
                new Call("relu", () -> k.relu(x, 0, z, 0, N)),
                new Call("reluBackward", () -> k.reluBackward(x, 0, y, 0, z, 0, N)),
                new Call("sigmoid", () -> k.sigmoid(x, 0, z, 0, N)),
                new Call("sigmoidBackward", () -> k.sigmoidBackward(x, 0, y, 0, z, 0, N)),
                new Call("gelu", () -> k.gelu(x, 0, z, 0, N)),
                new Call("geluBackward", () -> k.geluBackward(x, 0, y, 0, z, 0, N)),
                new Call("softplus", () -> k.softplus(x, 0, z, 0, N)),
                new Call("softplusBackward", () -> k.softplusBackward(x, 0, y, 0, z, 0, N)),
                new Call("add", () -> k.add(x, 0, z, 0, N)),
                new Call("axpy", () -> k.axpy(0.5f, x, 0, z, 0, N)),
                new Call("scale", () -> k.scale(1f, x, 0, N)),
                new Call("squaredNorm", () -> k.squaredNorm(x, 0, 5 * N)),
                new Call("anyNonFinite", () -> k.anyNonFinite(x, 0, N)),
                new Call("sgd", () -> k.sgd(y, x, z, 0, N, 1f, 0.1f, 0.9f, true, 1e-9f)),
                new Call("rmsProp", () -> k.rmsProp(y, x, v, z, z, 0, N, 1f, 0.9f, 0.1f, 1e-5f, 0.9f, 1e-9f)),
                new Call("adam", () -> k.adam(y, x, z, v, 0, N, 1f, 0.1f, 0.999f, 0.001f, 1e-5f, 1f, 1e-9f, 1f)));
    }

    @ParameterizedTest
    @MethodSource("calls")
    void allocatesNothing(Call call) {
        assertThat(Allocation.ofTenCalls(call.kernel)).isZero();
    }
}
