package io.espalier.nn;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/** Transposes in square tiles held in registers. */
final class SimdTranspose {
    private static final VectorSpecies<Float> S = SimdKernels.SPECIES;
    private static final int L = S.length();
    private static final VectorShuffle<Float> SWAP_1 = VectorShuffle.fromOp(S, i -> i ^ 1);
    private static final VectorShuffle<Float> SWAP_2 = VectorShuffle.fromOp(S, i -> i ^ 2);
    private static final VectorShuffle<Float> SWAP_4 = VectorShuffle.fromOp(S, i -> (i ^ 4) % L);
    private static final VectorShuffle<Float> SWAP_8 = VectorShuffle.fromOp(S, i -> (i ^ 8) % L);
    private static final VectorMask<Float> BIT_1 = VectorMask.fromLong(S, 0xaaaa);
    private static final VectorMask<Float> BIT_2 = VectorMask.fromLong(S, 0xcccc);
    private static final VectorMask<Float> BIT_4 = VectorMask.fromLong(S, 0xf0f0);
    private static final VectorMask<Float> BIT_8 = VectorMask.fromLong(S, 0xff00);

    private SimdTranspose() {}

    /** {@code to[toAt + j * toRow + i] = from[fromAt + i * fromRow + j]}. */
    static void transpose(int rows, int cols, float[] from, int fromAt, int fromRow, float[] to, int toAt, int toRow) {
        int i = 0;
        for (; L >= 8 && i <= rows - L; i += L) {
            int j = 0;
            for (; j <= cols - L; j += L) {
                if (L == 16) {
                    tile16(from, fromAt + i * fromRow + j, fromRow, to, toAt + j * toRow + i, toRow);
                } else {
                    tile8(from, fromAt + i * fromRow + j, fromRow, to, toAt + j * toRow + i, toRow);
                }
            }
            plain(L, cols - j, from, fromAt + i * fromRow + j, fromRow, to, toAt + j * toRow + i, toRow);
        }
        plain(rows - i, cols, from, fromAt + i * fromRow, fromRow, to, toAt + i, toRow);
    }

    private static void plain(
            int rows, int cols, float[] from, int fromAt, int fromRow, float[] to, int toAt, int toRow) {
        for (int j = 0; j < cols; j++) {
            int f = fromAt + j;
            int t = toAt + j * toRow;
            for (int i = 0; i < rows; i++) {
                to[t + i] = from[f + i * fromRow];
            }
        }
    }

    /** Rounds that swap the off-diagonal quarters of squares of size 8, 4, 2: row r and its partner exchange halves. */
    private static void tile8(float[] from, int at, int row, float[] to, int toAt, int toRow) {
        FloatVector a0 = FloatVector.fromArray(S, from, at);
        FloatVector a1 = FloatVector.fromArray(S, from, at + row);
        FloatVector a2 = FloatVector.fromArray(S, from, at + 2 * row);
        FloatVector a3 = FloatVector.fromArray(S, from, at + 3 * row);
        FloatVector a4 = FloatVector.fromArray(S, from, at + 4 * row);
        FloatVector a5 = FloatVector.fromArray(S, from, at + 5 * row);
        FloatVector a6 = FloatVector.fromArray(S, from, at + 6 * row);
        FloatVector a7 = FloatVector.fromArray(S, from, at + 7 * row);

        FloatVector b0 = a0.blend(a4.rearrange(SWAP_4), BIT_4);
        FloatVector b4 = a0.rearrange(SWAP_4).blend(a4, BIT_4);
        FloatVector b1 = a1.blend(a5.rearrange(SWAP_4), BIT_4);
        FloatVector b5 = a1.rearrange(SWAP_4).blend(a5, BIT_4);
        FloatVector b2 = a2.blend(a6.rearrange(SWAP_4), BIT_4);
        FloatVector b6 = a2.rearrange(SWAP_4).blend(a6, BIT_4);
        FloatVector b3 = a3.blend(a7.rearrange(SWAP_4), BIT_4);
        FloatVector b7 = a3.rearrange(SWAP_4).blend(a7, BIT_4);

        a0 = b0.blend(b2.rearrange(SWAP_2), BIT_2);
        a2 = b0.rearrange(SWAP_2).blend(b2, BIT_2);
        a1 = b1.blend(b3.rearrange(SWAP_2), BIT_2);
        a3 = b1.rearrange(SWAP_2).blend(b3, BIT_2);
        a4 = b4.blend(b6.rearrange(SWAP_2), BIT_2);
        a6 = b4.rearrange(SWAP_2).blend(b6, BIT_2);
        a5 = b5.blend(b7.rearrange(SWAP_2), BIT_2);
        a7 = b5.rearrange(SWAP_2).blend(b7, BIT_2);

        a0.blend(a1.rearrange(SWAP_1), BIT_1).intoArray(to, toAt);
        a0.rearrange(SWAP_1).blend(a1, BIT_1).intoArray(to, toAt + toRow);
        a2.blend(a3.rearrange(SWAP_1), BIT_1).intoArray(to, toAt + 2 * toRow);
        a2.rearrange(SWAP_1).blend(a3, BIT_1).intoArray(to, toAt + 3 * toRow);
        a4.blend(a5.rearrange(SWAP_1), BIT_1).intoArray(to, toAt + 4 * toRow);
        a4.rearrange(SWAP_1).blend(a5, BIT_1).intoArray(to, toAt + 5 * toRow);
        a6.blend(a7.rearrange(SWAP_1), BIT_1).intoArray(to, toAt + 6 * toRow);
        a6.rearrange(SWAP_1).blend(a7, BIT_1).intoArray(to, toAt + 7 * toRow);
    }

    /** Rounds that swap the off-diagonal quarters of squares of size 16, 8, 4, 2: row r and its partner exchange halves. */
    private static void tile16(float[] from, int at, int row, float[] to, int toAt, int toRow) {
        FloatVector a0 = FloatVector.fromArray(S, from, at);
        FloatVector a1 = FloatVector.fromArray(S, from, at + row);
        FloatVector a2 = FloatVector.fromArray(S, from, at + 2 * row);
        FloatVector a3 = FloatVector.fromArray(S, from, at + 3 * row);
        FloatVector a4 = FloatVector.fromArray(S, from, at + 4 * row);
        FloatVector a5 = FloatVector.fromArray(S, from, at + 5 * row);
        FloatVector a6 = FloatVector.fromArray(S, from, at + 6 * row);
        FloatVector a7 = FloatVector.fromArray(S, from, at + 7 * row);
        FloatVector a8 = FloatVector.fromArray(S, from, at + 8 * row);
        FloatVector a9 = FloatVector.fromArray(S, from, at + 9 * row);
        FloatVector a10 = FloatVector.fromArray(S, from, at + 10 * row);
        FloatVector a11 = FloatVector.fromArray(S, from, at + 11 * row);
        FloatVector a12 = FloatVector.fromArray(S, from, at + 12 * row);
        FloatVector a13 = FloatVector.fromArray(S, from, at + 13 * row);
        FloatVector a14 = FloatVector.fromArray(S, from, at + 14 * row);
        FloatVector a15 = FloatVector.fromArray(S, from, at + 15 * row);

        FloatVector b0 = a0.blend(a8.rearrange(SWAP_8), BIT_8);
        FloatVector b8 = a0.rearrange(SWAP_8).blend(a8, BIT_8);
        FloatVector b1 = a1.blend(a9.rearrange(SWAP_8), BIT_8);
        FloatVector b9 = a1.rearrange(SWAP_8).blend(a9, BIT_8);
        FloatVector b2 = a2.blend(a10.rearrange(SWAP_8), BIT_8);
        FloatVector b10 = a2.rearrange(SWAP_8).blend(a10, BIT_8);
        FloatVector b3 = a3.blend(a11.rearrange(SWAP_8), BIT_8);
        FloatVector b11 = a3.rearrange(SWAP_8).blend(a11, BIT_8);
        FloatVector b4 = a4.blend(a12.rearrange(SWAP_8), BIT_8);
        FloatVector b12 = a4.rearrange(SWAP_8).blend(a12, BIT_8);
        FloatVector b5 = a5.blend(a13.rearrange(SWAP_8), BIT_8);
        FloatVector b13 = a5.rearrange(SWAP_8).blend(a13, BIT_8);
        FloatVector b6 = a6.blend(a14.rearrange(SWAP_8), BIT_8);
        FloatVector b14 = a6.rearrange(SWAP_8).blend(a14, BIT_8);
        FloatVector b7 = a7.blend(a15.rearrange(SWAP_8), BIT_8);
        FloatVector b15 = a7.rearrange(SWAP_8).blend(a15, BIT_8);

        a0 = b0.blend(b4.rearrange(SWAP_4), BIT_4);
        a4 = b0.rearrange(SWAP_4).blend(b4, BIT_4);
        a1 = b1.blend(b5.rearrange(SWAP_4), BIT_4);
        a5 = b1.rearrange(SWAP_4).blend(b5, BIT_4);
        a2 = b2.blend(b6.rearrange(SWAP_4), BIT_4);
        a6 = b2.rearrange(SWAP_4).blend(b6, BIT_4);
        a3 = b3.blend(b7.rearrange(SWAP_4), BIT_4);
        a7 = b3.rearrange(SWAP_4).blend(b7, BIT_4);
        a8 = b8.blend(b12.rearrange(SWAP_4), BIT_4);
        a12 = b8.rearrange(SWAP_4).blend(b12, BIT_4);
        a9 = b9.blend(b13.rearrange(SWAP_4), BIT_4);
        a13 = b9.rearrange(SWAP_4).blend(b13, BIT_4);
        a10 = b10.blend(b14.rearrange(SWAP_4), BIT_4);
        a14 = b10.rearrange(SWAP_4).blend(b14, BIT_4);
        a11 = b11.blend(b15.rearrange(SWAP_4), BIT_4);
        a15 = b11.rearrange(SWAP_4).blend(b15, BIT_4);

        b0 = a0.blend(a2.rearrange(SWAP_2), BIT_2);
        b2 = a0.rearrange(SWAP_2).blend(a2, BIT_2);
        b1 = a1.blend(a3.rearrange(SWAP_2), BIT_2);
        b3 = a1.rearrange(SWAP_2).blend(a3, BIT_2);
        b4 = a4.blend(a6.rearrange(SWAP_2), BIT_2);
        b6 = a4.rearrange(SWAP_2).blend(a6, BIT_2);
        b5 = a5.blend(a7.rearrange(SWAP_2), BIT_2);
        b7 = a5.rearrange(SWAP_2).blend(a7, BIT_2);
        b8 = a8.blend(a10.rearrange(SWAP_2), BIT_2);
        b10 = a8.rearrange(SWAP_2).blend(a10, BIT_2);
        b9 = a9.blend(a11.rearrange(SWAP_2), BIT_2);
        b11 = a9.rearrange(SWAP_2).blend(a11, BIT_2);
        b12 = a12.blend(a14.rearrange(SWAP_2), BIT_2);
        b14 = a12.rearrange(SWAP_2).blend(a14, BIT_2);
        b13 = a13.blend(a15.rearrange(SWAP_2), BIT_2);
        b15 = a13.rearrange(SWAP_2).blend(a15, BIT_2);

        b0.blend(b1.rearrange(SWAP_1), BIT_1).intoArray(to, toAt);
        b0.rearrange(SWAP_1).blend(b1, BIT_1).intoArray(to, toAt + toRow);
        b2.blend(b3.rearrange(SWAP_1), BIT_1).intoArray(to, toAt + 2 * toRow);
        b2.rearrange(SWAP_1).blend(b3, BIT_1).intoArray(to, toAt + 3 * toRow);
        b4.blend(b5.rearrange(SWAP_1), BIT_1).intoArray(to, toAt + 4 * toRow);
        b4.rearrange(SWAP_1).blend(b5, BIT_1).intoArray(to, toAt + 5 * toRow);
        b6.blend(b7.rearrange(SWAP_1), BIT_1).intoArray(to, toAt + 6 * toRow);
        b6.rearrange(SWAP_1).blend(b7, BIT_1).intoArray(to, toAt + 7 * toRow);
        b8.blend(b9.rearrange(SWAP_1), BIT_1).intoArray(to, toAt + 8 * toRow);
        b8.rearrange(SWAP_1).blend(b9, BIT_1).intoArray(to, toAt + 9 * toRow);
        b10.blend(b11.rearrange(SWAP_1), BIT_1).intoArray(to, toAt + 10 * toRow);
        b10.rearrange(SWAP_1).blend(b11, BIT_1).intoArray(to, toAt + 11 * toRow);
        b12.blend(b13.rearrange(SWAP_1), BIT_1).intoArray(to, toAt + 12 * toRow);
        b12.rearrange(SWAP_1).blend(b13, BIT_1).intoArray(to, toAt + 13 * toRow);
        b14.blend(b15.rearrange(SWAP_1), BIT_1).intoArray(to, toAt + 14 * toRow);
        b14.rearrange(SWAP_1).blend(b15, BIT_1).intoArray(to, toAt + 15 * toRow);
    }
}
