package io.espalier.nn;

/** Arithmetic on flat gradient arrays, as needed to sum shards, clip and check. */
public final class Gradients {
    private Gradients() {}

    /**
     * Sum of squares of g[from .. to-1] over blocks of 1024 elements counted from {@code from}, with 64 float lanes in each
     * block and doubles between them: to the same bits as the sum of the norms of ranges that begin at multiples of 1024.
     */
    public static double squaredNorm(float[] g, int from, int to) {
        return Kernels.INSTANCE.squaredNorm(g, from, to);
    }

    /** into[i] += from[i] for i in [start, end). */
    public static void add(float[] into, float[] from, int start, int end) {
        Kernels.INSTANCE.add(from, start, into, start, end - start);
    }

    /** into[i] += factor · from[i] for i in [start, end), with one rounding. */
    public static void addScaled(float[] into, float factor, float[] from, int start, int end) {
        Kernels.INSTANCE.axpy(factor, from, start, into, start, end - start);
    }

    /** g[i] *= factor for i in [from, to). */
    public static void scale(float[] g, float factor, int from, int to) {
        Kernels.INSTANCE.scale(factor, g, from, to - from);
    }

    /** Whether all of g[from .. to-1] are finite. */
    public static boolean finite(float[] g, int from, int to) {
        return !Kernels.INSTANCE.anyNonFinite(g, from, to);
    }

    /**
     * The factor that clips a gradient to a global norm: min(1, most / (norm + 1e-6)), the one of PyTorch
     * (Pascanu et al., arXiv:1211.5063). It goes into {@link Optimizer#step}.
     *
     * @param squaredNorm of the whole gradient
     * @param most the largest norm that is left alone; infinity for no clipping
     * @throws IllegalArgumentException if most is not above 0
     */
    public static float clipScale(double squaredNorm, double most) {
        if (!(most > 0)) {
            throw new IllegalArgumentException(
                    "the largest gradient norm (" + most + ") must be above 0. Maybe infinity" + " for no clipping.");
        }
        return (float) Math.min(1, most / (Math.sqrt(squaredNorm) + 1e-6));
    }

    /**
     * Moves a target network: target[i] += tau · (source[i] − target[i]) for i in [from, to).
     *
     * @param tau 1 copies
     */
    public static void moveTowards(float[] target, float[] source, float tau, int from, int to) {
        if (tau == 1f) {
            System.arraycopy(source, from, target, from, to - from);
            return;
        }
        for (int i = from; i < to; i++) {
            target[i] += tau * (source[i] - target[i]);
        }
    }
}
