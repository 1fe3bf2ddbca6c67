package io.espalier.nn;

import java.util.Arrays;

/**
 * What the kernels reach on this machine, beside what the machine can do at most: for the reports of benchmarks.
 *
 * <p>Each figure is the median of many short measurements after a warm-up, on the calling thread; it takes about half a
 * second. Other load on the machine shows in it, load that comes and goes in both kinds of figure.
 */
public final class MachinePeak {
    private static final int REPEATS = 41;
    private static final long WARM_UP_NANOS = 300_000_000L;
    private static final long REPEAT_NANOS = 2_000_000L;

    private final Kernels kernels;

    /** For the kernels that networks use in this JVM. */
    public MachinePeak() {
        this(Kernels.INSTANCE);
    }

    MachinePeak(Kernels kernels) {
        this.kernels = kernels;
    }

    /** Which kernels these are: "portable", or "simd" with the width of the vectors in bits. */
    public String kernels() {
        return kernels.name();
    }

    /** 10⁹ floating-point operations a second of a loop of fused multiply-adds that touches no memory. */
    public double fmaPeakGflops() {
        float[] x = new float[64];
        return medianRate(() -> kernels.multiplyAdds(2000, x));
    }

    /** 10⁹ floating-point operations a second of C = A·B (a forward pass), A [m, k], B [k, n], two for each multiply-add. */
    public double gemmGflops(int m, int n, int k) {
        float[] a = values(m * k);
        float[] b = values(k * n);
        float[] c = new float[m * n];
        return medianRate(() -> {
            kernels.gemm(m, n, k, a, 0, k, 1, b, 0, n, null, 0, c, 0, n);
            return 2.0 * m * n * k;
        });
    }

    /** As {@link #gemmGflops} for C = Aᵀ·B (a weight gradient), A [k, m], B [k, n]. */
    public double gemmTransposedGflops(int m, int n, int k) {
        float[] a = values(m * k);
        float[] b = values(k * n);
        float[] c = new float[m * n];
        return medianRate(() -> {
            kernels.gemm(m, n, k, a, 0, 1, m, b, 0, n, null, 0, c, 0, n);
            return 2.0 * m * n * k;
        });
    }

    /** Nanoseconds for one element of tanh over 4096. */
    public double tanhNanosPerElement() {
        float[] x = values(4096);
        float[] y = new float[4096];
        return 1
                / medianRate(() -> {
                    kernels.tanh(x, 0, y, 0, 4096);
                    return 4096;
                });
    }

    /** Nanoseconds for one parameter of an Adam step over 4096. */
    public double adamNanosPerParameter() {
        float[] p = values(4096);
        float[] g = values(4096);
        float[] m = new float[4096];
        float[] v = new float[4096];
        return 1
                / medianRate(() -> {
                    kernels.adam(p, g, m, v, 0, 4096, 1f, 0.1f, 0.999f, 0.001f, 1e-5f, 1f, 1e-6f, 1f);
                    return 4096;
                });
    }

    /** Work that says how much of it was done. */
    private interface Work {
        double run();
    }

    /** Work done in a nanosecond. */
    private static double medianRate(Work work) {
        long start = System.nanoTime();
        while (System.nanoTime() - start < WARM_UP_NANOS) {
            work.run();
        }
        double[] rates = new double[REPEATS];
        for (int i = 0; i < REPEATS; i++) {
            rates[i] = rate(work);
        }
        Arrays.sort(rates);
        return rates[REPEATS / 2];
    }

    private static double rate(Work work) {
        double done = 0;
        long start = System.nanoTime();
        long end;
        do {
            for (int i = 0; i < 8; i++) {
                done += work.run();
            }
            end = System.nanoTime();
        } while (end - start < REPEAT_NANOS);
        return done / (end - start);
    }

    private static float[] values(int size) {
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = (i * 37 % 101 - 50) * 0.02f;
        }
        return values;
    }
}
