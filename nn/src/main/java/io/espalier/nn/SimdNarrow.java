package io.espalier.nn;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.jspecify.annotations.Nullable;

/**
 * The matrix product with fewer columns than a vector has lanes (output heads).
 *
 * <p>With a row-major A, all columns of B are done in one vector and cost what one costs ({@link SimdNarrowRows}). With a
 * transposed A (weight gradients), lanes hold rows of C instead of columns. Both need scratch memory, which the thread keeps.
 */
final class SimdNarrow {
    private static final VectorSpecies<Float> S = SimdKernels.SPECIES;
    private static final int L = S.length();

    /** Rows of C done at once. */
    private static final int ROWS = 4 * L;

    private static final ThreadLocal<float[]> SCRATCH = ThreadLocal.withInitial(() -> new float[(9 + 64) * 16]);

    private SimdNarrow() {}

    static void gemm(
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
        if (m >= 4 && n == 1 && aCol == 1 && bRow == 1) {
            // One column is faster by scalars: they come from memory two at a time, whole vectors of one number do not.
            SimdNarrowRows.oneColumn(m, k, a, aAt, aRow, b, bAt, bias == null ? 0f : bias[biasAt], c, cAt, cRow);
            return;
        }
        if (m >= 4 && k > 0 && aCol == 1) {
            SimdNarrowRows.byRows(m, n, k, a, aAt, aRow, b, bAt, bRow, bias, biasAt, c, cAt, cRow);
            return;
        }
        int i = 0;
        if (m >= L && k > 0 && aRow == 1) {
            float[] scratch = scratch(16 * ROWS);
            while (i <= m - L) {
                int rows = Math.min(ROWS, (m - i) / L * L);
                start(rows, n, bias, biasAt, scratch);
                columns(rows, n, k, a, aAt + i, aCol, b, bAt, bRow, scratch);
                finish(rows, n, scratch, c, cAt + i * cRow, cRow);
                i += rows;
            }
        }
        if (i < m) {
            scalars(m - i, n, k, a, aAt + i * aRow, aRow, aCol, b, bAt, bRow, bias, biasAt, c, cAt + i * cRow, cRow);
        }
    }

    /** Scratch memory of the calling thread, of that size or more. */
    static float[] scratch(int size) {
        float[] scratch = SCRATCH.get();
        if (scratch.length < size) {
            scratch = new float[Math.max(size, 2 * scratch.length)];
            SCRATCH.set(scratch);
        }
        return scratch;
    }

    private static void start(int rows, int n, float @Nullable [] bias, int biasAt, float[] scratch) {
        for (int j = 0; j < n; j++) {
            FloatVector value = FloatVector.broadcast(S, bias == null ? 0f : bias[biasAt + j]);
            for (int i = 0; i < rows; i += L) {
                value.intoArray(scratch, j * ROWS + i);
            }
        }
    }

    private static void finish(int rows, int n, float[] scratch, float[] c, int cAt, int cRow) {
        for (int j = 0; j < n; j++) {
            int from = j * ROWS;
            for (int i = 0; i < rows; i++) {
                c[cAt + i * cRow + j] = scratch[from + i];
            }
        }
    }

    private static void columns(
            int rows, int n, int k, float[] a, int aAt, int aCol, float[] b, int bAt, int bRow, float[] scratch) {
        int i = 0;
        for (; i <= rows - 4 * L; i += 4 * L) {
            int j = 0;
            for (; j <= n - 2; j += 2) {
                block4x2(k, a, aAt + i, aCol, b, bAt + j, bRow, scratch, j * ROWS + i);
            }
            if (j < n) {
                block4x1(k, a, aAt + i, aCol, b, bAt + j, bRow, scratch, j * ROWS + i);
            }
        }
        for (; i < rows; i += L) {
            int j = 0;
            for (; j <= n - 2; j += 2) {
                block1x2(k, a, aAt + i, aCol, b, bAt + j, bRow, scratch, j * ROWS + i);
            }
            if (j < n) {
                block1x1(k, a, aAt + i, aCol, b, bAt + j, bRow, scratch, j * ROWS + i);
            }
        }
    }

    /** Four vectors of rows by two columns. */
    private static void block4x2(
            int k, float[] a, int aAt, int aCol, float[] b, int bAt, int bRow, float[] c, int cAt) {
        int t = cAt + ROWS;
        FloatVector c00 = FloatVector.fromArray(S, c, cAt);
        FloatVector c10 = FloatVector.fromArray(S, c, cAt + L);
        FloatVector c20 = FloatVector.fromArray(S, c, cAt + 2 * L);
        FloatVector c30 = FloatVector.fromArray(S, c, cAt + 3 * L);
        FloatVector c01 = FloatVector.fromArray(S, c, t);
        FloatVector c11 = FloatVector.fromArray(S, c, t + L);
        FloatVector c21 = FloatVector.fromArray(S, c, t + 2 * L);
        FloatVector c31 = FloatVector.fromArray(S, c, t + 3 * L);
        int o = aAt;
        int q = bAt;
        for (int p = 0; p < k; p++) {
            FloatVector a0 = FloatVector.fromArray(S, a, o);
            FloatVector a1 = FloatVector.fromArray(S, a, o + L);
            FloatVector a2 = FloatVector.fromArray(S, a, o + 2 * L);
            FloatVector a3 = FloatVector.fromArray(S, a, o + 3 * L);
            FloatVector v = FloatVector.broadcast(S, b[q]);
            c00 = a0.fma(v, c00);
            c10 = a1.fma(v, c10);
            c20 = a2.fma(v, c20);
            c30 = a3.fma(v, c30);
            v = FloatVector.broadcast(S, b[q + 1]);
            c01 = a0.fma(v, c01);
            c11 = a1.fma(v, c11);
            c21 = a2.fma(v, c21);
            c31 = a3.fma(v, c31);
            o += aCol;
            q += bRow;
        }
        c00.intoArray(c, cAt);
        c10.intoArray(c, cAt + L);
        c20.intoArray(c, cAt + 2 * L);
        c30.intoArray(c, cAt + 3 * L);
        c01.intoArray(c, t);
        c11.intoArray(c, t + L);
        c21.intoArray(c, t + 2 * L);
        c31.intoArray(c, t + 3 * L);
    }

    private static void block4x1(
            int k, float[] a, int aAt, int aCol, float[] b, int bAt, int bRow, float[] c, int cAt) {
        FloatVector c0 = FloatVector.fromArray(S, c, cAt);
        FloatVector c1 = FloatVector.fromArray(S, c, cAt + L);
        FloatVector c2 = FloatVector.fromArray(S, c, cAt + 2 * L);
        FloatVector c3 = FloatVector.fromArray(S, c, cAt + 3 * L);
        int o = aAt;
        int q = bAt;
        for (int p = 0; p < k; p++) {
            FloatVector v = FloatVector.broadcast(S, b[q]);
            c0 = FloatVector.fromArray(S, a, o).fma(v, c0);
            c1 = FloatVector.fromArray(S, a, o + L).fma(v, c1);
            c2 = FloatVector.fromArray(S, a, o + 2 * L).fma(v, c2);
            c3 = FloatVector.fromArray(S, a, o + 3 * L).fma(v, c3);
            o += aCol;
            q += bRow;
        }
        c0.intoArray(c, cAt);
        c1.intoArray(c, cAt + L);
        c2.intoArray(c, cAt + 2 * L);
        c3.intoArray(c, cAt + 3 * L);
    }

    private static void block1x2(
            int k, float[] a, int aAt, int aCol, float[] b, int bAt, int bRow, float[] c, int cAt) {
        FloatVector c0 = FloatVector.fromArray(S, c, cAt);
        FloatVector c1 = FloatVector.fromArray(S, c, cAt + ROWS);
        int o = aAt;
        int q = bAt;
        for (int p = 0; p < k; p++) {
            FloatVector v = FloatVector.fromArray(S, a, o);
            c0 = v.fma(FloatVector.broadcast(S, b[q]), c0);
            c1 = v.fma(FloatVector.broadcast(S, b[q + 1]), c1);
            o += aCol;
            q += bRow;
        }
        c0.intoArray(c, cAt);
        c1.intoArray(c, cAt + ROWS);
    }

    private static void block1x1(
            int k, float[] a, int aAt, int aCol, float[] b, int bAt, int bRow, float[] c, int cAt) {
        FloatVector c0 = FloatVector.fromArray(S, c, cAt);
        int o = aAt;
        int q = bAt;
        for (int p = 0; p < k; p++) {
            c0 = FloatVector.fromArray(S, a, o).fma(FloatVector.broadcast(S, b[q]), c0);
            o += aCol;
            q += bRow;
        }
        c0.intoArray(c, cAt);
    }

    /** The few rows that fill no vector: independent chains of scalars, up to eight at once. */
    private static void scalars(
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
        float[] start = bias == null ? SimdGemm.ZEROS : bias;
        int first = bias == null ? 0 : biasAt;
        int i = 0;
        for (; i <= m - 4; i += 4) {
            int j = 0;
            for (; j <= n - 2; j += 2) {
                scalars4x2(
                        k,
                        a,
                        aAt + i * aRow,
                        aRow,
                        aCol,
                        b,
                        bAt + j,
                        bRow,
                        start,
                        first + j,
                        c,
                        cAt + i * cRow + j,
                        cRow);
            }
            if (j < n) {
                scalars4x1(
                        k,
                        a,
                        aAt + i * aRow,
                        aRow,
                        aCol,
                        b,
                        bAt + j,
                        bRow,
                        start[first + j],
                        c,
                        cAt + i * cRow + j,
                        cRow);
            }
        }
        for (; i <= m - 2; i += 2) {
            int u = aAt + i * aRow;
            int t = cAt + i * cRow;
            int j = 0;
            for (; j <= n - 2; j += 2) {
                scalars2x2(k, a, u, aRow, aCol, b, bAt + j, bRow, start, first + j, c, t + j, cRow);
            }
            if (j < n) {
                scalars2x1(k, a, u, aRow, aCol, b, bAt + j, bRow, start[first + j], c, t + j, cRow);
            }
        }
        for (; i < m; i++) {
            int j = 0;
            for (; j <= n - 4; j += 4) {
                scalars1x4(k, a, aAt + i * aRow, aCol, b, bAt + j, bRow, start, first + j, c, cAt + i * cRow + j);
            }
            for (; j <= n - 2; j += 2) {
                scalars1x2(k, a, aAt + i * aRow, aCol, b, bAt + j, bRow, start, first + j, c, cAt + i * cRow + j);
            }
            if (j < n) {
                c[cAt + i * cRow + j] = scalar(k, a, aAt + i * aRow, aCol, b, bAt + j, bRow, start[first + j]);
            }
        }
    }

    private static void scalars4x2(
            int k,
            float[] a,
            int aAt,
            int aRow,
            int aCol,
            float[] b,
            int bAt,
            int bRow,
            float[] start,
            int startAt,
            float[] c,
            int cAt,
            int cRow) {
        float c00 = start[startAt];
        float c01 = start[startAt + 1];
        float c10 = c00;
        float c11 = c01;
        float c20 = c00;
        float c21 = c01;
        float c30 = c00;
        float c31 = c01;
        int o = aAt;
        int q = bAt;
        for (int p = 0; p < k; p++) {
            float b0 = b[q];
            float b1 = b[q + 1];
            float v = a[o];
            c00 = Math.fma(v, b0, c00);
            c01 = Math.fma(v, b1, c01);
            v = a[o + aRow];
            c10 = Math.fma(v, b0, c10);
            c11 = Math.fma(v, b1, c11);
            v = a[o + 2 * aRow];
            c20 = Math.fma(v, b0, c20);
            c21 = Math.fma(v, b1, c21);
            v = a[o + 3 * aRow];
            c30 = Math.fma(v, b0, c30);
            c31 = Math.fma(v, b1, c31);
            o += aCol;
            q += bRow;
        }
        c[cAt] = c00;
        c[cAt + 1] = c01;
        c[cAt + cRow] = c10;
        c[cAt + cRow + 1] = c11;
        c[cAt + 2 * cRow] = c20;
        c[cAt + 2 * cRow + 1] = c21;
        c[cAt + 3 * cRow] = c30;
        c[cAt + 3 * cRow + 1] = c31;
    }

    private static void scalars4x1(
            int k,
            float[] a,
            int aAt,
            int aRow,
            int aCol,
            float[] b,
            int bAt,
            int bRow,
            float start,
            float[] c,
            int cAt,
            int cRow) {
        float c0 = start;
        float c1 = start;
        float c2 = start;
        float c3 = start;
        int o = aAt;
        int q = bAt;
        for (int p = 0; p < k; p++) {
            float v = b[q];
            c0 = Math.fma(a[o], v, c0);
            c1 = Math.fma(a[o + aRow], v, c1);
            c2 = Math.fma(a[o + 2 * aRow], v, c2);
            c3 = Math.fma(a[o + 3 * aRow], v, c3);
            o += aCol;
            q += bRow;
        }
        c[cAt] = c0;
        c[cAt + cRow] = c1;
        c[cAt + 2 * cRow] = c2;
        c[cAt + 3 * cRow] = c3;
    }

    private static void scalars2x2(
            int k,
            float[] a,
            int aAt,
            int aRow,
            int aCol,
            float[] b,
            int bAt,
            int bRow,
            float[] start,
            int startAt,
            float[] c,
            int cAt,
            int cRow) {
        float c00 = start[startAt];
        float c01 = start[startAt + 1];
        float c10 = c00;
        float c11 = c01;
        int o = aAt;
        int q = bAt;
        for (int p = 0; p < k; p++) {
            float b0 = b[q];
            float b1 = b[q + 1];
            float v = a[o];
            c00 = Math.fma(v, b0, c00);
            c01 = Math.fma(v, b1, c01);
            v = a[o + aRow];
            c10 = Math.fma(v, b0, c10);
            c11 = Math.fma(v, b1, c11);
            o += aCol;
            q += bRow;
        }
        c[cAt] = c00;
        c[cAt + 1] = c01;
        c[cAt + cRow] = c10;
        c[cAt + cRow + 1] = c11;
    }

    private static void scalars2x1(
            int k,
            float[] a,
            int aAt,
            int aRow,
            int aCol,
            float[] b,
            int bAt,
            int bRow,
            float start,
            float[] c,
            int cAt,
            int cRow) {
        float c0 = start;
        float c1 = start;
        int o = aAt;
        int q = bAt;
        for (int p = 0; p < k; p++) {
            float v = b[q];
            c0 = Math.fma(a[o], v, c0);
            c1 = Math.fma(a[o + aRow], v, c1);
            o += aCol;
            q += bRow;
        }
        c[cAt] = c0;
        c[cAt + cRow] = c1;
    }

    private static void scalars1x4(
            int k,
            float[] a,
            int aAt,
            int aCol,
            float[] b,
            int bAt,
            int bRow,
            float[] start,
            int startAt,
            float[] c,
            int cAt) {
        float c0 = start[startAt];
        float c1 = start[startAt + 1];
        float c2 = start[startAt + 2];
        float c3 = start[startAt + 3];
        int o = aAt;
        int q = bAt;
        for (int p = 0; p < k; p++) {
            float v = a[o];
            c0 = Math.fma(v, b[q], c0);
            c1 = Math.fma(v, b[q + 1], c1);
            c2 = Math.fma(v, b[q + 2], c2);
            c3 = Math.fma(v, b[q + 3], c3);
            o += aCol;
            q += bRow;
        }
        c[cAt] = c0;
        c[cAt + 1] = c1;
        c[cAt + 2] = c2;
        c[cAt + 3] = c3;
    }

    private static void scalars1x2(
            int k,
            float[] a,
            int aAt,
            int aCol,
            float[] b,
            int bAt,
            int bRow,
            float[] start,
            int startAt,
            float[] c,
            int cAt) {
        float c0 = start[startAt];
        float c1 = start[startAt + 1];
        int o = aAt;
        int q = bAt;
        for (int p = 0; p < k; p++) {
            float v = a[o];
            c0 = Math.fma(v, b[q], c0);
            c1 = Math.fma(v, b[q + 1], c1);
            o += aCol;
            q += bRow;
        }
        c[cAt] = c0;
        c[cAt + 1] = c1;
    }

    private static float scalar(int k, float[] a, int aAt, int aCol, float[] b, int bAt, int bRow, float start) {
        float sum = start;
        int o = aAt;
        int q = bAt;
        for (int p = 0; p < k; p++) {
            sum = Math.fma(a[o], b[q], sum);
            o += aCol;
            q += bRow;
        }
        return sum;
    }
}
