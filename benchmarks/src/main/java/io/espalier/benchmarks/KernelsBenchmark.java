package io.espalier.benchmarks;

import io.espalier.nn.MachinePeak;
import java.util.Locale;

/**
 * What the numeric kernels reach on one thread of this machine, beside its peak in fused multiply-adds: products in the
 * shapes of small networks (forward, and transposed as for weight gradients), tanh and Adam.
 *
 * <pre>java --add-modules jdk.incubator.vector -cp ... io.espalier.benchmarks.KernelsBenchmark</pre>
 */
public final class KernelsBenchmark {
    private static final int[][] SHAPES = {
        {1, 64, 64},
        {4, 64, 64},
        {64, 64, 64},
        {128, 64, 64},
        {256, 64, 64},
        {128, 64, 4},
        {128, 1, 64},
        {128, 2, 64},
        {128, 3, 64},
        {256, 256, 256}
    };

    private KernelsBenchmark() {}

    /** Prints the table. */
    public static void main(String[] arguments) {
        MachinePeak machine = new MachinePeak();
        double peak = machine.fmaPeakGflops();
        print("kernels: %s, Java %s%n", machine.kernels(), System.getProperty("java.version"));
        print("peak                      %7.1f GFLOP/s%n", peak);
        for (int[] s : SHAPES) {
            double forward = machine.gemmGflops(s[0], s[1], s[2]);
            double nanos = 2.0 * s[0] * s[1] * s[2] / forward;
            print(
                    "forward  %4d x %3d x %3d %7.1f GFLOP/s, %4.1f %% of the peak, %9.0f ns%n",
                    s[0], s[1], s[2], forward, 100 * forward / peak, nanos);
        }
        for (int[] s : SHAPES) {
            // The weight gradient of the same layer: [k, m]ᵀ · [m, n].
            double gradient = machine.gemmTransposedGflops(s[2], s[1], s[0]);
            double nanos = 2.0 * s[0] * s[1] * s[2] / gradient;
            print(
                    "gradient %4d x %3d x %3d %7.1f GFLOP/s, %4.1f %% of the peak, %9.0f ns%n",
                    s[2], s[1], s[0], gradient, 100 * gradient / peak, nanos);
        }
        print("tanh                      %7.2f ns/element%n", machine.tanhNanosPerElement());
        print("Adam                      %7.2f ns/parameter%n", machine.adamNanosPerParameter());
    }

    @SuppressWarnings("AnnotateFormatMethod")
    private static void print(String format, Object... values) {
        System.out.print(String.format(Locale.ROOT, format, values));
    }
}
