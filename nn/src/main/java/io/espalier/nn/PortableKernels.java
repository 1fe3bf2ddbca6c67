package io.espalier.nn;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The kernels in plain loops: the definition of every result, and what runs where there is no Vector API. */
final class PortableKernels extends Kernels {
    private static final int LANES = 64;
    private static final int BLOCK = 1024;

    @Override
    String name() {
        return "portable";
    }

    @Override
    long multiplyAdds(int rounds, float[] x) {
        float a = x[0];
        float b = x[1];
        float c0 = x[2];
        float c1 = x[3];
        float c2 = x[4];
        float c3 = x[5];
        float c4 = x[6];
        float c5 = x[7];
        float c6 = x[8];
        float c7 = x[9];
        for (int i = 0; i < rounds; i++) {
            c0 = Math.fma(a, b, c0);
            c1 = Math.fma(a, b, c1);
            c2 = Math.fma(a, b, c2);
            c3 = Math.fma(a, b, c3);
            c4 = Math.fma(a, b, c4);
            c5 = Math.fma(a, b, c5);
            c6 = Math.fma(a, b, c6);
            c7 = Math.fma(a, b, c7);
        }
        x[63] = c0 + c1 + c2 + c3 + c4 + c5 + c6 + c7;
        return 16L * rounds;
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
        for (int i = 0; i < m; i++) {
            int row = cAt + i * cRow;
            start(bias, biasAt, c, row, n);
            for (int p = 0; p < k; p++) {
                axpy(a[aAt + i * aRow + p * aCol], b, bAt + p * bRow, c, row, n);
            }
        }
    }

    private static void start(float @Nullable [] bias, int biasAt, float[] c, int row, int n) {
        if (bias == null) {
            Arrays.fill(c, row, row + n, 0f);
        } else {
            System.arraycopy(bias, biasAt, c, row, n);
        }
    }

    @Override
    void transpose(int rows, int cols, float[] from, int fromAt, float[] to, int toAt) {
        // Eight rows at once; what is read is indexed as in a counted loop, so that range checks move out of it.
        int i = 0;
        for (; i <= rows - 8; i += 8) {
            eightRows(rows, cols, from, fromAt + i * cols, to, toAt + i);
        }
        for (; i < rows; i++) {
            for (int j = 0; j < cols; j++) {
                to[toAt + j * rows + i] = from[fromAt + i * cols + j];
            }
        }
    }

    private static void eightRows(int rows, int cols, float[] from, int at, float[] to, int toAt) {
        int f1 = at + cols;
        int f2 = f1 + cols;
        int f3 = f2 + cols;
        int f4 = f3 + cols;
        int f5 = f4 + cols;
        int f6 = f5 + cols;
        int f7 = f6 + cols;
        int t = toAt;
        for (int j = 0; j < cols; j++) {
            to[t] = from[at + j];
            to[t + 1] = from[f1 + j];
            to[t + 2] = from[f2 + j];
            to[t + 3] = from[f3 + j];
            to[t + 4] = from[f4 + j];
            to[t + 5] = from[f5 + j];
            to[t + 6] = from[f6 + j];
            to[t + 7] = from[f7 + j];
            t += rows;
        }
    }

    @Override
    void columnSums(int rows, int cols, float[] from, int at, float[] to, int toAt) {
        Arrays.fill(to, toAt, toAt + cols, 0f);
        for (int i = 0; i < rows; i++) {
            add(from, at + i * cols, to, toAt, cols);
        }
    }

    @Override
    int nonZeros(int rows, int cols, float[] a, int aAt, int aRow, int[] starts, int[] columns, int limit) {
        int count = 0;
        for (int i = 0; i < rows; i++) {
            starts[i] = count;
            for (int p = 0; p < cols; p++) {
                columns[count] = p;
                int size = Float.floatToRawIntBits(a[aAt + i * aRow + p]) << 1;
                count += (size | -size) >>> 31;
            }
            if (count > limit) {
                return -1;
            }
        }
        starts[rows] = count;
        return count;
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
        for (int i = 0; i < m; i++) {
            int row = cAt + i * cRow;
            start(bias, biasAt, c, row, n);
            for (int e = starts[i]; e < starts[i + 1]; e++) {
                int p = columns[e];
                axpy(a[aAt + i * aRow + p], b, bAt + p * bRow, c, row, n);
            }
            settleZeros(n, k, a, aAt + i * aRow, 1, b, bAt, bRow, bias, biasAt, c, row);
        }
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
        Arrays.fill(c, cAt, cAt + cols * n, 0f);
        for (int i = 0; i < rows; i++) {
            for (int e = starts[i]; e < starts[i + 1]; e++) {
                int p = columns[e];
                axpy(a[aAt + i * aRow + p], b, bAt + i * bRow, c, cAt + p * n, n);
            }
        }
        for (int p = 0; p < cols; p++) {
            settleZeros(n, rows, a, aAt + p, aRow, b, bAt, bRow, null, 0, c, cAt + p * n);
        }
    }

    /**
     * Gives zeros of a row of C the sign that the dense product has. A skipped term is +0 or -0 and changes only a sum
     * that is -0, possibly to +0. So only an end result of -0 can differ; it is computed again in full.
     *
     * @param aAt where the row of A starts whose element p is at {@code aAt + p * aCol}
     * @param cAt where the row of C starts
     */
    static void settleZeros(
            int n,
            int k,
            float[] a,
            int aAt,
            int aCol,
            float[] b,
            int bAt,
            int bRow,
            float @Nullable [] bias,
            int biasAt,
            float[] c,
            int cAt) {
        for (int j = 0; j < n; j++) {
            if (Float.floatToRawIntBits(c[cAt + j]) == Integer.MIN_VALUE) {
                float sum = bias == null ? 0 : bias[biasAt + j];
                for (int p = 0; p < k; p++) {
                    sum = Math.fma(a[aAt + p * aCol], b[bAt + p * bRow + j], sum);
                }
                c[cAt + j] = sum;
            }
        }
    }

    @Override
    void exp(float[] x, int at, float[] y, int yAt, int n) {
        for (int i = 0; i < n; i++) {
            y[yAt + i] = FloatMath.exp(x[at + i]);
        }
    }

    @Override
    void log(float[] x, int at, float[] y, int yAt, int n) {
        for (int i = 0; i < n; i++) {
            y[yAt + i] = FloatMath.log(x[at + i]);
        }
    }

    @Override
    void sin(float[] x, int at, float[] y, int yAt, int n) {
        for (int i = 0; i < n; i++) {
            y[yAt + i] = FloatMath.sin(x[at + i]);
        }
    }

    @Override
    void cos(float[] x, int at, float[] y, int yAt, int n) {
        for (int i = 0; i < n; i++) {
            y[yAt + i] = FloatMath.cos(x[at + i]);
        }
    }

    @Override
    void erf(float[] x, int at, float[] y, int yAt, int n) {
        for (int i = 0; i < n; i++) {
            y[yAt + i] = FloatMath.erf(x[at + i]);
        }
    }

    @Override
    void tanh(float[] x, int at, float[] y, int yAt, int n) {
        for (int i = 0; i < n; i++) {
            y[yAt + i] = FloatMath.tanh(x[at + i]);
        }
    }

    @Override
    void tanhBackward(float[] y, int yAt, float[] dy, int dyAt, float[] dx, int dxAt, int n) {
        for (int i = 0; i < n; i++) {
            float v = y[yAt + i];
            dx[dxAt + i] = dy[dyAt + i] * Math.fma(-v, v, 1f);
        }
    }

    @Override
    void relu(float[] x, int at, float[] y, int yAt, int n) {
        for (int i = 0; i < n; i++) {
            float v = x[at + i];
            y[yAt + i] = v <= 0 ? 0 : v;
        }
    }

    @Override
    void reluBackward(float[] y, int yAt, float[] dy, int dyAt, float[] dx, int dxAt, int n) {
        for (int i = 0; i < n; i++) {
            dx[dxAt + i] = y[yAt + i] <= 0 ? 0 : dy[dyAt + i];
        }
    }

    @Override
    void sigmoid(float[] x, int at, float[] y, int yAt, int n) {
        for (int i = 0; i < n; i++) {
            y[yAt + i] = FloatMath.sigmoid(x[at + i]);
        }
    }

    @Override
    void sigmoidBackward(float[] y, int yAt, float[] dy, int dyAt, float[] dx, int dxAt, int n) {
        for (int i = 0; i < n; i++) {
            float v = y[yAt + i];
            dx[dxAt + i] = dy[dyAt + i] * Math.fma(-v, v, v);
        }
    }

    @Override
    void gelu(float[] x, int at, float[] y, int yAt, int n) {
        for (int i = 0; i < n; i++) {
            y[yAt + i] = FloatMath.gelu(x[at + i]);
        }
    }

    @Override
    void geluBackward(float[] x, int at, float[] dy, int dyAt, float[] dx, int dxAt, int n) {
        for (int i = 0; i < n; i++) {
            dx[dxAt + i] = dy[dyAt + i] * FloatMath.geluDerivative(x[at + i]);
        }
    }

    @Override
    void softplus(float[] x, int at, float[] y, int yAt, int n) {
        for (int i = 0; i < n; i++) {
            y[yAt + i] = FloatMath.softplus(x[at + i]);
        }
    }

    @Override
    void softplusBackward(float[] x, int at, float[] dy, int dyAt, float[] dx, int dxAt, int n) {
        for (int i = 0; i < n; i++) {
            dx[dxAt + i] = dy[dyAt + i] * FloatMath.sigmoid(x[at + i]);
        }
    }

    @Override
    void add(float[] x, int at, float[] y, int yAt, int n) {
        for (int i = 0; i < n; i++) {
            y[yAt + i] += x[at + i];
        }
    }

    @Override
    void axpy(float alpha, float[] x, int at, float[] y, int yAt, int n) {
        for (int i = 0; i < n; i++) {
            y[yAt + i] = Math.fma(alpha, x[at + i], y[yAt + i]);
        }
    }

    @Override
    void scale(float alpha, float[] x, int at, int n) {
        for (int i = 0; i < n; i++) {
            x[at + i] *= alpha;
        }
    }

    @Override
    double squaredNorm(float[] x, int from, int to) {
        double sum = 0;
        for (int at = from; at < to; at += BLOCK) {
            sum += blockNorm(x, at, Math.min(BLOCK, to - at));
        }
        return sum;
    }

    /** The sum of squares of a block of n elements from {@code at}: by 64 lanes of floats, and what is left over. */
    static double blockNorm(float[] x, int at, int n) {
        int groups = n / LANES;
        double sum = 0;
        for (int lane = 0; lane < LANES / 4; lane++) {
            float s0 = 0;
            float s1 = 0;
            float s2 = 0;
            float s3 = 0;
            for (int g = 0, i = at + lane; g < groups; g++, i += LANES) {
                s0 = Math.fma(x[i], x[i], s0);
                s1 = Math.fma(x[i + 16], x[i + 16], s1);
                s2 = Math.fma(x[i + 32], x[i + 32], s2);
                s3 = Math.fma(x[i + 48], x[i + 48], s3);
            }
            sum += (s0 + s1) + (s2 + s3);
        }
        return restNorm(x, at, n, sum);
    }

    /**
     * Completes the sum of squares of a block: adds the elements that fill no lanes, and takes doubles where floats have
     * overflowed.
     *
     * @param sum of the lanes
     */
    static double restNorm(float[] x, int at, int n, double sum) {
        boolean overflown = !(sum < Float.MAX_VALUE);
        double total = overflown ? 0 : sum;
        for (int i = overflown ? at : at + n / LANES * LANES; i < at + n; i++) {
            total += (double) x[i] * x[i];
        }
        return total;
    }

    @Override
    boolean anyNonFinite(float[] x, int from, int to) {
        float zero = 0;
        for (int i = from; i < to; i++) {
            zero = Math.fma(x[i], 0f, zero);
        }
        return zero != 0;
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
        for (int i = from; i < to; i++) {
            float parameter = parameters[i];
            float g = Math.fma(weightDecay, parameter, scale * gradients[i]);
            if (velocity != null) {
                float v = Math.fma(momentum, velocity[i], g);
                velocity[i] = v;
                g = nesterov ? Math.fma(momentum, v, g) : v;
            }
            parameters[i] = Math.fma(-learningRate, g, parameter);
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
        for (int i = from; i < to; i++) {
            float g = scale * gradients[i];
            float s = Math.fma(rate * g, g, rho * squares[i]);
            squares[i] = s;
            if (mean != null) {
                float m = Math.fma(rate, g - mean[i], mean[i]);
                mean[i] = m;
                s = Math.fma(-m, m, s);
                s = s < 0 ? 0 : s;
            }
            float u = g / ((float) Math.sqrt(s) + epsilon);
            if (velocity != null) {
                u = Math.fma(momentum, velocity[i], u);
                velocity[i] = u;
            }
            parameters[i] = Math.fma(-learningRate, u, parameters[i]);
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
        for (int i = from; i < to; i++) {
            float g = scale * gradients[i];
            float first = Math.fma(rate1, g - m[i], m[i]);
            float second = Math.fma(rate2 * g, g, beta2 * v[i]);
            m[i] = first;
            v[i] = second;
            float root = Math.fma((float) Math.sqrt(second), rootCorrection, epsilon);
            parameters[i] = Math.fma(-stepSize, first / root, keep * parameters[i]);
        }
    }
}
