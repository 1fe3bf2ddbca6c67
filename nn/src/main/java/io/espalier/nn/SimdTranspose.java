package io.espalier.nn;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Transposing on vectors of 16 floats, in blocks of 16 by 16 that stay in registers. Narrower vectors have too little of a
 * lead over single elements.
 *
 * <p>Element (r, c) goes to (c, r) by swapping, one bit after the other of their four, rows that differ in that bit with
 * lanes that differ in it: of two such rows, each keeps half of its lanes and takes the other half from the other row.
 */
final class SimdTranspose {
    private static final VectorSpecies<Float> S = SimdKernels.SPECIES;
    private static final int L = S.length();

    private static final VectorShuffle<Float> SWAP8 = swapped(8);
    private static final VectorShuffle<Float> SWAP4 = swapped(4);
    private static final VectorShuffle<Float> SWAP2 = swapped(2);
    private static final VectorShuffle<Float> SWAP1 = swapped(1);
    private static final VectorMask<Float> WITH8 = with(8);
    private static final VectorMask<Float> WITH4 = with(4);
    private static final VectorMask<Float> WITH2 = with(2);
    private static final VectorMask<Float> WITH1 = with(1);

    private SimdTranspose() {}

    /** Whether it is for matrices of that size. */
    static boolean suits(int rows, int cols) {
        return L == 16 && rows >= L && cols >= L;
    }

    private static VectorShuffle<Float> swapped(int bit) {
        return VectorShuffle.fromOp(S, lane -> (lane ^ bit) & (L - 1));
    }

    private static VectorMask<Float> with(int bit) {
        boolean[] lanes = new boolean[L];
        for (int lane = 0; lane < L; lane++) {
            lanes[lane] = (lane & bit) != 0;
        }
        return VectorMask.fromArray(S, lanes, 0);
    }

    /** From [rows, cols] to [cols, rows]. */
    static void transpose(int rows, int cols, float[] from, int fromAt, float[] to, int toAt) {
        int wholeRows = rows / L * L;
        int wholeCols = cols / L * L;
        for (int i = 0; i < wholeRows; i += L) {
            for (int j = 0; j < wholeCols; j += L) {
                block(from, fromAt + i * cols + j, cols, to, toAt + j * rows + i, rows);
            }
        }
        for (int i = 0; i < rows; i++) {
            for (int j = i < wholeRows ? wholeCols : 0; j < cols; j++) {
                to[toAt + j * rows + i] = from[fromAt + i * cols + j];
            }
        }
    }

    private static void block(float[] from, int fromAt, int fromRow, float[] to, int toAt, int toRow) {
        int at = fromAt;
        FloatVector r0 = FloatVector.fromArray(S, from, at);
        at += fromRow;
        FloatVector r1 = FloatVector.fromArray(S, from, at);
        at += fromRow;
        FloatVector r2 = FloatVector.fromArray(S, from, at);
        at += fromRow;
        FloatVector r3 = FloatVector.fromArray(S, from, at);
        at += fromRow;
        FloatVector r4 = FloatVector.fromArray(S, from, at);
        at += fromRow;
        FloatVector r5 = FloatVector.fromArray(S, from, at);
        at += fromRow;
        FloatVector r6 = FloatVector.fromArray(S, from, at);
        at += fromRow;
        FloatVector r7 = FloatVector.fromArray(S, from, at);
        at += fromRow;
        FloatVector r8 = FloatVector.fromArray(S, from, at);
        at += fromRow;
        FloatVector r9 = FloatVector.fromArray(S, from, at);
        at += fromRow;
        FloatVector r10 = FloatVector.fromArray(S, from, at);
        at += fromRow;
        FloatVector r11 = FloatVector.fromArray(S, from, at);
        at += fromRow;
        FloatVector r12 = FloatVector.fromArray(S, from, at);
        at += fromRow;
        FloatVector r13 = FloatVector.fromArray(S, from, at);
        at += fromRow;
        FloatVector r14 = FloatVector.fromArray(S, from, at);
        at += fromRow;
        FloatVector r15 = FloatVector.fromArray(S, from, at);
        FloatVector other = r8.rearrange(SWAP8);
        r8 = r0.rearrange(SWAP8).blend(r8, WITH8);
        r0 = r0.blend(other, WITH8);
        other = r9.rearrange(SWAP8);
        r9 = r1.rearrange(SWAP8).blend(r9, WITH8);
        r1 = r1.blend(other, WITH8);
        other = r10.rearrange(SWAP8);
        r10 = r2.rearrange(SWAP8).blend(r10, WITH8);
        r2 = r2.blend(other, WITH8);
        other = r11.rearrange(SWAP8);
        r11 = r3.rearrange(SWAP8).blend(r11, WITH8);
        r3 = r3.blend(other, WITH8);
        other = r12.rearrange(SWAP8);
        r12 = r4.rearrange(SWAP8).blend(r12, WITH8);
        r4 = r4.blend(other, WITH8);
        other = r13.rearrange(SWAP8);
        r13 = r5.rearrange(SWAP8).blend(r13, WITH8);
        r5 = r5.blend(other, WITH8);
        other = r14.rearrange(SWAP8);
        r14 = r6.rearrange(SWAP8).blend(r14, WITH8);
        r6 = r6.blend(other, WITH8);
        other = r15.rearrange(SWAP8);
        r15 = r7.rearrange(SWAP8).blend(r15, WITH8);
        r7 = r7.blend(other, WITH8);
        other = r4.rearrange(SWAP4);
        r4 = r0.rearrange(SWAP4).blend(r4, WITH4);
        r0 = r0.blend(other, WITH4);
        other = r5.rearrange(SWAP4);
        r5 = r1.rearrange(SWAP4).blend(r5, WITH4);
        r1 = r1.blend(other, WITH4);
        other = r6.rearrange(SWAP4);
        r6 = r2.rearrange(SWAP4).blend(r6, WITH4);
        r2 = r2.blend(other, WITH4);
        other = r7.rearrange(SWAP4);
        r7 = r3.rearrange(SWAP4).blend(r7, WITH4);
        r3 = r3.blend(other, WITH4);
        other = r12.rearrange(SWAP4);
        r12 = r8.rearrange(SWAP4).blend(r12, WITH4);
        r8 = r8.blend(other, WITH4);
        other = r13.rearrange(SWAP4);
        r13 = r9.rearrange(SWAP4).blend(r13, WITH4);
        r9 = r9.blend(other, WITH4);
        other = r14.rearrange(SWAP4);
        r14 = r10.rearrange(SWAP4).blend(r14, WITH4);
        r10 = r10.blend(other, WITH4);
        other = r15.rearrange(SWAP4);
        r15 = r11.rearrange(SWAP4).blend(r15, WITH4);
        r11 = r11.blend(other, WITH4);
        other = r2.rearrange(SWAP2);
        r2 = r0.rearrange(SWAP2).blend(r2, WITH2);
        r0 = r0.blend(other, WITH2);
        other = r3.rearrange(SWAP2);
        r3 = r1.rearrange(SWAP2).blend(r3, WITH2);
        r1 = r1.blend(other, WITH2);
        other = r6.rearrange(SWAP2);
        r6 = r4.rearrange(SWAP2).blend(r6, WITH2);
        r4 = r4.blend(other, WITH2);
        other = r7.rearrange(SWAP2);
        r7 = r5.rearrange(SWAP2).blend(r7, WITH2);
        r5 = r5.blend(other, WITH2);
        other = r10.rearrange(SWAP2);
        r10 = r8.rearrange(SWAP2).blend(r10, WITH2);
        r8 = r8.blend(other, WITH2);
        other = r11.rearrange(SWAP2);
        r11 = r9.rearrange(SWAP2).blend(r11, WITH2);
        r9 = r9.blend(other, WITH2);
        other = r14.rearrange(SWAP2);
        r14 = r12.rearrange(SWAP2).blend(r14, WITH2);
        r12 = r12.blend(other, WITH2);
        other = r15.rearrange(SWAP2);
        r15 = r13.rearrange(SWAP2).blend(r15, WITH2);
        r13 = r13.blend(other, WITH2);
        other = r1.rearrange(SWAP1);
        r1 = r0.rearrange(SWAP1).blend(r1, WITH1);
        r0 = r0.blend(other, WITH1);
        other = r3.rearrange(SWAP1);
        r3 = r2.rearrange(SWAP1).blend(r3, WITH1);
        r2 = r2.blend(other, WITH1);
        other = r5.rearrange(SWAP1);
        r5 = r4.rearrange(SWAP1).blend(r5, WITH1);
        r4 = r4.blend(other, WITH1);
        other = r7.rearrange(SWAP1);
        r7 = r6.rearrange(SWAP1).blend(r7, WITH1);
        r6 = r6.blend(other, WITH1);
        other = r9.rearrange(SWAP1);
        r9 = r8.rearrange(SWAP1).blend(r9, WITH1);
        r8 = r8.blend(other, WITH1);
        other = r11.rearrange(SWAP1);
        r11 = r10.rearrange(SWAP1).blend(r11, WITH1);
        r10 = r10.blend(other, WITH1);
        other = r13.rearrange(SWAP1);
        r13 = r12.rearrange(SWAP1).blend(r13, WITH1);
        r12 = r12.blend(other, WITH1);
        other = r15.rearrange(SWAP1);
        r15 = r14.rearrange(SWAP1).blend(r15, WITH1);
        r14 = r14.blend(other, WITH1);
        at = toAt;
        r0.intoArray(to, at);
        at += toRow;
        r1.intoArray(to, at);
        at += toRow;
        r2.intoArray(to, at);
        at += toRow;
        r3.intoArray(to, at);
        at += toRow;
        r4.intoArray(to, at);
        at += toRow;
        r5.intoArray(to, at);
        at += toRow;
        r6.intoArray(to, at);
        at += toRow;
        r7.intoArray(to, at);
        at += toRow;
        r8.intoArray(to, at);
        at += toRow;
        r9.intoArray(to, at);
        at += toRow;
        r10.intoArray(to, at);
        at += toRow;
        r11.intoArray(to, at);
        at += toRow;
        r12.intoArray(to, at);
        at += toRow;
        r13.intoArray(to, at);
        at += toRow;
        r14.intoArray(to, at);
        at += toRow;
        r15.intoArray(to, at);
    }
}
