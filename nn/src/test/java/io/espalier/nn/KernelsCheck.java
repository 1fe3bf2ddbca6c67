package io.espalier.nn;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Runs the kernels of this JVM and the portable ones on the same random data and compares every bit of every array that
 * was passed, so that a write outside the result shows too. {@link KernelsTest} runs it in its own JVM, and in a further one for
 * each vector width.
 */
final class KernelsCheck {
    private static final int[] SIZES = {
        1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 15, 16, 17, 20, 24, 31, 32, 33, 48, 63, 64, 65, 84
    };
    private static final float[] SPECIAL = {
        0f,
        -0f,
        1f,
        -1f,
        Float.MIN_VALUE,
        -Float.MIN_VALUE,
        Float.MIN_NORMAL,
        Float.MAX_VALUE,
        -Float.MAX_VALUE,
        Float.POSITIVE_INFINITY,
        Float.NEGATIVE_INFINITY,
        Float.NaN,
        88.7f,
        89.5f,
        -87.5f,
        -103.5f,
        -105f,
        9.01f,
        9.02f,
        1e-30f,
        32768f,
        32769f,
        1e9f,
        0.7853982f,
        1.5707964f,
        3.1415927f,
        14.6f,
        -14.4f,
        3.94f,
        0.9f,
        1e-41f
    };

    private final Kernels simd = Kernels.INSTANCE;
    private final Kernels portable = Kernels.portable();
    private final SplittableRandom random;

    private KernelsCheck(long seed) {
        random = new SplittableRandom(seed);
    }

    /** Prints "same bits" and the name of the kernels if that is so. */
    public static void main(String[] rounds) {
        System.out.println("same bits: " + run(2, Integer.parseInt(rounds[0])));
    }

    /** Throws an AssertionError at the first difference; returns the name of the kernels. */
    static String run(long seed, int rounds) {
        KernelsCheck check = new KernelsCheck(seed);
        for (int i = 0; i < rounds; i++) {
            check.gemm(i);
            check.gemm(i + 1);
            check.largeGemm();
            check.sparse();
            check.matrices();
            check.functions();
            check.vectors();
            check.optimizers();
        }
        return check.simd.name();
    }

    private int size() {
        return SIZES[random.nextInt(SIZES.length)];
    }

    private int gap() {
        return random.nextInt(3) == 0 ? random.nextInt(20) : 0;
    }

    private float[] values(int size) {
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = (float) (random.nextDouble() * 4 - 2);
        }
        return values;
    }

    /** Values over all magnitudes and signs, special ones in between. */
    private float[] wild(int size) {
        float[] values = values(size);
        for (int i = 0; i < size; i++) {
            int kind = random.nextInt(8);
            if (kind == 0) {
                values[i] = SPECIAL[random.nextInt(SPECIAL.length)];
            } else if (kind == 1) {
                values[i] = Float.intBitsToFloat(random.nextInt());
            } else if (kind < 5) {
                values[i] *= 20;
            }
        }
        return values;
    }

    private static void same(String what, float[] expected, float[] actual) {
        for (int i = 0; i < expected.length; i++) {
            if (Float.floatToIntBits(expected[i]) != Float.floatToIntBits(actual[i])) {
                throw new AssertionError(what + ": element " + i + " of " + expected.length + " is " + actual[i] + " ("
                        + Integer.toHexString(Float.floatToRawIntBits(actual[i])) + "), not " + expected[i] + " ("
                        + Integer.toHexString(Float.floatToRawIntBits(expected[i])) + ")");
            }
        }
    }

    private void gemm(int round) {
        int m = round % 5 == 0 ? 1 : size() * (random.nextInt(6) == 0 ? 3 : 1);
        int n = round % 7 == 0 ? 1 + random.nextInt(6) : size() * (random.nextInt(6) == 0 ? 3 : 1);
        int k = random.nextInt(20) == 0 ? 0 : random.nextInt(8) == 0 ? 130 + size() : size();
        gemm(m, n, k);
    }

    /** Products whose panels are copied, and cut into several pieces; and such where all of B is one panel, of as many. */
    private void largeGemm() {
        gemm(30 + random.nextInt(40), 64 * (2 + random.nextInt(4)) + gap(), 30 + random.nextInt(300));
        gemm(1 + random.nextInt(12), random.nextBoolean() ? 16 : 64, 97 + random.nextInt(200));
    }

    private void gemm(int m, int n, int k) {
        int kind = random.nextInt(5);
        int aGap = gap();
        int aRow = kind < 2 ? k + aGap : kind < 4 ? 1 : 2;
        int aCol = kind < 2 ? 1 : kind < 4 ? m + aGap : 2 * m + 1;
        int bRow = n + gap();
        int cRow = n + gap();
        int aAt = gap();
        int bAt = gap();
        int cAt = gap();
        int biasAt = gap();
        float[] a = values(aAt + Math.max(0, (m - 1) * aRow) + Math.max(0, (k - 1) * aCol) + 1);
        float[] b = values(bAt + Math.max(0, k - 1) * bRow + n);
        float[] bias = random.nextBoolean() ? null : values(biasAt + n);
        float[] expected = values(cAt + (m - 1) * cRow + n + gap());
        float[] actual = expected.clone();
        portable.gemm(m, n, k, a, aAt, aRow, aCol, b, bAt, bRow, bias, biasAt, expected, cAt, cRow);
        simd.gemm(m, n, k, a, aAt, aRow, aCol, b, bAt, bRow, bias, biasAt, actual, cAt, cRow);
        same("gemm " + m + " x " + n + " x " + k + ", A by " + aRow + ", " + aCol, expected, actual);
    }

    private void sparse() {
        int rows = size();
        int cols = size() * 2;
        int n = size();
        int aRow = cols + gap();
        int aAt = gap();
        int bAt = gap();
        int bRow = n + gap();
        int cRow = n + gap();
        float[] a = values(aAt + rows * aRow);
        double density = random.nextDouble() * 0.4;
        boolean binary = random.nextBoolean();
        for (int i = 0; i < a.length; i++) {
            a[i] = random.nextDouble() < density ? (binary ? 1f : a[i]) : random.nextInt(9) == 0 ? -0f : 0f;
        }
        boolean vanishing = random.nextInt(3) == 0;
        float[] w = vanishing ? vanishing(bAt + cols * bRow) : values(bAt + cols * bRow);
        float[] bias = random.nextBoolean() ? null : vanishing ? vanishing(n) : values(n);
        int[] starts = new int[rows + 1];
        int[] columns = new int[rows * cols + cols];
        int[] starts2 = new int[rows + 1];
        int[] columns2 = new int[rows * cols + cols];
        int count = portable.nonZeros(rows, cols, a, aAt, aRow, starts, columns, rows * cols);
        int count2 = simd.nonZeros(rows, cols, a, aAt, aRow, starts2, columns2, rows * cols);
        if (count != count2
                || !Arrays.equals(starts, starts2)
                || !Arrays.equals(columns, 0, count, columns2, 0, count)) {
            throw new AssertionError("nonZeros " + rows + " x " + cols + ": " + count2 + ", not " + count);
        }
        int limit = count / 2;
        if (count > 0
                && (portable.nonZeros(rows, cols, a, aAt, aRow, starts2, columns2, limit) != -1
                        || simd.nonZeros(rows, cols, a, aAt, aRow, starts2, columns2, limit) != -1)) {
            throw new AssertionError("nonZeros went past its limit " + limit + " of " + count);
        }

        float[] expected = values(rows * cRow);
        float[] actual = expected.clone();
        portable.gemm(rows, n, cols, a, aAt, aRow, 1, w, bAt, bRow, bias, 0, expected, 0, cRow);
        float[] other = actual.clone();
        portable.sparseGemm(rows, n, cols, a, aAt, aRow, starts, columns, w, bAt, bRow, bias, 0, other, 0, cRow);
        same("portable sparseGemm " + rows + " x " + n + " x " + cols, expected, other);
        simd.sparseGemm(rows, n, cols, a, aAt, aRow, starts, columns, w, bAt, bRow, bias, 0, actual, 0, cRow);
        same("sparseGemm " + rows + " x " + n + " x " + cols, expected, actual);

        float[] dy = vanishing ? vanishing(bAt + rows * bRow) : values(bAt + rows * bRow);
        float[] expectedW = values(cols * n);
        float[] actualW = expectedW.clone();
        float[] otherW = expectedW.clone();
        portable.gemm(cols, n, rows, a, aAt, 1, aRow, dy, bAt, bRow, null, 0, expectedW, 0, n);
        portable.sparseGradient(rows, n, cols, a, aAt, aRow, starts, columns, dy, bAt, bRow, otherW, 0);
        same("portable sparseGradient", expectedW, otherW);
        simd.sparseGradient(rows, n, cols, a, aAt, aRow, starts, columns, dy, bAt, bRow, actualW, 0);
        same("sparseGradient", expectedW, actualW);
    }

    /** Zeros of both signs and values whose products underflow to them. */
    private float[] vanishing(int size) {
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            int kind = random.nextInt(4);
            values[i] = kind == 0 ? 0f : kind == 1 ? -0f : kind == 2 ? -Float.MIN_VALUE : Float.MIN_VALUE;
        }
        return values;
    }

    private void matrices() {
        int rows = size();
        int cols = size();
        int at = gap();
        int toAt = gap();
        float[] from = values(at + rows * cols);
        float[] expected = values(toAt + rows * cols + 3);
        float[] actual = expected.clone();
        portable.transpose(rows, cols, from, at, expected, toAt);
        simd.transpose(rows, cols, from, at, actual, toAt);
        same("transpose " + rows + " x " + cols, expected, actual);
        portable.columnSums(rows, cols, from, at, expected, toAt);
        simd.columnSums(rows, cols, from, at, actual, toAt);
        same("columnSums " + rows + " x " + cols, expected, actual);
        sums("tanhBackwardSums", rows, cols, Kernels::tanhBackward, Kernels::tanhBackwardSums);
        sums("reluBackwardSums", rows, cols, Kernels::reluBackward, Kernels::reluBackwardSums);
    }

    private interface BackwardSums {
        void apply(Kernels kernels, int rows, int cols, float[] y, float[] dy, float[] sums, int sumsAt);
    }

    /** One pass gives the bits of the two that it stands for. */
    private void sums(String what, int rows, int cols, Backward slope, BackwardSums function) {
        int at = gap();
        float[] y = wild(rows * cols);
        float[] expected = wild(rows * cols);
        float[] actual = expected.clone();
        float[] expectedSums = values(at + cols + gap());
        float[] actualSums = expectedSums.clone();
        slope.apply(portable, y, 0, expected, 0, expected, 0, rows * cols);
        portable.columnSums(rows, cols, expected, 0, expectedSums, at);
        function.apply(simd, rows, cols, y, actual, actualSums, at);
        same(what + " " + rows + " x " + cols, expected, actual);
        same(what + ", sums of " + rows + " x " + cols, expectedSums, actualSums);
    }

    private interface Unary {
        void apply(Kernels kernels, float[] x, int at, float[] y, int yAt, int n);
    }

    private interface Backward {
        void apply(Kernels kernels, float[] y, int yAt, float[] dy, int dyAt, float[] dx, int dxAt, int n);
    }

    private void functions() {
        unary("exp", Kernels::exp);
        unary("log", Kernels::log);
        unary("sin", Kernels::sin);
        unary("cos", Kernels::cos);
        unary("erf", Kernels::erf);
        unary("tanh", Kernels::tanh);
        unary("relu", Kernels::relu);
        unary("sigmoid", Kernels::sigmoid);
        unary("gelu", Kernels::gelu);
        unary("softplus", Kernels::softplus);
        backward("tanhBackward", Kernels::tanhBackward);
        backward("reluBackward", Kernels::reluBackward);
        backward("sigmoidBackward", Kernels::sigmoidBackward);
        backward("geluBackward", Kernels::geluBackward);
        backward("softplusBackward", Kernels::softplusBackward);
    }

    private void unary(String what, Unary function) {
        int n = size();
        int at = gap();
        int yAt = gap();
        float[] x = wild(at + n + gap());
        float[] expected = values(yAt + n + gap());
        float[] actual = expected.clone();
        function.apply(portable, x, at, expected, yAt, n);
        function.apply(simd, x, at, actual, yAt, n);
        same(what, expected, actual);
        float[] expectedInPlace = x.clone();
        function.apply(portable, expectedInPlace, at, expectedInPlace, at, n);
        function.apply(simd, x, at, x, at, n);
        same(what + " in place", expectedInPlace, x);
    }

    private void backward(String what, Backward function) {
        int n = size();
        int at = gap();
        int dyAt = gap();
        int dxAt = gap();
        float[] y = wild(at + n);
        float[] dy = wild(dyAt + n);
        float[] expected = values(dxAt + n + gap());
        float[] actual = expected.clone();
        function.apply(portable, y, at, dy, dyAt, expected, dxAt, n);
        function.apply(simd, y, at, dy, dyAt, actual, dxAt, n);
        same(what, expected, actual);
        float[] expectedInPlace = dy.clone();
        function.apply(portable, y, at, expectedInPlace, dyAt, expectedInPlace, dyAt, n);
        function.apply(simd, y, at, dy, dyAt, dy, dyAt, n);
        same(what + " in place", expectedInPlace, dy);
    }

    private void squaredNorm(float[] g, int from) {
        double norm = portable.squaredNorm(g, from, g.length);
        if (norm != simd.squaredNorm(g, from, g.length)) {
            throw new AssertionError("squaredNorm of " + (g.length - from));
        }
        double plain = 0;
        for (int i = from; i < g.length; i++) {
            plain += (double) g[i] * g[i];
        }
        if (Math.abs(plain - norm) > 1e-6 * plain) {
            throw new AssertionError("squaredNorm is " + norm + ", not about " + plain);
        }
    }

    private void vectors() {
        int n = size();
        int at = gap();
        int yAt = gap();
        float[] x = wild(at + n + gap());
        float[] expected = wild(yAt + n + gap());
        float[] actual = expected.clone();
        portable.add(x, at, expected, yAt, n);
        simd.add(x, at, actual, yAt, n);
        same("add", expected, actual);
        portable.axpy(0.7f, x, at, expected, yAt, n);
        simd.axpy(0.7f, x, at, actual, yAt, n);
        same("axpy", expected, actual);
        portable.scale(1.3f, expected, yAt, n);
        simd.scale(1.3f, actual, yAt, n);
        same("scale", expected, actual);

        float[] g = values(at + 64 * n);
        squaredNorm(g, at);
        float[] huge = g.clone();
        huge[random.nextInt(huge.length)] = 3e30f; // its square is no float
        squaredNorm(huge, at);
        float[] bad = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY};
        int where = random.nextInt(g.length);
        if (portable.anyNonFinite(g, at, g.length) || simd.anyNonFinite(g, at, g.length)) {
            throw new AssertionError("anyNonFinite where all is finite");
        }
        g[where] = bad[random.nextInt(3)];
        if (portable.anyNonFinite(g, at, g.length) != (where >= at)
                || simd.anyNonFinite(g, at, g.length) != (where >= at)) {
            throw new AssertionError("anyNonFinite with element " + where + " of " + at + " to " + g.length);
        }
    }

    private void optimizers() {
        int from = gap();
        int to = from + 3 * size();
        float[] g = values(to + 2);
        float[] p = values(to + 2);
        float[] m = values(to + 2);
        float[] v = values(to + 2);
        float[] w = values(to + 2);
        for (int i = 0; i < v.length; i++) {
            v[i] *= v[i];
        }
        float[] p2 = p.clone();
        float[] m2 = m.clone();
        float[] v2 = v.clone();
        float[] w2 = w.clone();
        int cut = from + random.nextInt(to - from + 1);
        portable.adam(p, g, m, v, from, to, 0.3f, 0.1f, 0.999f, 0.001f, 1e-8f, 1.7f, 0.01f, 0.999f);
        simd.adam(p2, g, m2, v2, from, cut, 0.3f, 0.1f, 0.999f, 0.001f, 1e-8f, 1.7f, 0.01f, 0.999f);
        simd.adam(p2, g, m2, v2, cut, to, 0.3f, 0.1f, 0.999f, 0.001f, 1e-8f, 1.7f, 0.01f, 0.999f);
        same("adam", p, p2);
        same("adam m", m, m2);
        same("adam v", v, v2);
        boolean centered = random.nextBoolean();
        boolean inert = random.nextBoolean();
        portable.rmsProp(p, g, v, centered ? m : null, inert ? w : null, from, to, 2f, 0.9f, 0.1f, 1e-5f, 0.8f, 0.01f);
        simd.rmsProp(p2, g, v2, centered ? m2 : null, inert ? w2 : null, from, cut, 2f, 0.9f, 0.1f, 1e-5f, 0.8f, 0.01f);
        simd.rmsProp(p2, g, v2, centered ? m2 : null, inert ? w2 : null, cut, to, 2f, 0.9f, 0.1f, 1e-5f, 0.8f, 0.01f);
        same("rmsProp", p, p2);
        same("rmsProp squares", v, v2);
        same("rmsProp mean", m, m2);
        same("rmsProp velocity", w, w2);
        boolean nesterov = random.nextBoolean();
        portable.sgd(p, g, inert ? w : null, from, to, 0.5f, 0.01f, 0.9f, nesterov, 0.05f);
        simd.sgd(p2, g, inert ? w2 : null, from, cut, 0.5f, 0.01f, 0.9f, nesterov, 0.05f);
        simd.sgd(p2, g, inert ? w2 : null, cut, to, 0.5f, 0.01f, 0.9f, nesterov, 0.05f);
        same("sgd", p, p2);
        same("sgd velocity", w, w2);
    }
}
