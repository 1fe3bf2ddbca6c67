package io.espalier.nn;

import jdk.incubator.vector.VectorSpecies;
import org.jspecify.annotations.Nullable;

/**
 * The matrix product, cut into register blocks.
 *
 * <p>Columns are cut into panels of four, two or one vectors, rows into blocks of eight or fewer. What is left over at the
 * right or lower edge is covered by a panel or block that overlaps the one before: it computes some elements a second
 * time, to the same bits, and needs no masks. Only panels of four vectors that go through
 * B in several pieces have no rows that overlap, since these take part of their sum from C; and such panels are copied where
 * they would drive themselves out of the cache ({@link SimdPanel}). Fewer columns than a vector has lanes are {@link SimdNarrow}'s.
 */
final class SimdGemm {
    private static final VectorSpecies<Float> S = SimdKernels.SPECIES;
    private static final int L = S.length();

    /**
     * Whether 4 x 4 accumulators fit the registers: 32 of them with AVX-512 and on AArch64, 16 with AVX2. 6 x 4 would fit
     * too, but in about every second JVM the compiler then keeps copies of them in memory, and is half as fast.
     */
    private static final boolean FOUR_WIDE = L != 8;

    static final float[] ZEROS = new float[8 * 16];

    private SimdGemm() {}

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
        if (m == 1 && aCol == 1 && n >= L) {
            oneRow(n, k, a, aAt, b, bAt, bRow, bias, biasAt, c, cAt);
        } else if (n < L) {
            SimdNarrow.gemm(m, n, k, a, aAt, aRow, aCol, b, bAt, bRow, bias, biasAt, c, cAt, cRow);
        } else if (aCol == 1 || k <= 1) {
            byRows(m, n, k, a, aAt, aRow, b, bAt, bRow, bias, biasAt, c, cAt, cRow);
        } else if (aRow == 1 || m == 1) {
            byColumns(m, n, k, a, aAt, aCol, b, bAt, bRow, bias, biasAt, c, cAt, cRow);
        } else {
            for (int i = 0; i < m; i++) {
                byColumns(1, n, k, a, aAt + i * aRow, aCol, b, bAt, bRow, bias, biasAt, c, cAt + i * cRow, cRow);
            }
        }
    }

    /** Inference of one row is a matter of few instructions, so it takes no detours. */
    private static void oneRow(
            int n,
            int k,
            float[] a,
            int aAt,
            float[] b,
            int bAt,
            int bRow,
            float @Nullable [] bias,
            int biasAt,
            float[] c,
            int cAt) {
        float[] start = bias == null ? ZEROS : bias;
        int step = bias == null ? 0 : 1;
        int first = bias == null ? 0 : biasAt;
        int j = 0;
        // A vector of C is one chain of additions: eight of them keep the units busy.
        for (; j <= n - 8 * L; j += 8 * L) {
            SimdRowBlocks.block1x8(k, a, aAt, b, bAt + j, bRow, start, first + j * step, c, cAt + j);
        }
        for (; j <= n - 4 * L; j += 4 * L) {
            SimdRowBlocks.block1x4(k, a, aAt, b, bAt + j, bRow, start, first + j * step, c, cAt + j);
        }
        for (; j < n; j += L) {
            j = Math.min(j, n - L);
            SimdRowBlocks.block1x1(k, a, aAt, b, bAt + j, bRow, start, first + j * step, c, cAt + j);
        }
    }

    private static void byRows(
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
        float[] start = bias == null ? ZEROS : bias;
        int step = bias == null ? 0 : 1;
        int first = bias == null ? 0 : biasAt;
        boolean pack = SimdPanel.pays(m, k, bRow);
        int j = 0;
        while (j < n) {
            int width = width(n, n - j);
            j = Math.min(j, n - width * L);
            int t = first + j * step;
            if (width == 4 && k > 0 && (pack || bRow == 4 * L)) {
                panelRows(m, k, a, aAt, aRow, b, bAt + j, bRow, start, t, c, cAt + j, cRow);
            } else if (pack) {
                float[] panel = SimdPanel.of(k, width, b, bAt + j, bRow);
                rows(width, m, k, a, aAt, aRow, panel, 0, width * L, start, t, c, cAt + j, cRow);
            } else {
                rows(width, m, k, a, aAt, aRow, b, bAt + j, bRow, start, t, c, cAt + j, cRow);
            }
            j += width * L;
        }
    }

    /** Vectors of the next panel, of n columns of which {@code left} are left. */
    private static int width(int n, int left) {
        if (FOUR_WIDE && n >= 4 * L && left > 2 * L) {
            return 4;
        }
        return n >= 2 * L && left > L ? 2 : 1;
    }

    /** Rows of the next block, of m rows of which {@code left} are left. */
    private static int height(int width, int m, int left) {
        if (width == 1) {
            return m >= 8 && left > 1 ? 8 : 1;
        }
        if (width == 4) {
            return m >= 4 && left >= 3 ? 4 : Math.min(left, 2);
        }
        if (m >= 6 && (left == 5 || left == 6 || left == 7 || left > 8)) {
            return 6;
        }
        return left >= 2 ? 2 : 1;
    }

    private static void rows(
            int width,
            int m,
            int k,
            float[] a,
            int aAt,
            int aRow,
            float[] b,
            int bAt,
            int bRow,
            float[] start,
            int startAt,
            float[] c,
            int cAt,
            int cRow) {
        int i = 0;
        while (i < m) {
            int height = height(width, m, m - i);
            i = Math.min(i, m - height);
            int u = aAt + i * aRow;
            int t = cAt + i * cRow;
            switch (width * 10 + height) {
                case 44 -> SimdRowBlocks.block4x4(k, a, u, aRow, b, bAt, bRow, start, startAt, c, t, cRow);
                case 42 -> SimdRowBlocks.block2x4(k, a, u, aRow, b, bAt, bRow, start, startAt, 0, c, t, cRow);
                case 41 -> SimdRowBlocks.block1x4(k, a, u, b, bAt, bRow, start, startAt, c, t);
                case 26 -> SimdRowBlocks.block6x2(k, a, u, aRow, b, bAt, bRow, start, startAt, c, t, cRow);
                case 22 -> SimdRowBlocks.block2x2(k, a, u, aRow, b, bAt, bRow, start, startAt, c, t, cRow);
                case 21 -> SimdRowBlocks.block1x2(k, a, u, b, bAt, bRow, start, startAt, c, t);
                case 18 -> SimdRowBlocks.block8x1(k, a, u, aRow, b, bAt, bRow, start, startAt, c, t, cRow);
                default -> SimdRowBlocks.block1x1(k, a, u, b, bAt, bRow, start, startAt, c, t);
            }
            i += height;
        }
    }

    /**
     * A panel of four vectors, in pieces of as many of its rows as the first cache holds: C takes part of its sum from one
     * to the next. No two blocks overlap here, as they would add to the same row twice.
     */
    private static void panelRows(
            int m,
            int k,
            float[] a,
            int aAt,
            int aRow,
            float[] b,
            int bAt,
            int bRow,
            float[] start,
            int startAt,
            float[] c,
            int cAt,
            int cRow) {
        int w = 4 * L;
        boolean packed = bRow == w;
        for (int p = 0; p < k; p += SimdPanel.MOST_ROWS) {
            int piece = Math.min(SimdPanel.MOST_ROWS, k - p);
            // Row i of the sums begins at from[first + i * row].
            float[] from = p == 0 ? start : c;
            int first = p == 0 ? startAt : cAt;
            int row = p == 0 ? 0 : cRow;
            int u = aAt + p;
            int q = bAt + p * bRow;
            float[] panel = packed ? b : SimdNarrow.scratch(piece * w);
            int at = packed ? q : 0;
            int i = 0;
            if (!packed) {
                SimdPanelBlocks.packingRows(piece, a, u, aRow, b, q, bRow, panel, from, first, row, c, cAt, cRow);
                i = 4;
            }
            for (; i <= m - 4; i += 4) {
                int s = first + i * row;
                SimdPanelBlocks.rows(piece, a, u + i * aRow, aRow, panel, at, from, s, row, c, cAt + i * cRow, cRow);
            }
            if (i <= m - 2) {
                int s = first + i * row;
                int t = cAt + i * cRow;
                SimdRowBlocks.block2x4(piece, a, u + i * aRow, aRow, panel, at, w, from, s, row, c, t, cRow);
                i += 2;
            }
            if (i < m) {
                int s = first + i * row;
                SimdRowBlocks.block1x4(piece, a, u + i * aRow, panel, at, w, from, s, c, cAt + i * cRow);
            }
        }
    }

    private static void byColumns(
            int m,
            int n,
            int k,
            float[] a,
            int aAt,
            int aCol,
            float[] b,
            int bAt,
            int bRow,
            float @Nullable [] bias,
            int biasAt,
            float[] c,
            int cAt,
            int cRow) {
        float[] start = bias == null ? ZEROS : bias;
        int step = bias == null ? 0 : 1;
        int first = bias == null ? 0 : biasAt;
        boolean pack = SimdPanel.pays(m, k, bRow);
        int j = 0;
        while (j < n) {
            int width = width(n, n - j);
            j = Math.min(j, n - width * L);
            float[] from = pack ? SimdPanel.of(k, width, b, bAt + j, bRow) : b;
            int at = pack ? 0 : bAt + j;
            int row = pack ? width * L : bRow;
            columns(width, m, k, a, aAt, aCol, from, at, row, start, first + j * step, c, cAt + j, cRow);
            j += width * L;
        }
    }

    private static void columns(
            int width,
            int m,
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
            int cAt,
            int cRow) {
        int i = 0;
        while (i < m) {
            int height = height(width, m, m - i);
            i = Math.min(i, m - height);
            int u = aAt + i;
            int t = cAt + i * cRow;
            switch (width * 10 + height) {
                case 44 -> {
                    if (bRow == 4 * L) {
                        SimdPanelBlocks.columns(k, a, u, aCol, b, bAt, start, startAt, c, t, cRow);
                    } else {
                        SimdColumnBlocks.block4x4(k, a, u, aCol, b, bAt, bRow, start, startAt, c, t, cRow);
                    }
                }
                case 42 -> SimdColumnBlocks.block2x4(k, a, u, aCol, b, bAt, bRow, start, startAt, c, t, cRow);
                case 41 -> SimdColumnBlocks.block1x4(k, a, u, aCol, b, bAt, bRow, start, startAt, c, t, cRow);
                case 26 -> SimdColumnBlocks.block6x2(k, a, u, aCol, b, bAt, bRow, start, startAt, c, t, cRow);
                case 22 -> SimdColumnBlocks.block2x2(k, a, u, aCol, b, bAt, bRow, start, startAt, c, t, cRow);
                case 21 -> SimdColumnBlocks.block1x2(k, a, u, aCol, b, bAt, bRow, start, startAt, c, t, cRow);
                case 18 -> SimdColumnBlocks.block8x1(k, a, u, aCol, b, bAt, bRow, start, startAt, c, t, cRow);
                default -> SimdColumnBlocks.block1x1(k, a, u, aCol, b, bAt, bRow, start, startAt, c, t, cRow);
            }
            i += height;
        }
    }
}
