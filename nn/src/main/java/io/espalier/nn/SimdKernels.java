package io.espalier.nn;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.jspecify.annotations.Nullable;

/**
 * The kernels on the Vector API (jdk.incubator.vector).
 *
 * <p>They are spread over the files named Simd, which are compiled apart from the rest and never named by it. The width
 * is what the processor likes best, or the 128, 256 or 512 bits of the system property {@code espalier.vector.bits}; it
 * changes the speed only.
 *
 * <p>Two rules keep every vector in a register, where a slip would allocate an object for each. First, float vectors of
 * this one width only: the compiler goes by the types it has seen in the Vector API's own methods, and boxes the vectors
 * of the larger kernels once it has seen a second one, wherever in the JVM. Second, in a method of many vector operations
 * own small methods are no longer inlined at some point (8000 bytecodes, DesiredMethodLimit), while the Vector API's
 * always are. So own methods are called early or not at all.
 */
final class SimdKernels extends Kernels {
    static final VectorSpecies<Float> SPECIES = species();

    /** For what is left over after the last whole vector, and where vectors are no faster. */
    private final PortableKernels plain = new PortableKernels();

    SimdKernels() {
        if (FloatVector.SPECIES_PREFERRED.length() < 4) {
            throw new IllegalStateException("This processor has no vectors of 128 bits or more.");
        }
    }

    private static VectorSpecies<Float> species() {
        int bits = Integer.getInteger("espalier.vector.bits", FloatVector.SPECIES_PREFERRED.vectorBitSize());
        return bits <= 128 ? FloatVector.SPECIES_128 : bits <= 256 ? FloatVector.SPECIES_256 : FloatVector.SPECIES_512;
    }

    @Override
    String name() {
        return "simd " + SPECIES.vectorBitSize();
    }

    @Override
    long multiplyAdds(int rounds, float[] x) {
        return SimdVectors.multiplyAdds(rounds, x);
    }

    @Override
    void gemm(
            int m,
            int n,
            int k,
            float[] a,
            int aAt,
            int aRow,
            int aCol,
            float[] b,
            int bAt,
            int bRow,
            float @Nullable [] bias,
            int biasAt,
            float[] c,
            int cAt,
            int cRow) {
        SimdGemm.gemm(m, n, k, a, aAt, aRow, aCol, b, bAt, bRow, bias, biasAt, c, cAt, cRow);
    }

    @Override
    void transpose(int rows, int cols, float[] from, int fromAt, float[] to, int toAt) {
        if (SimdTranspose.suits(rows, cols)) {
            SimdTranspose.transpose(rows, cols, from, fromAt, to, toAt);
        } else {
            plain.transpose(rows, cols, from, fromAt, to, toAt);
        }
    }

    @Override
    void columnSums(int rows, int cols, float[] from, int at, float[] to, int toAt) {
        SimdVectors.columnSums(rows, cols, from, at, to, toAt);
    }

    @Override
    int nonZeros(int rows, int cols, float[] a, int aAt, int aRow, int[] starts, int[] columns, int limit) {
        return SimdSparse.nonZeros(rows, cols, a, aAt, aRow, starts, columns, limit);
    }

    @Override
    void sparseGemm(
            int m,
            int n,
            int k,
            float[] a,
            int aAt,
            int aRow,
            int[] starts,
            int[] columns,
            float[] b,
            int bAt,
            int bRow,
            float @Nullable [] bias,
            int biasAt,
            float[] c,
            int cAt,
            int cRow) {
        SimdSparse.gemm(m, n, k, a, aAt, aRow, starts, columns, b, bAt, bRow, bias, biasAt, c, cAt, cRow);
    }

    @Override
    void sparseGradient(
            int rows,
            int n,
            int cols,
            float[] a,
            int aAt,
            int aRow,
            int[] starts,
            int[] columns,
            float[] b,
            int bAt,
            int bRow,
            float[] c,
            int cAt) {
        SimdSparse.gradient(rows, n, cols, a, aAt, aRow, starts, columns, b, bAt, bRow, c, cAt);
    }

    @Override
    void exp(float[] x, int at, float[] y, int yAt, int n) {
        SimdMath.exp(x, at, y, yAt, n);
    }

    @Override
    void log(float[] x, int at, float[] y, int yAt, int n) {
        SimdMath.log(x, at, y, yAt, n);
    }

    @Override
    void sin(float[] x, int at, float[] y, int yAt, int n) {
        SimdMath.sin(x, at, y, yAt, n);
    }

    @Override
    void cos(float[] x, int at, float[] y, int yAt, int n) {
        SimdMath.cos(x, at, y, yAt, n);
    }

    @Override
    void erf(float[] x, int at, float[] y, int yAt, int n) {
        SimdMath.erf(x, at, y, yAt, n);
    }

    @Override
    void tanh(float[] x, int at, float[] y, int yAt, int n) {
        SimdMath.tanh(x, at, y, yAt, n);
    }

    @Override
    void tanhBackward(float[] y, int yAt, float[] dy, int dyAt, float[] dx, int dxAt, int n) {
        SimdVectors.tanhBackward(y, yAt, dy, dyAt, dx, dxAt, n);
    }

    @Override
    void tanhBackwardSums(int rows, int cols, float[] y, float[] dy, float[] sums, int sumsAt) {
        if (cols % SPECIES.length() == 0) {
            SimdSlopes.tanh(rows, cols, y, dy, sums, sumsAt);
        } else {
            super.tanhBackwardSums(rows, cols, y, dy, sums, sumsAt);
        }
    }

    @Override
    void reluBackwardSums(int rows, int cols, float[] y, float[] dy, float[] sums, int sumsAt) {
        if (cols % SPECIES.length() == 0) {
            SimdSlopes.relu(rows, cols, y, dy, sums, sumsAt);
        } else {
            super.reluBackwardSums(rows, cols, y, dy, sums, sumsAt);
        }
    }

    @Override
    void relu(float[] x, int at, float[] y, int yAt, int n) {
        SimdVectors.relu(x, at, y, yAt, n);
    }

    @Override
    void reluBackward(float[] y, int yAt, float[] dy, int dyAt, float[] dx, int dxAt, int n) {
        SimdVectors.reluBackward(y, yAt, dy, dyAt, dx, dxAt, n);
    }

    @Override
    void sigmoid(float[] x, int at, float[] y, int yAt, int n) {
        SimdMath.sigmoid(x, at, y, yAt, n);
    }

    @Override
    void sigmoidBackward(float[] y, int yAt, float[] dy, int dyAt, float[] dx, int dxAt, int n) {
        SimdVectors.sigmoidBackward(y, yAt, dy, dyAt, dx, dxAt, n);
    }

    @Override
    void gelu(float[] x, int at, float[] y, int yAt, int n) {
        SimdMath.gelu(x, at, y, yAt, n);
    }

    @Override
    void geluBackward(float[] x, int at, float[] dy, int dyAt, float[] dx, int dxAt, int n) {
        SimdMath.geluBackward(x, at, dy, dyAt, dx, dxAt, n);
    }

    @Override
    void softplus(float[] x, int at, float[] y, int yAt, int n) {
        SimdMath.softplus(x, at, y, yAt, n);
    }

    @Override
    void softplusBackward(float[] x, int at, float[] dy, int dyAt, float[] dx, int dxAt, int n) {
        SimdMath.softplusBackward(x, at, dy, dyAt, dx, dxAt, n);
    }

    @Override
    void add(float[] x, int at, float[] y, int yAt, int n) {
        SimdVectors.add(x, at, y, yAt, n);
    }

    @Override
    void axpy(float alpha, float[] x, int at, float[] y, int yAt, int n) {
        SimdVectors.axpy(alpha, x, at, y, yAt, n);
    }

    @Override
    void scale(float alpha, float[] x, int at, int n) {
        SimdVectors.scale(alpha, x, at, n);
    }

    @Override
    double squaredNorm(float[] x, int from, int to) {
        return SimdVectors.squaredNorm(x, from, to);
    }

    @Override
    boolean anyNonFinite(float[] x, int from, int to) {
        return SimdVectors.anyNonFinite(x, from, to);
    }

    @Override
    void sgd(
            float[] parameters,
            float[] gradients,
            float @Nullable [] velocity,
            int from,
            int to,
            float scale,
            float weightDecay,
            float momentum,
            boolean nesterov,
            float learningRate) {
        int rest = SimdOptimizers.sgd(
                parameters, gradients, velocity, from, to, scale, weightDecay, momentum, nesterov, learningRate);
        if (rest < to) {
            plain.sgd(parameters, gradients, velocity, rest, to, scale, weightDecay, momentum, nesterov, learningRate);
        }
    }

    @Override
    void rmsProp(
            float[] parameters,
            float[] gradients,
            float[] squares,
            float @Nullable [] mean,
            float @Nullable [] velocity,
            int from,
            int to,
            float scale,
            float rho,
            float rate,
            float epsilon,
            float momentum,
            float learningRate) {
        int rest = SimdOptimizers.rmsProp(
                parameters,
                gradients,
                squares,
                mean,
                velocity,
                from,
                to,
                scale,
                rho,
                rate,
                epsilon,
                momentum,
                learningRate);
        if (rest < to) {
            plain.rmsProp(
                    parameters,
                    gradients,
                    squares,
                    mean,
                    velocity,
                    rest,
                    to,
                    scale,
                    rho,
                    rate,
                    epsilon,
                    momentum,
                    learningRate);
        }
    }

    @Override
    void adam(
            float[] parameters,
            float[] gradients,
            float[] m,
            float[] v,
            int from,
            int to,
            float scale,
            float rate1,
            float beta2,
            float rate2,
            float epsilon,
            float rootCorrection,
            float stepSize,
            float keep) {
        int rest = SimdOptimizers.adam(
                parameters,
                gradients,
                m,
                v,
                from,
                to,
                scale,
                rate1,
                beta2,
                rate2,
                epsilon,
                rootCorrection,
                stepSize,
                keep);
        if (rest < to) {
            plain.adam(
                    parameters,
                    gradients,
                    m,
                    v,
                    rest,
                    to,
                    scale,
                    rate1,
                    beta2,
                    rate2,
                    epsilon,
                    rootCorrection,
                    stepSize,
                    keep);
        }
    }
}
