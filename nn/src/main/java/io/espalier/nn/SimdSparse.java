package io.espalier.nn;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.jspecify.annotations.Nullable;

/** Products with a mostly zero A: rows of B are added up only where A is not zero. */
final class SimdSparse {
    private static final VectorSpecies<Float> S = SimdKernels.SPECIES;
    private static final int L = S.length();

    private static final VectorSpecies<Integer> I = VectorSpecies.of(int.class, S.vectorShape());
    private static final IntVector ZERO = IntVector.zero(I);
    private static final IntVector SIZE = IntVector.broadcast(I, Integer.MAX_VALUE);

    /** One bit for each lane, of 16 or fewer, and the bits after those. */
    private static final IntVector LOW = bits(0);

    private static final IntVector HIGH = bits(L);

    private SimdSparse() {}

    private static IntVector bits(int first) {
        int[] bits = new int[L];
        for (int lane = 0; lane < L; lane++) {
            bits[lane] = 1 << (first + lane);
        }
        return IntVector.fromArray(I, bits, 0);
    }

    static int nonZeros(int rows, int cols, float[] a, int aAt, int aRow, int[] starts, int[] columns, int limit) {
        int count = 0;
        for (int i = 0; i < rows; i++) {
            starts[i] = count;
            count = rowNonZeros(cols, a, aAt + i * aRow, columns, count);
            if (count > limit) {
                return -1;
            }
        }
        starts[rows] = count;
        return count;
    }

    private static int rowNonZeros(int cols, float[] a, int at, int[] columns, int before) {
        int count = before;
        int p = 0;
        for (; p <= cols - 2 * L; p += 2 * L) {
            IntVector low = FloatVector.fromArray(S, a, at + p).reinterpretAsInts();
            IntVector high = FloatVector.fromArray(S, a, at + p + L).reinterpretAsInts();
            // Without the sign bit, because -0 is zero too.
            low = ZERO.blend(LOW, low.and(SIZE).compare(VectorOperators.NE, ZERO));
            high = ZERO.blend(HIGH, high.and(SIZE).compare(VectorOperators.NE, ZERO));
            int found = low.or(high).reduceLanes(VectorOperators.OR);
            while (found != 0) {
                columns[count] = p + Integer.numberOfTrailingZeros(found);
                found &= found - 1;
                count++;
            }
        }
        for (; p < cols; p++) {
            if (a[at + p] != 0) {
                columns[count] = p;
                count++;
            }
        }
        return count;
    }

    static void gemm(
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
        float[] start = bias == null ? SimdGemm.ZEROS : bias;
        for (int i = 0; i < m; i++) {
            int u = aAt + i * aRow;
            int t = cAt + i * cRow;
            int j = 0;
            while (j <= n - L) {
                int s = bias == null ? 0 : biasAt + j;
                if (j <= n - 4 * L) {
                    row4(starts[i], starts[i + 1], a, u, columns, b, bAt + j, bRow, start, s, c, t + j);
                    j += 4 * L;
                } else {
                    row1(starts[i], starts[i + 1], a, u, columns, b, bAt + j, bRow, start, s, c, t + j);
                    j += L;
                }
            }
            for (; j < n; j++) {
                float sum = bias == null ? 0 : bias[biasAt + j];
                for (int e = starts[i]; e < starts[i + 1]; e++) {
                    sum = Math.fma(a[u + columns[e]], b[bAt + columns[e] * bRow + j], sum);
                }
                c[t + j] = sum;
            }
            if (anyMinusZero(c, t, n)) {
                PortableKernels.settleZeros(n, k, a, u, 1, b, bAt, bRow, bias, biasAt, c, t);
            }
        }
    }

    private static void row4(
            int from,
            int to,
            float[] a,
            int aAt,
            int[] columns,
            float[] b,
            int bAt,
            int bRow,
            float[] start,
            int startAt,
            float[] c,
            int cAt) {
        FloatVector c0 = FloatVector.fromArray(S, start, startAt);
        FloatVector c1 = FloatVector.fromArray(S, start, startAt + L);
        FloatVector c2 = FloatVector.fromArray(S, start, startAt + 2 * L);
        FloatVector c3 = FloatVector.fromArray(S, start, startAt + 3 * L);
        for (int e = from; e < to; e++) {
            int p = columns[e];
            int q = bAt + p * bRow;
            FloatVector v = FloatVector.broadcast(S, a[aAt + p]);
            c0 = v.fma(FloatVector.fromArray(S, b, q), c0);
            c1 = v.fma(FloatVector.fromArray(S, b, q + L), c1);
            c2 = v.fma(FloatVector.fromArray(S, b, q + 2 * L), c2);
            c3 = v.fma(FloatVector.fromArray(S, b, q + 3 * L), c3);
        }
        c0.intoArray(c, cAt);
        c1.intoArray(c, cAt + L);
        c2.intoArray(c, cAt + 2 * L);
        c3.intoArray(c, cAt + 3 * L);
    }

    private static void row1(
            int from,
            int to,
            float[] a,
            int aAt,
            int[] columns,
            float[] b,
            int bAt,
            int bRow,
            float[] start,
            int startAt,
            float[] c,
            int cAt) {
        FloatVector sum = FloatVector.fromArray(S, start, startAt);
        for (int e = from; e < to; e++) {
            int p = columns[e];
            sum = FloatVector.broadcast(S, a[aAt + p]).fma(FloatVector.fromArray(S, b, bAt + p * bRow), sum);
        }
        sum.intoArray(c, cAt);
    }

    static void gradient(
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
                SimdVectors.axpy(a[aAt + i * aRow + p], b, bAt + i * bRow, c, cAt + p * n, n);
            }
        }
        if (anyMinusZero(c, cAt, cols * n)) {
            for (int p = 0; p < cols; p++) {
                PortableKernels.settleZeros(n, rows, a, aAt + p, aRow, b, bAt, bRow, null, 0, c, cAt + p * n);
            }
        }
    }

    private static boolean anyMinusZero(float[] c, int at, int n) {
        int i = 0;
        for (; i <= n - L; i += L) {
            if (FloatVector.fromArray(S, c, at + i)
                    .reinterpretAsInts()
                    .compare(VectorOperators.EQ, Integer.MIN_VALUE)
                    .anyTrue()) {
                return true;
            }
        }
        for (; i < n; i++) {
            if (Float.floatToRawIntBits(c[at + i]) == Integer.MIN_VALUE) {
                return true;
            }
        }
        return false;
    }
}
