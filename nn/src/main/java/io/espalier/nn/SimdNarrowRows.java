package io.espalier.nn;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.jspecify.annotations.Nullable;

/** The products of {@link SimdNarrow} whose A is row-major and has four rows or more: what output heads do forward. */
final class SimdNarrowRows {
    private static final VectorSpecies<Float> S = SimdKernels.SPECIES;
    private static final int L = S.length();

    private SimdNarrowRows() {}

    /**
     * Rows of B are read as whole vectors. What stands behind a row ends up in lanes that nobody reads, so B is copied
     * only where its array would end too early; and rows of C are written as whole vectors, in order, as long as what they
     * run over is overwritten by the next ones.
     */
    static void byRows(
            int m,
            int n,
            int k,
            float[] a,
            int aAt,
            int aRow,
            float[] b,
            int bAt,
            int bRow,
            float @Nullable [] bias,
            int biasAt,
            float[] c,
            int cAt,
            int cRow) {
        boolean direct = bAt + (k - 1) * bRow + L <= b.length;
        float[] scratch = SimdNarrow.scratch((9 + (direct ? 0 : k)) * L);
        if (bias == null) {
            Arrays.fill(scratch, 0, L, 0f);
        } else {
            System.arraycopy(bias, biasAt, scratch, 0, n);
        }
        float[] from = direct ? b : scratch;
        int at = direct ? bAt : 9 * L;
        int step = direct ? bRow : L;
        if (!direct) {
            for (int p = 0; p < k; p++) {
                System.arraycopy(b, bAt + p * bRow, scratch, (9 + p) * L, n);
            }
        }
        int i = 0;
        while (i < m) {
            // The last rows may overlap the ones before.
            int height = m >= 8 ? 8 : 4;
            i = Math.min(i, m - height);
            boolean whole = cRow == n && (i + height - 1) * cRow + L <= m * cRow;
            float[] to = whole ? c : scratch;
            int toAt = whole ? cAt + i * cRow : L;
            int toRow = whole ? cRow : L;
            if (height == 8) {
                rows8(k, a, aAt + i * aRow, aRow, from, at, step, scratch, to, toAt, toRow);
            } else {
                rows4(k, a, aAt + i * aRow, aRow, from, at, step, scratch, to, toAt, toRow);
            }
            for (int r = 0; !whole && r < height; r++) {
                for (int j = 0; j < n; j++) {
                    c[cAt + (i + r) * cRow + j] = scratch[(1 + r) * L + j];
                }
            }
            i += height;
        }
    }

    /** Eight rows of A by B: as many chains of additions as keep the units busy. */
    private static void rows8(
            int k,
            float[] a,
            int aAt,
            int aRow,
            float[] b,
            int bAt,
            int bRow,
            float[] start,
            float[] c,
            int cAt,
            int cRow) {
        int a0 = aAt;
        int a1 = a0 + aRow;
        int a2 = a1 + aRow;
        int a3 = a2 + aRow;
        int a4 = a3 + aRow;
        int a5 = a4 + aRow;
        int a6 = a5 + aRow;
        int a7 = a6 + aRow;
        FloatVector c0 = FloatVector.fromArray(S, start, 0);
        FloatVector c1 = c0;
        FloatVector c2 = c0;
        FloatVector c3 = c0;
        FloatVector c4 = c0;
        FloatVector c5 = c0;
        FloatVector c6 = c0;
        FloatVector c7 = c0;
        int q = bAt;
        for (int p = 0; p < k; p++) {
            FloatVector v = FloatVector.fromArray(S, b, q);
            c0 = FloatVector.broadcast(S, a[a0 + p]).fma(v, c0);
            c1 = FloatVector.broadcast(S, a[a1 + p]).fma(v, c1);
            c2 = FloatVector.broadcast(S, a[a2 + p]).fma(v, c2);
            c3 = FloatVector.broadcast(S, a[a3 + p]).fma(v, c3);
            c4 = FloatVector.broadcast(S, a[a4 + p]).fma(v, c4);
            c5 = FloatVector.broadcast(S, a[a5 + p]).fma(v, c5);
            c6 = FloatVector.broadcast(S, a[a6 + p]).fma(v, c6);
            c7 = FloatVector.broadcast(S, a[a7 + p]).fma(v, c7);
            q += bRow;
        }
        c0.intoArray(c, cAt);
        c1.intoArray(c, cAt + cRow);
        c2.intoArray(c, cAt + 2 * cRow);
        c3.intoArray(c, cAt + 3 * cRow);
        c4.intoArray(c, cAt + 4 * cRow);
        c5.intoArray(c, cAt + 5 * cRow);
        c6.intoArray(c, cAt + 6 * cRow);
        c7.intoArray(c, cAt + 7 * cRow);
    }

    /** Four rows of A by B: what a few environments ask for at each step. */
    private static void rows4(
            int k,
            float[] a,
            int aAt,
            int aRow,
            float[] b,
            int bAt,
            int bRow,
            float[] start,
            float[] c,
            int cAt,
            int cRow) {
        int a0 = aAt;
        int a1 = a0 + aRow;
        int a2 = a1 + aRow;
        int a3 = a2 + aRow;
        FloatVector c0 = FloatVector.fromArray(S, start, 0);
        FloatVector c1 = c0;
        FloatVector c2 = c0;
        FloatVector c3 = c0;
        int q = bAt;
        for (int p = 0; p < k; p++) {
            FloatVector v = FloatVector.fromArray(S, b, q);
            c0 = FloatVector.broadcast(S, a[a0 + p]).fma(v, c0);
            c1 = FloatVector.broadcast(S, a[a1 + p]).fma(v, c1);
            c2 = FloatVector.broadcast(S, a[a2 + p]).fma(v, c2);
            c3 = FloatVector.broadcast(S, a[a3 + p]).fma(v, c3);
            q += bRow;
        }
        c0.intoArray(c, cAt);
        c1.intoArray(c, cAt + cRow);
        c2.intoArray(c, cAt + 2 * cRow);
        c3.intoArray(c, cAt + 3 * cRow);
    }

    static void oneColumn(
            int m, int k, float[] a, int aAt, int aRow, float[] b, int bAt, float start, float[] c, int cAt, int cRow) {
        int i = 0;
        while (i < m) {
            // The last rows may overlap the ones before.
            if (m >= 8) {
                i = Math.min(i, m - 8);
                dots8(k, a, aAt + i * aRow, aRow, b, bAt, start, c, cAt + i * cRow, cRow);
                i += 8;
            } else {
                i = Math.min(i, m - 4);
                dots4(k, a, aAt + i * aRow, aRow, b, bAt, start, c, cAt + i * cRow, cRow);
                i += 4;
            }
        }
    }

    /** Four scalar products: what a few environments ask for at each step. */
    private static void dots4(
            int k, float[] a, int aAt, int aRow, float[] b, int bAt, float start, float[] c, int cAt, int cRow) {
        int a0 = aAt;
        int a1 = a0 + aRow;
        int a2 = a1 + aRow;
        int a3 = a2 + aRow;
        float c0 = start;
        float c1 = start;
        float c2 = start;
        float c3 = start;
        for (int p = 0; p < k; p++) {
            float v = b[bAt + p];
            c0 = Math.fma(a[a0 + p], v, c0);
            c1 = Math.fma(a[a1 + p], v, c1);
            c2 = Math.fma(a[a2 + p], v, c2);
            c3 = Math.fma(a[a3 + p], v, c3);
        }
        c[cAt] = c0;
        c[cAt + cRow] = c1;
        c[cAt + 2 * cRow] = c2;
        c[cAt + 3 * cRow] = c3;
    }

    /** Eight scalar products. The indices are those of a counted loop, so that their range checks move out of it. */
    private static void dots8(
            int k, float[] a, int aAt, int aRow, float[] b, int bAt, float start, float[] c, int cAt, int cRow) {
        int a0 = aAt;
        int a1 = a0 + aRow;
        int a2 = a1 + aRow;
        int a3 = a2 + aRow;
        int a4 = a3 + aRow;
        int a5 = a4 + aRow;
        int a6 = a5 + aRow;
        int a7 = a6 + aRow;
        float c0 = start;
        float c1 = start;
        float c2 = start;
        float c3 = start;
        float c4 = start;
        float c5 = start;
        float c6 = start;
        float c7 = start;
        for (int p = 0; p < k; p++) {
            float v = b[bAt + p];
            c0 = Math.fma(a[a0 + p], v, c0);
            c1 = Math.fma(a[a1 + p], v, c1);
            c2 = Math.fma(a[a2 + p], v, c2);
            c3 = Math.fma(a[a3 + p], v, c3);
            c4 = Math.fma(a[a4 + p], v, c4);
            c5 = Math.fma(a[a5 + p], v, c5);
            c6 = Math.fma(a[a6 + p], v, c6);
            c7 = Math.fma(a[a7 + p], v, c7);
        }
        c[cAt] = c0;
        c[cAt + cRow] = c1;
        c[cAt + 2 * cRow] = c2;
        c[cAt + 3 * cRow] = c3;
        c[cAt + 4 * cRow] = c4;
        c[cAt + 5 * cRow] = c5;
        c[cAt + 6 * cRow] = c6;
        c[cAt + 7 * cRow] = c7;
    }
}
