package io.espalier.nn;

import org.jspecify.annotations.Nullable;

/**
 * The inner loops of networks and optimisers.
 *
 * <p>There are two implementations with the same bits: {@link PortableKernels} in plain loops, and one on the Vector API
 * (jdk.incubator.vector), taken when that module is present unless the system property {@code espalier.vector} is
 * {@code off}. The choice is made once. What makes the bits equal: every output element is computed by one fixed
 * sequence of correctly rounded operations (fma, add, multiply, divide, square root), and vector lanes only ever hold
 * different output elements. Not-a-number stays not-a-number, but its payload bits are not promised.
 *
 * <p>Arrays are flat. "Row-major with row stride r" means element (i, j) is at {@code at + i * r + j}. Indices outside an
 * array throw {@link IndexOutOfBoundsException}; outputs may then be partly written. Nothing here allocates once it is
 * compiled, and nothing keeps state, so threads may share an instance.
 */
abstract class Kernels {
    /** The fastest kernels of this JVM. */
    static final Kernels INSTANCE = choose();

    /** The kernels in plain Java. */
    static Kernels portable() {
        return new PortableKernels();
    }

    private static Kernels choose() {
        if (System.getProperty("espalier.vector", "").equals("off")
                || ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
            return portable();
        }
        try {
            return Class.forName("io.espalier.nn.SimdKernels")
                    .asSubclass(Kernels.class)
                    .getDeclaredConstructor()
                    .newInstance();
        } catch (ReflectiveOperationException | LinkageError e) {
            System.getLogger(Kernels.class.getName())
                    .log(
                            System.Logger.Level.WARNING,
                            "The SIMD kernels could not be loaded; the portable ones are slower, with the same results.",
                            e);
            return portable();
        }
    }

    /** What this is, for provenance: "portable", or "simd" with the width in bits. */
    abstract String name();

    /**
     * Fused multiply-adds on registers alone, for {@link MachinePeak}.
     *
     * @param x 64 values; the result is left in them so that nothing is optimised away
     * @return floating-point operations done, two for each multiply-add
     */
    abstract long multiplyAdds(int rounds, float[] x);

    // Matrices

    /**
     * Matrix product C = bias + A·B: for every i, j the sum over p = 0, 1, ..., k-1 in this order, by fused
     * multiply-add, that starts from {@code bias[biasAt + j]}, or from 0 without a bias.
     *
     * <p>A(i, p) is {@code a[aAt + i * aRow + p * aCol]}: {@code aCol = 1} for a row-major A, {@code aRow = 1} for the
     * transpose of a row-major one. B [k, n] and C [m, n] are row-major with row strides {@code bRow} and {@code cRow}.
     * C must not overlap the others.
     *
     * @param m rows of A and C
     * @param n columns of B and C
     * @param k columns of A, rows of B
     */
    abstract void gemm(
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
            int cRow);

    /** Transpose: {@code to} [cols, rows] = {@code from} [rows, cols], both row-major without gaps, not overlapping. */
    abstract void transpose(int rows, int cols, float[] from, int fromAt, float[] to, int toAt);

    /** Sums of the columns of {@code from} [rows, cols], row-major without gaps; each starts from 0, rows in order. */
    abstract void columnSums(int rows, int cols, float[] from, int at, float[] to, int toAt);

    // Sparse inputs: most elements of A are zero (grids of planes, one-hot vectors)

    /**
     * Finds the elements of A [rows, cols] (row-major, stride {@code aRow}) that are not zero: those of row i are in the
     * columns {@code columns[starts[i]], ..., columns[starts[i + 1] - 1]}, ascending. Gives up early once there are more
     * than {@code limit}, so that a dense input costs little.
     *
     * @param starts length at least rows + 1
     * @param columns length at least limit + cols
     * @return how many there are, or -1 if more than {@code limit}; then the lists are of no use
     */
    abstract int nonZeros(int rows, int cols, float[] a, int aAt, int aRow, int[] starts, int[] columns, int limit);

    /**
     * The same bits as {@link #gemm} with a row-major A ({@code aCol = 1}), as long as B is finite; the work is
     * proportional to the elements of A that are not zero.
     *
     * @param starts see {@link #nonZeros}
     * @param columns see {@link #nonZeros}
     */
    abstract void sparseGemm(
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
            int cRow);

    /**
     * Weight gradient C [cols, n] = Aᵀ·B of a sparse A [rows, cols] and a B [rows, n]: the same bits as
     * {@code gemm(cols, n, rows, a, aAt, 1, aRow, b, bAt, bRow, null, 0, c, cAt, n)}, as long as B is finite. C has no
     * gaps.
     *
     * @param starts see {@link #nonZeros}
     * @param columns see {@link #nonZeros}
     */
    abstract void sparseGradient(
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
            int cAt);

    // Functions of n elements. The output may be the input (same array and start), else they must not overlap.

    /** See {@link FloatMath#exp}. */
    abstract void exp(float[] x, int at, float[] y, int yAt, int n);

    /** See {@link FloatMath#log}. */
    abstract void log(float[] x, int at, float[] y, int yAt, int n);

    /** See {@link FloatMath#sin}. */
    abstract void sin(float[] x, int at, float[] y, int yAt, int n);

    /** See {@link FloatMath#cos}. */
    abstract void cos(float[] x, int at, float[] y, int yAt, int n);

    /** See {@link FloatMath#erf}. */
    abstract void erf(float[] x, int at, float[] y, int yAt, int n);

    /** See {@link FloatMath#tanh}. */
    abstract void tanh(float[] x, int at, float[] y, int yAt, int n);

    /** From the output y of tanh: dx = dy · (1 - y²). */
    abstract void tanhBackward(float[] y, int yAt, float[] dy, int dyAt, float[] dx, int dxAt, int n);

    /**
     * What {@link #tanhBackward} does in place to dy [rows, cols], and then {@link #columnSums} of that, in one pass: the
     * gradients that a layer hands on to its matrix and to its bias.
     */
    void tanhBackwardSums(int rows, int cols, float[] y, float[] dy, float[] sums, int sumsAt) {
        tanhBackward(y, 0, dy, 0, dy, 0, rows * cols);
        columnSums(rows, cols, dy, 0, sums, sumsAt);
    }

    /** As {@link #tanhBackwardSums} for relu. */
    void reluBackwardSums(int rows, int cols, float[] y, float[] dy, float[] sums, int sumsAt) {
        reluBackward(y, 0, dy, 0, dy, 0, rows * cols);
        columnSums(rows, cols, dy, 0, sums, sumsAt);
    }

    /** 0 where x ≤ 0, else x. */
    abstract void relu(float[] x, int at, float[] y, int yAt, int n);

    /** From the output y (or the input) of relu: dx = 0 where y ≤ 0, else dy. */
    abstract void reluBackward(float[] y, int yAt, float[] dy, int dyAt, float[] dx, int dxAt, int n);

    /** See {@link FloatMath#sigmoid}. */
    abstract void sigmoid(float[] x, int at, float[] y, int yAt, int n);

    /** From the output y of sigmoid: dx = dy · (y - y²). */
    abstract void sigmoidBackward(float[] y, int yAt, float[] dy, int dyAt, float[] dx, int dxAt, int n);

    /** See {@link FloatMath#gelu}. */
    abstract void gelu(float[] x, int at, float[] y, int yAt, int n);

    /** From the input x of gelu: dx = dy · (Φ(x) + x · φ(x)), see {@link FloatMath#geluDerivative}. */
    abstract void geluBackward(float[] x, int at, float[] dy, int dyAt, float[] dx, int dxAt, int n);

    /** See {@link FloatMath#softplus}. */
    abstract void softplus(float[] x, int at, float[] y, int yAt, int n);

    /** From the input x of softplus: dx = dy · sigmoid(x). */
    abstract void softplusBackward(float[] x, int at, float[] dy, int dyAt, float[] dx, int dxAt, int n);

    // Vectors

    /** y = y + x. */
    abstract void add(float[] x, int at, float[] y, int yAt, int n);

    /** y = alpha · x + y, fused. */
    abstract void axpy(float alpha, float[] x, int at, float[] y, int yAt, int n);

    /** x = alpha · x. */
    abstract void scale(float alpha, float[] x, int at, int n);

    /**
     * Sum of the squares of x[from], ..., x[to - 1], in blocks of 1024 elements counted from {@code from}: each block by 64
     * lanes of floats, or in double precision where these overflow.
     */
    abstract double squaredNorm(float[] x, int from, int to);

    /** Whether an infinity or a not-a-number is among x[from], ..., x[to - 1]. */
    abstract boolean anyNonFinite(float[] x, int from, int to);

    // Optimiser steps over parameters [from, to); any partition of the range gives the same bits

    /**
     * Stochastic gradient descent as in PyTorch: g = scale · gradient + weightDecay · parameter; with a buffer v:
     * v = momentum · v + g and g = v, or g + momentum · v (Nesterov); parameter -= learningRate · g.
     *
     * @param velocity v, or null for none
     */
    abstract void sgd(
            float[] parameters,
            float[] gradients,
            float @Nullable [] velocity,
            int from,
            int to,
            float scale,
            float weightDecay,
            float momentum,
            boolean nesterov,
            float learningRate);

    /**
     * RMSProp as in PyTorch: g = scale · gradient; s = rho · s + rate · g²; with a mean (centered)
     * m = m + rate · (g - m) and s - m², not below 0, in place of s; u = g / (√s + epsilon); with a velocity v:
     * v = momentum · v + u and u = v; parameter -= learningRate · u.
     *
     * @param squares s
     * @param mean m, or null if not centered
     * @param velocity v, or null for none
     * @param rate 1 - rho, rounded from the difference in double precision
     */
    abstract void rmsProp(
            float[] parameters,
            float[] gradients,
            float[] squares,
            float @Nullable [] mean,
            float @Nullable [] velocity,
            int from,
            int to,
            float scale,
            float rho,
            float rate,
            float epsilon,
            float momentum,
            float learningRate);

    /**
     * Adam and AdamW as in PyTorch: g = scale · gradient; m = m + rate1 · (g - m); v = beta2 · v + rate2 · g²;
     * parameter = keep · parameter - stepSize · m / (√v · rootCorrection + epsilon).
     *
     * @param rate1 1 - β₁, rounded from the difference in double precision
     * @param rate2 1 - β₂, likewise
     * @param rootCorrection 1 / √(1 - β₂ᵗ)
     * @param stepSize learning rate / (1 - β₁ᵗ)
     * @param keep 1, or 1 - learning rate · weight decay for AdamW
     */
    abstract void adam(
            float[] parameters,
            float[] gradients,
            float[] m,
            float[] v,
            int from,
            int to,
            float scale,
            float rate1,
            float beta2,
            float rate2,
            float epsilon,
            float rootCorrection,
            float stepSize,
            float keep);
}
