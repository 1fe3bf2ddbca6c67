package io.espalier.nn;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Blocks of the product of a transposed row-major A and B (weight gradients): R rows by W vectors of C, held in
 * registers while k runs.
 *
 * <p>As in {@link SimdRowBlocks}, but A(r, p) is {@code a[aAt + r + p * aStep]}: the R elements for one p lie side by
 * side and share a range check.
 */
final class SimdColumnBlocks {
    private static final VectorSpecies<Float> S = SimdKernels.SPECIES;
    private static final int L = S.length();

    private SimdColumnBlocks() {}

    static void block4x4(
            int k,
            float[] a,
            int aAt,
            int aStep,
            float[] b,
            int bAt,
            int bRow,
            float[] start,
            int startAt,
            float[] c,
            int cAt,
            int cRow) {
        FloatVector c00 = FloatVector.fromArray(S, start, startAt);
        FloatVector c01 = FloatVector.fromArray(S, start, startAt + L);
        FloatVector c02 = FloatVector.fromArray(S, start, startAt + 2 * L);
        FloatVector c03 = FloatVector.fromArray(S, start, startAt + 3 * L);
        FloatVector c10 = c00;
        FloatVector c11 = c01;
        FloatVector c12 = c02;
        FloatVector c13 = c03;
        FloatVector c20 = c00;
        FloatVector c21 = c01;
        FloatVector c22 = c02;
        FloatVector c23 = c03;
        FloatVector c30 = c00;
        FloatVector c31 = c01;
        FloatVector c32 = c02;
        FloatVector c33 = c03;
        int o = aAt;
        int q = bAt;
        for (int p = 0; p < k; p++) {
            FloatVector b0 = FloatVector.fromArray(S, b, q);
            FloatVector b1 = FloatVector.fromArray(S, b, q + L);
            FloatVector b2 = FloatVector.fromArray(S, b, q + 2 * L);
            FloatVector b3 = FloatVector.fromArray(S, b, q + 3 * L);
            FloatVector v = FloatVector.broadcast(S, a[o]);
            c00 = v.fma(b0, c00);
            c01 = v.fma(b1, c01);
            c02 = v.fma(b2, c02);
            c03 = v.fma(b3, c03);
            v = FloatVector.broadcast(S, a[o + 1]);
            c10 = v.fma(b0, c10);
            c11 = v.fma(b1, c11);
            c12 = v.fma(b2, c12);
            c13 = v.fma(b3, c13);
            v = FloatVector.broadcast(S, a[o + 2]);
            c20 = v.fma(b0, c20);
            c21 = v.fma(b1, c21);
            c22 = v.fma(b2, c22);
            c23 = v.fma(b3, c23);
            v = FloatVector.broadcast(S, a[o + 3]);
            c30 = v.fma(b0, c30);
            c31 = v.fma(b1, c31);
            c32 = v.fma(b2, c32);
            c33 = v.fma(b3, c33);
            q += bRow;
            o += aStep;
        }
        int t = cAt;
        c00.intoArray(c, t);
        c01.intoArray(c, t + L);
        c02.intoArray(c, t + 2 * L);
        c03.intoArray(c, t + 3 * L);
        t += cRow;
        c10.intoArray(c, t);
        c11.intoArray(c, t + L);
        c12.intoArray(c, t + 2 * L);
        c13.intoArray(c, t + 3 * L);
        t += cRow;
        c20.intoArray(c, t);
        c21.intoArray(c, t + L);
        c22.intoArray(c, t + 2 * L);
        c23.intoArray(c, t + 3 * L);
        t += cRow;
        c30.intoArray(c, t);
        c31.intoArray(c, t + L);
        c32.intoArray(c, t + 2 * L);
        c33.intoArray(c, t + 3 * L);
    }

    static void block2x4(
            int k,
            float[] a,
            int aAt,
            int aStep,
            float[] b,
            int bAt,
            int bRow,
            float[] start,
            int startAt,
            float[] c,
            int cAt,
            int cRow) {
        FloatVector c00 = FloatVector.fromArray(S, start, startAt);
        FloatVector c01 = FloatVector.fromArray(S, start, startAt + L);
        FloatVector c02 = FloatVector.fromArray(S, start, startAt + 2 * L);
        FloatVector c03 = FloatVector.fromArray(S, start, startAt + 3 * L);
        FloatVector c10 = c00;
        FloatVector c11 = c01;
        FloatVector c12 = c02;
        FloatVector c13 = c03;
        int o = aAt;
        int q = bAt;
        for (int p = 0; p < k; p++) {
            FloatVector b0 = FloatVector.fromArray(S, b, q);
            FloatVector b1 = FloatVector.fromArray(S, b, q + L);
            FloatVector b2 = FloatVector.fromArray(S, b, q + 2 * L);
            FloatVector b3 = FloatVector.fromArray(S, b, q + 3 * L);
            FloatVector v = FloatVector.broadcast(S, a[o]);
            c00 = v.fma(b0, c00);
            c01 = v.fma(b1, c01);
            c02 = v.fma(b2, c02);
            c03 = v.fma(b3, c03);
            v = FloatVector.broadcast(S, a[o + 1]);
            c10 = v.fma(b0, c10);
            c11 = v.fma(b1, c11);
            c12 = v.fma(b2, c12);
            c13 = v.fma(b3, c13);
            q += bRow;
            o += aStep;
        }
        int t = cAt;
        c00.intoArray(c, t);
        c01.intoArray(c, t + L);
        c02.intoArray(c, t + 2 * L);
        c03.intoArray(c, t + 3 * L);
        t += cRow;
        c10.intoArray(c, t);
        c11.intoArray(c, t + L);
        c12.intoArray(c, t + 2 * L);
        c13.intoArray(c, t + 3 * L);
    }

    static void block1x4(
            int k,
            float[] a,
            int aAt,
            int aStep,
            float[] b,
            int bAt,
            int bRow,
            float[] start,
            int startAt,
            float[] c,
            int cAt,
            int cRow) {
        FloatVector c00 = FloatVector.fromArray(S, start, startAt);
        FloatVector c01 = FloatVector.fromArray(S, start, startAt + L);
        FloatVector c02 = FloatVector.fromArray(S, start, startAt + 2 * L);
        FloatVector c03 = FloatVector.fromArray(S, start, startAt + 3 * L);
        int o = aAt;
        int q = bAt;
        for (int p = 0; p < k; p++) {
            FloatVector b0 = FloatVector.fromArray(S, b, q);
            FloatVector b1 = FloatVector.fromArray(S, b, q + L);
            FloatVector b2 = FloatVector.fromArray(S, b, q + 2 * L);
            FloatVector b3 = FloatVector.fromArray(S, b, q + 3 * L);
            FloatVector v = FloatVector.broadcast(S, a[o]);
            c00 = v.fma(b0, c00);
            c01 = v.fma(b1, c01);
            c02 = v.fma(b2, c02);
            c03 = v.fma(b3, c03);
            q += bRow;
            o += aStep;
        }
        c00.intoArray(c, cAt);
        c01.intoArray(c, cAt + L);
        c02.intoArray(c, cAt + 2 * L);
        c03.intoArray(c, cAt + 3 * L);
    }

    static void block6x2(
            int k,
            float[] a,
            int aAt,
            int aStep,
            float[] b,
            int bAt,
            int bRow,
            float[] start,
            int startAt,
            float[] c,
            int cAt,
            int cRow) {
        FloatVector c00 = FloatVector.fromArray(S, start, startAt);
        FloatVector c01 = FloatVector.fromArray(S, start, startAt + L);
        FloatVector c10 = c00;
        FloatVector c11 = c01;
        FloatVector c20 = c00;
        FloatVector c21 = c01;
        FloatVector c30 = c00;
        FloatVector c31 = c01;
        FloatVector c40 = c00;
        FloatVector c41 = c01;
        FloatVector c50 = c00;
        FloatVector c51 = c01;
        int o = aAt;
        int q = bAt;
        for (int p = 0; p < k; p++) {
            FloatVector b0 = FloatVector.fromArray(S, b, q);
            FloatVector b1 = FloatVector.fromArray(S, b, q + L);
            FloatVector v = FloatVector.broadcast(S, a[o]);
            c00 = v.fma(b0, c00);
            c01 = v.fma(b1, c01);
            v = FloatVector.broadcast(S, a[o + 1]);
            c10 = v.fma(b0, c10);
            c11 = v.fma(b1, c11);
            v = FloatVector.broadcast(S, a[o + 2]);
            c20 = v.fma(b0, c20);
            c21 = v.fma(b1, c21);
            v = FloatVector.broadcast(S, a[o + 3]);
            c30 = v.fma(b0, c30);
            c31 = v.fma(b1, c31);
            v = FloatVector.broadcast(S, a[o + 4]);
            c40 = v.fma(b0, c40);
            c41 = v.fma(b1, c41);
            v = FloatVector.broadcast(S, a[o + 5]);
            c50 = v.fma(b0, c50);
            c51 = v.fma(b1, c51);
            q += bRow;
            o += aStep;
        }
        int t = cAt;
        c00.intoArray(c, t);
        c01.intoArray(c, t + L);
        t += cRow;
        c10.intoArray(c, t);
        c11.intoArray(c, t + L);
        t += cRow;
        c20.intoArray(c, t);
        c21.intoArray(c, t + L);
        t += cRow;
        c30.intoArray(c, t);
        c31.intoArray(c, t + L);
        t += cRow;
        c40.intoArray(c, t);
        c41.intoArray(c, t + L);
        t += cRow;
        c50.intoArray(c, t);
        c51.intoArray(c, t + L);
    }

    static void block2x2(
            int k,
            float[] a,
            int aAt,
            int aStep,
            float[] b,
            int bAt,
            int bRow,
            float[] start,
            int startAt,
            float[] c,
            int cAt,
            int cRow) {
        FloatVector c00 = FloatVector.fromArray(S, start, startAt);
        FloatVector c01 = FloatVector.fromArray(S, start, startAt + L);
        FloatVector c10 = c00;
        FloatVector c11 = c01;
        int o = aAt;
        int q = bAt;
        for (int p = 0; p < k; p++) {
            FloatVector b0 = FloatVector.fromArray(S, b, q);
            FloatVector b1 = FloatVector.fromArray(S, b, q + L);
            FloatVector v = FloatVector.broadcast(S, a[o]);
            c00 = v.fma(b0, c00);
            c01 = v.fma(b1, c01);
            v = FloatVector.broadcast(S, a[o + 1]);
            c10 = v.fma(b0, c10);
            c11 = v.fma(b1, c11);
            q += bRow;
            o += aStep;
        }
        int t = cAt;
        c00.intoArray(c, t);
        c01.intoArray(c, t + L);
        t += cRow;
        c10.intoArray(c, t);
        c11.intoArray(c, t + L);
    }

    static void block1x2(
            int k,
            float[] a,
            int aAt,
            int aStep,
            float[] b,
            int bAt,
            int bRow,
            float[] start,
            int startAt,
            float[] c,
            int cAt,
            int cRow) {
        FloatVector c00 = FloatVector.fromArray(S, start, startAt);
        FloatVector c01 = FloatVector.fromArray(S, start, startAt + L);
        int o = aAt;
        int q = bAt;
        for (int p = 0; p < k; p++) {
            FloatVector b0 = FloatVector.fromArray(S, b, q);
            FloatVector b1 = FloatVector.fromArray(S, b, q + L);
            FloatVector v = FloatVector.broadcast(S, a[o]);
            c00 = v.fma(b0, c00);
            c01 = v.fma(b1, c01);
            q += bRow;
            o += aStep;
        }
        c00.intoArray(c, cAt);
        c01.intoArray(c, cAt + L);
    }

    static void block8x1(
            int k,
            float[] a,
            int aAt,
            int aStep,
            float[] b,
            int bAt,
            int bRow,
            float[] start,
            int startAt,
            float[] c,
            int cAt,
            int cRow) {
        FloatVector c00 = FloatVector.fromArray(S, start, startAt);
        FloatVector c10 = c00;
        FloatVector c20 = c00;
        FloatVector c30 = c00;
        FloatVector c40 = c00;
        FloatVector c50 = c00;
        FloatVector c60 = c00;
        FloatVector c70 = c00;
        int o = aAt;
        int q = bAt;
        for (int p = 0; p < k; p++) {
            FloatVector b0 = FloatVector.fromArray(S, b, q);
            FloatVector v = FloatVector.broadcast(S, a[o]);
            c00 = v.fma(b0, c00);
            v = FloatVector.broadcast(S, a[o + 1]);
            c10 = v.fma(b0, c10);
            v = FloatVector.broadcast(S, a[o + 2]);
            c20 = v.fma(b0, c20);
            v = FloatVector.broadcast(S, a[o + 3]);
            c30 = v.fma(b0, c30);
            v = FloatVector.broadcast(S, a[o + 4]);
            c40 = v.fma(b0, c40);
            v = FloatVector.broadcast(S, a[o + 5]);
            c50 = v.fma(b0, c50);
            v = FloatVector.broadcast(S, a[o + 6]);
            c60 = v.fma(b0, c60);
            v = FloatVector.broadcast(S, a[o + 7]);
            c70 = v.fma(b0, c70);
            q += bRow;
            o += aStep;
        }
        int t = cAt;
        c00.intoArray(c, t);
        t += cRow;
        c10.intoArray(c, t);
        t += cRow;
        c20.intoArray(c, t);
        t += cRow;
        c30.intoArray(c, t);
        t += cRow;
        c40.intoArray(c, t);
        t += cRow;
        c50.intoArray(c, t);
        t += cRow;
        c60.intoArray(c, t);
        t += cRow;
        c70.intoArray(c, t);
    }

    static void block1x1(
            int k,
            float[] a,
            int aAt,
            int aStep,
            float[] b,
            int bAt,
            int bRow,
            float[] start,
            int startAt,
            float[] c,
            int cAt,
            int cRow) {
        FloatVector c00 = FloatVector.fromArray(S, start, startAt);
        int o = aAt;
        int q = bAt;
        for (int p = 0; p < k; p++) {
            FloatVector b0 = FloatVector.fromArray(S, b, q);
            FloatVector v = FloatVector.broadcast(S, a[o]);
            c00 = v.fma(b0, c00);
            q += bRow;
            o += aStep;
        }
        c00.intoArray(c, cAt);
    }
}
