package io.espalier.nn;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Blocks of four rows by four vectors, as those of {@link SimdRowBlocks} and {@link SimdColumnBlocks}, of a B whose rows
 * are just four vectors long: a whole B of so many columns, or a {@link SimdPanel}.
 *
 * <p>With the step between the rows of B known to the compiler, the loop needs two registers less. With all of them in use
 * it keeps an index in a vector register in about every second JVM, and is a third slower.
 */
final class SimdPanelBlocks {
    private static final VectorSpecies<Float> S = SimdKernels.SPECIES;
    private static final int L = S.length();

    private SimdPanelBlocks() {}

    /** Row-major A. Row r starts from the four vectors at {@code start[startAt + r * startRow]}. */
    static void rows(
            int k,
            float[] a,
            int aAt,
            int aStep,
            float[] b,
            int bAt,
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
        s += startRow;
        FloatVector c20 = FloatVector.fromArray(S, start, s);
        FloatVector c21 = FloatVector.fromArray(S, start, s + L);
        FloatVector c22 = FloatVector.fromArray(S, start, s + 2 * L);
        FloatVector c23 = FloatVector.fromArray(S, start, s + 3 * L);
        s += startRow;
        FloatVector c30 = FloatVector.fromArray(S, start, s);
        FloatVector c31 = FloatVector.fromArray(S, start, s + L);
        FloatVector c32 = FloatVector.fromArray(S, start, s + 2 * L);
        FloatVector c33 = FloatVector.fromArray(S, start, s + 3 * L);
        int a0 = aAt;
        int a1 = a0 + aStep;
        int a2 = a1 + aStep;
        int a3 = a2 + aStep;
        for (int p = 0; p < k; p++) {
            int q = bAt + p * 4 * L;
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

    /**
     * As {@link #rows}, of a B whose rows are {@code bRow} floats apart, which are copied to the beginning of a panel on the
     * way: there is time for it between the products, and none is lost with copying alone.
     */
    static void packingRows(
            int k,
            float[] a,
            int aAt,
            int aStep,
            float[] b,
            int bAt,
            int bRow,
            float[] panel,
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
        s += startRow;
        FloatVector c20 = FloatVector.fromArray(S, start, s);
        FloatVector c21 = FloatVector.fromArray(S, start, s + L);
        FloatVector c22 = FloatVector.fromArray(S, start, s + 2 * L);
        FloatVector c23 = FloatVector.fromArray(S, start, s + 3 * L);
        s += startRow;
        FloatVector c30 = FloatVector.fromArray(S, start, s);
        FloatVector c31 = FloatVector.fromArray(S, start, s + L);
        FloatVector c32 = FloatVector.fromArray(S, start, s + 2 * L);
        FloatVector c33 = FloatVector.fromArray(S, start, s + 3 * L);
        int a0 = aAt;
        int a1 = a0 + aStep;
        int a2 = a1 + aStep;
        int a3 = a2 + aStep;
        int q = bAt;
        for (int p = 0; p < k; p++) {
            int to = p * 4 * L;
            FloatVector b0 = FloatVector.fromArray(S, b, q);
            FloatVector b1 = FloatVector.fromArray(S, b, q + L);
            FloatVector b2 = FloatVector.fromArray(S, b, q + 2 * L);
            FloatVector b3 = FloatVector.fromArray(S, b, q + 3 * L);
            b0.intoArray(panel, to);
            b1.intoArray(panel, to + L);
            b2.intoArray(panel, to + 2 * L);
            b3.intoArray(panel, to + 3 * L);
            q += bRow;
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

    /** Transposed A. Every row starts from the four vectors at {@code start[startAt]}. */
    static void columns(
            int k,
            float[] a,
            int aAt,
            int aStep,
            float[] b,
            int bAt,
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
        for (int p = 0; p < k; p++) {
            int q = bAt + p * 4 * L;
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
}
