package io.espalier.nn;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Blocks of the product of a row-major A and B: R rows by W vectors of C, held in registers while k runs.
 *
 * <p>Every row starts from the W vectors at {@code start[startAt]}, but row r of {@link #block2x4} from those at
 * {@code start[startAt + r * startRow]}; row r of A begins at {@code a[aAt + r * aStep]}. The indices into A are those of a
 * counted loop with step 1, so that the compiler moves their range checks out of it: else four rows by four vectors would
 * be bound by instructions, not by arithmetic.
 */
final class SimdRowBlocks {
    private static final VectorSpecies<Float> S = SimdKernels.SPECIES;
    private static final int L = S.length();

    private SimdRowBlocks() {}

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
        int a0 = aAt;
        int a1 = a0 + aStep;
        int a2 = a1 + aStep;
        int a3 = a2 + aStep;
        int q = bAt;
        for (int p = 0; p < k; p++) {
            FloatVector b0 = FloatVector.fromArray(S, b, q);
            FloatVector b1 = FloatVector.fromArray(S, b, q + L);
            FloatVector b2 = FloatVector.fromArray(S, b, q + 2 * L);
            FloatVector b3 = FloatVector.fromArray(S, b, q + 3 * L);
            FloatVector v = FloatVector.broadcast(S, a[a0 + p]);
            c00 = v.fma(b0, c00);
            c01 = v.fma(b1, c01);
            c02 = v.fma(b2, c02);
            c03 = v.fma(b3, c03);
            v = FloatVector.broadcast(S, a[a1 + p]);
            c10 = v.fma(b0, c10);
            c11 = v.fma(b1, c11);
            c12 = v.fma(b2, c12);
            c13 = v.fma(b3, c13);
            v = FloatVector.broadcast(S, a[a2 + p]);
            c20 = v.fma(b0, c20);
            c21 = v.fma(b1, c21);
            c22 = v.fma(b2, c22);
            c23 = v.fma(b3, c23);
            v = FloatVector.broadcast(S, a[a3 + p]);
            c30 = v.fma(b0, c30);
            c31 = v.fma(b1, c31);
            c32 = v.fma(b2, c32);
            c33 = v.fma(b3, c33);
            q += bRow;
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
            int startRow,
            float[] c,
            int cAt,
            int cRow) {
        FloatVector c00 = FloatVector.fromArray(S, start, startAt);
        FloatVector c01 = FloatVector.fromArray(S, start, startAt + L);
        FloatVector c02 = FloatVector.fromArray(S, start, startAt + 2 * L);
        FloatVector c03 = FloatVector.fromArray(S, start, startAt + 3 * L);
        int s = startAt + startRow;
        FloatVector c10 = FloatVector.fromArray(S, start, s);
        FloatVector c11 = FloatVector.fromArray(S, start, s + L);
        FloatVector c12 = FloatVector.fromArray(S, start, s + 2 * L);
        FloatVector c13 = FloatVector.fromArray(S, start, s + 3 * L);
        int a0 = aAt;
        int a1 = a0 + aStep;
        int q = bAt;
        for (int p = 0; p < k; p++) {
            FloatVector b0 = FloatVector.fromArray(S, b, q);
            FloatVector b1 = FloatVector.fromArray(S, b, q + L);
            FloatVector b2 = FloatVector.fromArray(S, b, q + 2 * L);
            FloatVector b3 = FloatVector.fromArray(S, b, q + 3 * L);
            FloatVector v = FloatVector.broadcast(S, a[a0 + p]);
            c00 = v.fma(b0, c00);
            c01 = v.fma(b1, c01);
            c02 = v.fma(b2, c02);
            c03 = v.fma(b3, c03);
            v = FloatVector.broadcast(S, a[a1 + p]);
            c10 = v.fma(b0, c10);
            c11 = v.fma(b1, c11);
            c12 = v.fma(b2, c12);
            c13 = v.fma(b3, c13);
            q += bRow;
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
            int k, float[] a, int aAt, float[] b, int bAt, int bRow, float[] start, int startAt, float[] c, int cAt) {
        FloatVector c0 = FloatVector.fromArray(S, start, startAt);
        FloatVector c1 = FloatVector.fromArray(S, start, startAt + L);
        FloatVector c2 = FloatVector.fromArray(S, start, startAt + 2 * L);
        FloatVector c3 = FloatVector.fromArray(S, start, startAt + 3 * L);
        int q = bAt;
        int p = 0;
        for (; p < k - 3; p += 4) {
            FloatVector v = FloatVector.broadcast(S, a[aAt + p]);
            c0 = v.fma(FloatVector.fromArray(S, b, q), c0);
            c1 = v.fma(FloatVector.fromArray(S, b, q + L), c1);
            c2 = v.fma(FloatVector.fromArray(S, b, q + 2 * L), c2);
            c3 = v.fma(FloatVector.fromArray(S, b, q + 3 * L), c3);
            q += bRow;
            v = FloatVector.broadcast(S, a[aAt + p + 1]);
            c0 = v.fma(FloatVector.fromArray(S, b, q), c0);
            c1 = v.fma(FloatVector.fromArray(S, b, q + L), c1);
            c2 = v.fma(FloatVector.fromArray(S, b, q + 2 * L), c2);
            c3 = v.fma(FloatVector.fromArray(S, b, q + 3 * L), c3);
            q += bRow;
            v = FloatVector.broadcast(S, a[aAt + p + 2]);
            c0 = v.fma(FloatVector.fromArray(S, b, q), c0);
            c1 = v.fma(FloatVector.fromArray(S, b, q + L), c1);
            c2 = v.fma(FloatVector.fromArray(S, b, q + 2 * L), c2);
            c3 = v.fma(FloatVector.fromArray(S, b, q + 3 * L), c3);
            q += bRow;
            v = FloatVector.broadcast(S, a[aAt + p + 3]);
            c0 = v.fma(FloatVector.fromArray(S, b, q), c0);
            c1 = v.fma(FloatVector.fromArray(S, b, q + L), c1);
            c2 = v.fma(FloatVector.fromArray(S, b, q + 2 * L), c2);
            c3 = v.fma(FloatVector.fromArray(S, b, q + 3 * L), c3);
            q += bRow;
        }
        for (; p < k; p++) {
            FloatVector v = FloatVector.broadcast(S, a[aAt + p]);
            c0 = v.fma(FloatVector.fromArray(S, b, q), c0);
            c1 = v.fma(FloatVector.fromArray(S, b, q + L), c1);
            c2 = v.fma(FloatVector.fromArray(S, b, q + 2 * L), c2);
            c3 = v.fma(FloatVector.fromArray(S, b, q + 3 * L), c3);
            q += bRow;
        }
        c0.intoArray(c, cAt);
        c1.intoArray(c, cAt + L);
        c2.intoArray(c, cAt + 2 * L);
        c3.intoArray(c, cAt + 3 * L);
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
        int a0 = aAt;
        int a1 = a0 + aStep;
        int a2 = a1 + aStep;
        int a3 = a2 + aStep;
        int a4 = a3 + aStep;
        int a5 = a4 + aStep;
        int q = bAt;
        for (int p = 0; p < k; p++) {
            FloatVector b0 = FloatVector.fromArray(S, b, q);
            FloatVector b1 = FloatVector.fromArray(S, b, q + L);
            FloatVector v = FloatVector.broadcast(S, a[a0 + p]);
            c00 = v.fma(b0, c00);
            c01 = v.fma(b1, c01);
            v = FloatVector.broadcast(S, a[a1 + p]);
            c10 = v.fma(b0, c10);
            c11 = v.fma(b1, c11);
            v = FloatVector.broadcast(S, a[a2 + p]);
            c20 = v.fma(b0, c20);
            c21 = v.fma(b1, c21);
            v = FloatVector.broadcast(S, a[a3 + p]);
            c30 = v.fma(b0, c30);
            c31 = v.fma(b1, c31);
            v = FloatVector.broadcast(S, a[a4 + p]);
            c40 = v.fma(b0, c40);
            c41 = v.fma(b1, c41);
            v = FloatVector.broadcast(S, a[a5 + p]);
            c50 = v.fma(b0, c50);
            c51 = v.fma(b1, c51);
            q += bRow;
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
        int a0 = aAt;
        int a1 = a0 + aStep;
        int q = bAt;
        for (int p = 0; p < k; p++) {
            FloatVector b0 = FloatVector.fromArray(S, b, q);
            FloatVector b1 = FloatVector.fromArray(S, b, q + L);
            FloatVector v = FloatVector.broadcast(S, a[a0 + p]);
            c00 = v.fma(b0, c00);
            c01 = v.fma(b1, c01);
            v = FloatVector.broadcast(S, a[a1 + p]);
            c10 = v.fma(b0, c10);
            c11 = v.fma(b1, c11);
            q += bRow;
        }
        int t = cAt;
        c00.intoArray(c, t);
        c01.intoArray(c, t + L);
        t += cRow;
        c10.intoArray(c, t);
        c11.intoArray(c, t + L);
    }

    static void block1x2(
            int k, float[] a, int aAt, float[] b, int bAt, int bRow, float[] start, int startAt, float[] c, int cAt) {
        FloatVector c0 = FloatVector.fromArray(S, start, startAt);
        FloatVector c1 = FloatVector.fromArray(S, start, startAt + L);
        int q = bAt;
        int p = 0;
        for (; p < k - 3; p += 4) {
            FloatVector v = FloatVector.broadcast(S, a[aAt + p]);
            c0 = v.fma(FloatVector.fromArray(S, b, q), c0);
            c1 = v.fma(FloatVector.fromArray(S, b, q + L), c1);
            q += bRow;
            v = FloatVector.broadcast(S, a[aAt + p + 1]);
            c0 = v.fma(FloatVector.fromArray(S, b, q), c0);
            c1 = v.fma(FloatVector.fromArray(S, b, q + L), c1);
            q += bRow;
            v = FloatVector.broadcast(S, a[aAt + p + 2]);
            c0 = v.fma(FloatVector.fromArray(S, b, q), c0);
            c1 = v.fma(FloatVector.fromArray(S, b, q + L), c1);
            q += bRow;
            v = FloatVector.broadcast(S, a[aAt + p + 3]);
            c0 = v.fma(FloatVector.fromArray(S, b, q), c0);
            c1 = v.fma(FloatVector.fromArray(S, b, q + L), c1);
            q += bRow;
        }
        for (; p < k; p++) {
            FloatVector v = FloatVector.broadcast(S, a[aAt + p]);
            c0 = v.fma(FloatVector.fromArray(S, b, q), c0);
            c1 = v.fma(FloatVector.fromArray(S, b, q + L), c1);
            q += bRow;
        }
        c0.intoArray(c, cAt);
        c1.intoArray(c, cAt + L);
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
        int a0 = aAt;
        int a1 = a0 + aStep;
        int a2 = a1 + aStep;
        int a3 = a2 + aStep;
        int a4 = a3 + aStep;
        int a5 = a4 + aStep;
        int a6 = a5 + aStep;
        int a7 = a6 + aStep;
        int q = bAt;
        for (int p = 0; p < k; p++) {
            FloatVector b0 = FloatVector.fromArray(S, b, q);
            FloatVector v = FloatVector.broadcast(S, a[a0 + p]);
            c00 = v.fma(b0, c00);
            v = FloatVector.broadcast(S, a[a1 + p]);
            c10 = v.fma(b0, c10);
            v = FloatVector.broadcast(S, a[a2 + p]);
            c20 = v.fma(b0, c20);
            v = FloatVector.broadcast(S, a[a3 + p]);
            c30 = v.fma(b0, c30);
            v = FloatVector.broadcast(S, a[a4 + p]);
            c40 = v.fma(b0, c40);
            v = FloatVector.broadcast(S, a[a5 + p]);
            c50 = v.fma(b0, c50);
            v = FloatVector.broadcast(S, a[a6 + p]);
            c60 = v.fma(b0, c60);
            v = FloatVector.broadcast(S, a[a7 + p]);
            c70 = v.fma(b0, c70);
            q += bRow;
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
            int k, float[] a, int aAt, float[] b, int bAt, int bRow, float[] start, int startAt, float[] c, int cAt) {
        FloatVector c0 = FloatVector.fromArray(S, start, startAt);
        int q = bAt;
        int p = 0;
        for (; p < k - 3; p += 4) {
            FloatVector v = FloatVector.broadcast(S, a[aAt + p]);
            c0 = v.fma(FloatVector.fromArray(S, b, q), c0);
            q += bRow;
            v = FloatVector.broadcast(S, a[aAt + p + 1]);
            c0 = v.fma(FloatVector.fromArray(S, b, q), c0);
            q += bRow;
            v = FloatVector.broadcast(S, a[aAt + p + 2]);
            c0 = v.fma(FloatVector.fromArray(S, b, q), c0);
            q += bRow;
            v = FloatVector.broadcast(S, a[aAt + p + 3]);
            c0 = v.fma(FloatVector.fromArray(S, b, q), c0);
            q += bRow;
        }
        for (; p < k; p++) {
            FloatVector v = FloatVector.broadcast(S, a[aAt + p]);
            c0 = v.fma(FloatVector.fromArray(S, b, q), c0);
            q += bRow;
        }
        c0.intoArray(c, cAt);
    }

    static void block1x8(
            int k, float[] a, int aAt, float[] b, int bAt, int bRow, float[] start, int startAt, float[] c, int cAt) {
        FloatVector c0 = FloatVector.fromArray(S, start, startAt);
        FloatVector c1 = FloatVector.fromArray(S, start, startAt + L);
        FloatVector c2 = FloatVector.fromArray(S, start, startAt + 2 * L);
        FloatVector c3 = FloatVector.fromArray(S, start, startAt + 3 * L);
        FloatVector c4 = FloatVector.fromArray(S, start, startAt + 4 * L);
        FloatVector c5 = FloatVector.fromArray(S, start, startAt + 5 * L);
        FloatVector c6 = FloatVector.fromArray(S, start, startAt + 6 * L);
        FloatVector c7 = FloatVector.fromArray(S, start, startAt + 7 * L);
        int q = bAt;
        int p = 0;
        for (; p < k - 3; p += 4) {
            FloatVector v = FloatVector.broadcast(S, a[aAt + p]);
            c0 = v.fma(FloatVector.fromArray(S, b, q), c0);
            c1 = v.fma(FloatVector.fromArray(S, b, q + L), c1);
            c2 = v.fma(FloatVector.fromArray(S, b, q + 2 * L), c2);
            c3 = v.fma(FloatVector.fromArray(S, b, q + 3 * L), c3);
            c4 = v.fma(FloatVector.fromArray(S, b, q + 4 * L), c4);
            c5 = v.fma(FloatVector.fromArray(S, b, q + 5 * L), c5);
            c6 = v.fma(FloatVector.fromArray(S, b, q + 6 * L), c6);
            c7 = v.fma(FloatVector.fromArray(S, b, q + 7 * L), c7);
            q += bRow;
            v = FloatVector.broadcast(S, a[aAt + p + 1]);
            c0 = v.fma(FloatVector.fromArray(S, b, q), c0);
            c1 = v.fma(FloatVector.fromArray(S, b, q + L), c1);
            c2 = v.fma(FloatVector.fromArray(S, b, q + 2 * L), c2);
            c3 = v.fma(FloatVector.fromArray(S, b, q + 3 * L), c3);
            c4 = v.fma(FloatVector.fromArray(S, b, q + 4 * L), c4);
            c5 = v.fma(FloatVector.fromArray(S, b, q + 5 * L), c5);
            c6 = v.fma(FloatVector.fromArray(S, b, q + 6 * L), c6);
            c7 = v.fma(FloatVector.fromArray(S, b, q + 7 * L), c7);
            q += bRow;
            v = FloatVector.broadcast(S, a[aAt + p + 2]);
            c0 = v.fma(FloatVector.fromArray(S, b, q), c0);
            c1 = v.fma(FloatVector.fromArray(S, b, q + L), c1);
            c2 = v.fma(FloatVector.fromArray(S, b, q + 2 * L), c2);
            c3 = v.fma(FloatVector.fromArray(S, b, q + 3 * L), c3);
            c4 = v.fma(FloatVector.fromArray(S, b, q + 4 * L), c4);
            c5 = v.fma(FloatVector.fromArray(S, b, q + 5 * L), c5);
            c6 = v.fma(FloatVector.fromArray(S, b, q + 6 * L), c6);
            c7 = v.fma(FloatVector.fromArray(S, b, q + 7 * L), c7);
            q += bRow;
            v = FloatVector.broadcast(S, a[aAt + p + 3]);
            c0 = v.fma(FloatVector.fromArray(S, b, q), c0);
            c1 = v.fma(FloatVector.fromArray(S, b, q + L), c1);
            c2 = v.fma(FloatVector.fromArray(S, b, q + 2 * L), c2);
            c3 = v.fma(FloatVector.fromArray(S, b, q + 3 * L), c3);
            c4 = v.fma(FloatVector.fromArray(S, b, q + 4 * L), c4);
            c5 = v.fma(FloatVector.fromArray(S, b, q + 5 * L), c5);
            c6 = v.fma(FloatVector.fromArray(S, b, q + 6 * L), c6);
            c7 = v.fma(FloatVector.fromArray(S, b, q + 7 * L), c7);
            q += bRow;
        }
        for (; p < k; p++) {
            FloatVector v = FloatVector.broadcast(S, a[aAt + p]);
            c0 = v.fma(FloatVector.fromArray(S, b, q), c0);
            c1 = v.fma(FloatVector.fromArray(S, b, q + L), c1);
            c2 = v.fma(FloatVector.fromArray(S, b, q + 2 * L), c2);
            c3 = v.fma(FloatVector.fromArray(S, b, q + 3 * L), c3);
            c4 = v.fma(FloatVector.fromArray(S, b, q + 4 * L), c4);
            c5 = v.fma(FloatVector.fromArray(S, b, q + 5 * L), c5);
            c6 = v.fma(FloatVector.fromArray(S, b, q + 6 * L), c6);
            c7 = v.fma(FloatVector.fromArray(S, b, q + 7 * L), c7);
            q += bRow;
        }
        c0.intoArray(c, cAt);
        c1.intoArray(c, cAt + L);
        c2.intoArray(c, cAt + 2 * L);
        c3.intoArray(c, cAt + 3 * L);
        c4.intoArray(c, cAt + 4 * L);
        c5.intoArray(c, cAt + 5 * L);
        c6.intoArray(c, cAt + 6 * L);
        c7.intoArray(c, cAt + 7 * L);
    }
}
