package io.espalier.benchmarks;

import io.espalier.core.Cores;
import io.espalier.runtime.SpinCores;
import java.util.Arrays;
import java.util.Locale;

/**
 * What it costs to hand work to several threads and wait for them: empty tasks, one per thread, back to back (threads
 * spin) and after a pause (threads are parked). On a machine that others use, look at the least figure.
 *
 * <pre>java -cp ... io.espalier.benchmarks.SpinCoresBenchmark</pre>
 */
public final class SpinCoresBenchmark {
    private static final int SAMPLES = 400;
    private static final int RUNS = 500;

    private SpinCoresBenchmark() {}

    /** Prints the table. */
    public static void main(String[] arguments) {
        int processors = Runtime.getRuntime().availableProcessors();
        System.out.printf(Locale.ROOT, "%d processors; microseconds per run: least, median, 90 %%%n", processors);
        for (int threads : new int[] {1, 2, 4, 8}) {
            try (SpinCores cores = new SpinCores(threads)) {
                measure(cores, 20);
                print(threads + " threads, back to back", measure(cores, SAMPLES));
                print(threads + " threads, after 1 ms of rest", rested(cores));
            }
        }
    }

    private static double[] measure(Cores cores, int samples) {
        long[] sums = new long[cores.count() * 16];
        Cores.Task task = (index, thread) -> sums[16 * index]++;
        double[] micros = new double[samples];
        for (int s = 0; s < samples; s++) {
            long start = System.nanoTime();
            for (int i = 0; i < RUNS; i++) {
                cores.run(cores.count(), task);
            }
            micros[s] = (System.nanoTime() - start) / 1e3 / RUNS;
        }
        return micros;
    }

    private static double[] rested(Cores cores) {
        long[] sums = new long[cores.count() * 16];
        Cores.Task task = (index, thread) -> sums[16 * index]++;
        double[] micros = new double[SAMPLES];
        for (int s = 0; s < SAMPLES; s++) {
            long rest = System.nanoTime() + 1_000_000;
            while (System.nanoTime() < rest) {
                Thread.onSpinWait();
            }
            long start = System.nanoTime();
            cores.run(cores.count(), task);
            micros[s] = (System.nanoTime() - start) / 1e3;
        }
        return micros;
    }

    private static void print(String name, double[] micros) {
        Arrays.sort(micros);
        System.out.printf(
                Locale.ROOT,
                "%-32s %8.2f %8.2f %8.2f%n",
                name,
                micros[0],
                micros[micros.length / 2],
                micros[micros.length * 9 / 10]);
    }
}
