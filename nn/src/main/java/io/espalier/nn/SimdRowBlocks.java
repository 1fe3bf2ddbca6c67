package io.espalier.nn;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Blocks of the product of a row-major A and B: R rows by W vectors of C, held in registers while k runs.
 *
 * <p>Row r starts from the W vectors at {@code start[startAt + r * startRow]}; row r of A begins at
 * {@code a[aAt + r * aStep]}. The indices into A are those of a counted loop with step 1, so that the compiler moves
 * their range checks out of it: six rows by four vectors would else be bound by instructions, not by arithmetic.
 */
final class SimdRowBlocks {
    private static final VectorSpecies<Float> S = SimdKernels.SPECIES;
    private static final int L = S.length();

    private SimdRowBlocks() {}

    static void block6x4(
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
        int s0 = startAt;
        int s1 = startAt + startRow;
        int s2 = startAt + 2 * startRow;
        int s3 = startAt + 3 * startRow;
        int s4 = startAt + 4 * startRow;
        int s5 = startAt + 5 * startRow;
        FloatVector c00 = FloatVector.fromArray(S, start, s0);
        FloatVector c01 = FloatVector.fromArray(S, start, s0 + L);
        FloatVector c02 = FloatVector.fromArray(S, start, s0 + 2 * L);
        FloatVector c03 = FloatVector.fromArray(S, start, s0 + 3 * L);
        FloatVector c10 = FloatVector.fromArray(S, start, s1);
        FloatVector c11 = FloatVector.fromArray(S, start, s1 + L);
        FloatVector c12 = FloatVector.fromArray(S, start, s1 + 2 * L);
        FloatVector c13 = FloatVector.fromArray(S, start, s1 + 3 * L);
        FloatVector c20 = FloatVector.fromArray(S, start, s2);
        FloatVector c21 = FloatVector.fromArray(S, start, s2 + L);
        FloatVector c22 = FloatVector.fromArray(S, start, s2 + 2 * L);
        FloatVector c23 = FloatVector.fromArray(S, start, s2 + 3 * L);
        FloatVector c30 = FloatVector.fromArray(S, start, s3);
        FloatVector c31 = FloatVector.fromArray(S, start, s3 + L);
        FloatVector c32 = FloatVector.fromArray(S, start, s3 + 2 * L);
        FloatVector c33 = FloatVector.fromArray(S, start, s3 + 3 * L);
        FloatVector c40 = FloatVector.fromArray(S, start, s4);
        FloatVector c41 = FloatVector.fromArray(S, start, s4 + L);
        FloatVector c42 = FloatVector.fromArray(S, start, s4 + 2 * L);
        FloatVector c43 = FloatVector.fromArray(S, start, s4 + 3 * L);
        FloatVector c50 = FloatVector.fromArray(S, start, s5);
        FloatVector c51 = FloatVector.fromArray(S, start, s5 + L);
        FloatVector c52 = FloatVector.fromArray(S, start, s5 + 2 * L);
        FloatVector c53 = FloatVector.fromArray(S, start, s5 + 3 * L);
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
            v = FloatVector.broadcast(S, a[a4 + p]);
            c40 = v.fma(b0, c40);
            c41 = v.fma(b1, c41);
            c42 = v.fma(b2, c42);
            c43 = v.fma(b3, c43);
            v = FloatVector.broadcast(S, a[a5 + p]);
            c50 = v.fma(b0, c50);
            c51 = v.fma(b1, c51);
            c52 = v.fma(b2, c52);
            c53 = v.fma(b3, c53);
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
        t += cRow;
        c40.intoArray(c, t);
        c41.intoArray(c, t + L);
        c42.intoArray(c, t + 2 * L);
        c43.intoArray(c, t + 3 * L);
        t += cRow;
        c50.intoArray(c, t);
        c51.intoArray(c, t + L);
        c52.intoArray(c, t + 2 * L);
        c53.intoArray(c, t + 3 * L);
    }

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
            int startRow,
            float[] c,
            int cAt,
            int cRow) {
        int s0 = startAt;
        int s1 = startAt + startRow;
        int s2 = startAt + 2 * startRow;
        int s3 = startAt + 3 * startRow;
        FloatVector c00 = FloatVector.fromArray(S, start, s0);
        FloatVector c01 = FloatVector.fromArray(S, start, s0 + L);
        FloatVector c02 = FloatVector.fromArray(S, start, s0 + 2 * L);
        FloatVector c03 = FloatVector.fromArray(S, start, s0 + 3 * L);
        FloatVector c10 = FloatVector.fromArray(S, start, s1);
        FloatVector c11 = FloatVector.fromArray(S, start, s1 + L);
        FloatVector c12 = FloatVector.fromArray(S, start, s1 + 2 * L);
        FloatVector c13 = FloatVector.fromArray(S, start, s1 + 3 * L);
        FloatVector c20 = FloatVector.fromArray(S, start, s2);
        FloatVector c21 = FloatVector.fromArray(S, start, s2 + L);
        FloatVector c22 = FloatVector.fromArray(S, start, s2 + 2 * L);
        FloatVector c23 = FloatVector.fromArray(S, start, s2 + 3 * L);
        FloatVector c30 = FloatVector.fromArray(S, start, s3);
        FloatVector c31 = FloatVector.fromArray(S, start, s3 + L);
        FloatVector c32 = FloatVector.fromArray(S, start, s3 + 2 * L);
        FloatVector c33 = FloatVector.fromArray(S, start, s3 + 3 * L);
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
        int s0 = startAt;
        int s1 = startAt + startRow;
        FloatVector c00 = FloatVector.fromArray(S, start, s0);
        FloatVector c01 = FloatVector.fromArray(S, start, s0 + L);
        FloatVector c02 = FloatVector.fromArray(S, start, s0 + 2 * L);
        FloatVector c03 = FloatVector.fromArray(S, start, s0 + 3 * L);
        FloatVector c10 = FloatVector.fromArray(S, start, s1);
        FloatVector c11 = FloatVector.fromArray(S, start, s1 + L);
        FloatVector c12 = FloatVector.fromArray(S, start, s1 + 2 * L);
        FloatVector c13 = FloatVector.fromArray(S, start, s1 + 3 * L);
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

    static void block1x8(
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
        int s0 = startAt;
        FloatVector c00 = FloatVector.fromArray(S, start, s0);
        FloatVector c01 = FloatVector.fromArray(S, start, s0 + L);
        FloatVector c02 = FloatVector.fromArray(S, start, s0 + 2 * L);
        FloatVector c03 = FloatVector.fromArray(S, start, s0 + 3 * L);
        FloatVector c04 = FloatVector.fromArray(S, start, s0 + 4 * L);
        FloatVector c05 = FloatVector.fromArray(S, start, s0 + 5 * L);
        FloatVector c06 = FloatVector.fromArray(S, start, s0 + 6 * L);
        FloatVector c07 = FloatVector.fromArray(S, start, s0 + 7 * L);
        int a0 = aAt;
        int q = bAt;
        for (int p = 0; p < k; p++) {
            FloatVector b0 = FloatVector.fromArray(S, b, q);
            FloatVector b1 = FloatVector.fromArray(S, b, q + L);
            FloatVector b2 = FloatVector.fromArray(S, b, q + 2 * L);
            FloatVector b3 = FloatVector.fromArray(S, b, q + 3 * L);
            FloatVector b4 = FloatVector.fromArray(S, b, q + 4 * L);
            FloatVector b5 = FloatVector.fromArray(S, b, q + 5 * L);
            FloatVector b6 = FloatVector.fromArray(S, b, q + 6 * L);
            FloatVector b7 = FloatVector.fromArray(S, b, q + 7 * L);
            FloatVector v = FloatVector.broadcast(S, a[a0 + p]);
            c00 = v.fma(b0, c00);
            c01 = v.fma(b1, c01);
            c02 = v.fma(b2, c02);
            c03 = v.fma(b3, c03);
            c04 = v.fma(b4, c04);
            c05 = v.fma(b5, c05);
            c06 = v.fma(b6, c06);
            c07 = v.fma(b7, c07);
            q += bRow;
        }
        c00.intoArray(c, cAt);
        c01.intoArray(c, cAt + L);
        c02.intoArray(c, cAt + 2 * L);
        c03.intoArray(c, cAt + 3 * L);
        c04.intoArray(c, cAt + 4 * L);
        c05.intoArray(c, cAt + 5 * L);
        c06.intoArray(c, cAt + 6 * L);
        c07.intoArray(c, cAt + 7 * L);
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
            int startRow,
            float[] c,
            int cAt,
            int cRow) {
        int s0 = startAt;
        FloatVector c00 = FloatVector.fromArray(S, start, s0);
        FloatVector c01 = FloatVector.fromArray(S, start, s0 + L);
        FloatVector c02 = FloatVector.fromArray(S, start, s0 + 2 * L);
        FloatVector c03 = FloatVector.fromArray(S, start, s0 + 3 * L);
        int a0 = aAt;
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
            q += bRow;
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
            int startRow,
            float[] c,
            int cAt,
            int cRow) {
        int s0 = startAt;
        int s1 = startAt + startRow;
        int s2 = startAt + 2 * startRow;
        int s3 = startAt + 3 * startRow;
        int s4 = startAt + 4 * startRow;
        int s5 = startAt + 5 * startRow;
        FloatVector c00 = FloatVector.fromArray(S, start, s0);
        FloatVector c01 = FloatVector.fromArray(S, start, s0 + L);
        FloatVector c10 = FloatVector.fromArray(S, start, s1);
        FloatVector c11 = FloatVector.fromArray(S, start, s1 + L);
        FloatVector c20 = FloatVector.fromArray(S, start, s2);
        FloatVector c21 = FloatVector.fromArray(S, start, s2 + L);
        FloatVector c30 = FloatVector.fromArray(S, start, s3);
        FloatVector c31 = FloatVector.fromArray(S, start, s3 + L);
        FloatVector c40 = FloatVector.fromArray(S, start, s4);
        FloatVector c41 = FloatVector.fromArray(S, start, s4 + L);
        FloatVector c50 = FloatVector.fromArray(S, start, s5);
        FloatVector c51 = FloatVector.fromArray(S, start, s5 + L);
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
            int startRow,
            float[] c,
            int cAt,
            int cRow) {
        int s0 = startAt;
        int s1 = startAt + startRow;
        FloatVector c00 = FloatVector.fromArray(S, start, s0);
        FloatVector c01 = FloatVector.fromArray(S, start, s0 + L);
        FloatVector c10 = FloatVector.fromArray(S, start, s1);
        FloatVector c11 = FloatVector.fromArray(S, start, s1 + L);
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
        int s0 = startAt;
        FloatVector c00 = FloatVector.fromArray(S, start, s0);
        FloatVector c01 = FloatVector.fromArray(S, start, s0 + L);
        int a0 = aAt;
        int q = bAt;
        for (int p = 0; p < k; p++) {
            FloatVector b0 = FloatVector.fromArray(S, b, q);
            FloatVector b1 = FloatVector.fromArray(S, b, q + L);
            FloatVector v = FloatVector.broadcast(S, a[a0 + p]);
            c00 = v.fma(b0, c00);
            c01 = v.fma(b1, c01);
            q += bRow;
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
            int startRow,
            float[] c,
            int cAt,
            int cRow) {
        int s0 = startAt;
        int s1 = startAt + startRow;
        int s2 = startAt + 2 * startRow;
        int s3 = startAt + 3 * startRow;
        int s4 = startAt + 4 * startRow;
        int s5 = startAt + 5 * startRow;
        int s6 = startAt + 6 * startRow;
        int s7 = startAt + 7 * startRow;
        FloatVector c00 = FloatVector.fromArray(S, start, s0);
        FloatVector c10 = FloatVector.fromArray(S, start, s1);
        FloatVector c20 = FloatVector.fromArray(S, start, s2);
        FloatVector c30 = FloatVector.fromArray(S, start, s3);
        FloatVector c40 = FloatVector.fromArray(S, start, s4);
        FloatVector c50 = FloatVector.fromArray(S, start, s5);
        FloatVector c60 = FloatVector.fromArray(S, start, s6);
        FloatVector c70 = FloatVector.fromArray(S, start, s7);
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
        int s0 = startAt;
        FloatVector c00 = FloatVector.fromArray(S, start, s0);
        int a0 = aAt;
        int q = bAt;
        for (int p = 0; p < k; p++) {
            FloatVector b0 = FloatVector.fromArray(S, b, q);
            FloatVector v = FloatVector.broadcast(S, a[a0 + p]);
            c00 = v.fma(b0, c00);
            q += bRow;
        }
        c00.intoArray(c, cAt);
    }
}
