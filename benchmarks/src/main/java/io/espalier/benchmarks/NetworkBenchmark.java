package io.espalier.benchmarks;

import io.espalier.core.RandomStream;
import io.espalier.nn.Gradients;
import io.espalier.nn.Network;
import io.espalier.nn.NetworkSpec;
import io.espalier.nn.Optimizer;
import io.espalier.nn.OptimizerSpec;
import io.espalier.runtime.SeedStatistics;
import java.util.Arrays;
import java.util.Locale;

/**
 * How long networks take on one thread: whole updates (forward, backward, clipping by global norm, Adam) and forward
 * passes of one row. Each line gives the median, least and 90th percentile of many samples, and which share of the
 * machine's matrix-product rate the update's matrix products alone reach in that time. That rate is taken as the best of
 * the forward passes of dense layers 64 and 256 wide.
 *
 * <pre>java --add-modules jdk.incubator.vector -cp ... io.espalier.benchmarks.NetworkBenchmark</pre>
 */
public final class NetworkBenchmark {
    private static final int SAMPLES = 300;
    private static final double SAMPLE_NANOS = 1e6;
    private static final long ROUND_NANOS = 300_000_000;
    private static final int MOST_ROUNDS = 60;

    private NetworkBenchmark() {}

    /** Prints the table. */
    public static void main(String[] arguments) {
        String trunks = "heads(policy: dense(64) > tanh > dense(64) > tanh > dense(2),"
                + " value: dense(64) > tanh > dense(64) > tanh > dense(1))";
        String wide = "dense(256) > relu > dense(256) > relu > dense(2)";
        double peak = 0;
        for (int width : new int[] {64, 256}) {
            for (int rows : new int[] {128, 256}) {
                double[] nanos = samples(forward("dense(" + width + ")", width, rows));
                double rate = 2.0 * rows * width * width / SeedStatistics.median(nanos);
                print(
                        "forward dense " + width + "x" + width + ", " + rows + " rows",
                        nanos,
                        2.0 * rows * width * width,
                        0);
                peak = Math.max(peak, rate);
            }
        }
        for (int rows : new int[] {64, 128, 256}) {
            double flops = updateFlops(rows, 4, 64, 64, 2) + updateFlops(rows, 4, 64, 64, 1);
            print("update 2 trunks 4-64-64-(2|1), " + rows + " rows", samples(update(trunks, 4, rows)), flops, peak);
        }
        for (int rows : new int[] {64, 256}) {
            double flops = updateFlops(rows, 4, 256, 256, 2);
            print("update 4-256-256-2, " + rows + " rows", samples(update(wide, 4, rows)), flops, peak);
        }
        String small = "dense(64) > tanh > dense(64) > tanh > dense(2)";
        for (int rows : new int[] {1, 4, 8, 128}) {
            double flops = 2.0 * rows * (4 * 64 + 64 * 64 + 64 * 2);
            print("forward 4-64-64-2, " + rows + " rows", samples(forward(small, 4, rows)), flops, peak);
        }
        double flops = 2.0 * (4 * 256 + 256 * 256 + 256 * 2);
        print("forward 4-256-256-2, 1 row", samples(forward(wide, 4, 1)), flops, peak);
    }

    private static double updateFlops(int rows, int... widths) {
        double flops = 0;
        for (int i = 1; i < widths.length; i++) {
            // Forward, gradient of the weights and, but for the first layer, of the inputs.
            flops += (i == 1 ? 2 : 3) * 2.0 * rows * widths[i - 1] * widths[i];
        }
        return flops;
    }

    private static Network network(String text, int inputs, int rows) {
        Network network = new Network(NetworkSpec.parse(text), new int[] {inputs}, rows);
        network.initialize(new RandomStream(1));
        return network;
    }

    private static float[] inputs(int count) {
        float[] values = new float[count];
        RandomStream random = new RandomStream(2);
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    private static Runnable forward(String text, int inputs, int rows) {
        Network network = network(text, inputs, rows);
        float[] input = inputs(rows * inputs);
        return () -> network.forward(input, 0, rows);
    }

    private static Runnable update(String text, int inputs, int rows) {
        Network network = network(text, inputs, rows);
        float[] input = inputs(rows * inputs);
        int size = network.parameterCount();
        Optimizer adam = OptimizerSpec.adam(1e-5).create(size);
        float[][] gradients = new float[network.heads()][];
        for (int h = 0; h < gradients.length; h++) {
            gradients[h] = inputs(rows * network.headSize(h));
        }
        return () -> {
            network.forward(input, 0, rows);
            for (int h = 0; h < gradients.length; h++) {
                System.arraycopy(gradients[h], 0, network.outputGradient(h), 0, gradients[h].length);
            }
            network.backward();
            float[] g = network.gradients();
            float scale = Gradients.clipScale(Gradients.squaredNorm(g, 0, size), 0.5);
            adam.beginStep();
            adam.step(network.parameters(), g, 0, size, 1e-6f, scale);
            network.parametersChanged();
        };
    }

    /** Sorted nanoseconds of one call. */
    private static double[] samples(Runnable call) {
        double best = Double.MAX_VALUE;
        int calm = 0;
        // Warm when four rounds in a row brought no tenth: the compiler takes its time with vector code.
        for (int round = 0; round < MOST_ROUNDS && calm < 4; round++) {
            long calls = 0;
            long start = System.nanoTime();
            long spent = 0;
            while (spent < ROUND_NANOS) {
                call.run();
                calls++;
                spent = System.nanoTime() - start;
            }
            double each = (double) spent / calls;
            calm = each < 0.9 * best ? 0 : calm + 1;
            best = Math.min(best, each);
        }
        long batch = Math.max(1, Math.round(SAMPLE_NANOS / best));
        double[] nanos = new double[SAMPLES];
        for (int s = 0; s < SAMPLES; s++) {
            long before = System.nanoTime();
            for (long i = 0; i < batch; i++) {
                call.run();
            }
            nanos[s] = (System.nanoTime() - before) / (double) batch;
        }
        Arrays.sort(nanos);
        return nanos;
    }

    private static void print(String what, double[] nanos, double flops, double peak) {
        String share = peak > 0
                ? String.format(Locale.ROOT, "  %3.0f %%", 100 * flops / SeedStatistics.median(nanos) / peak)
                : "";
        System.out.printf(
                Locale.ROOT,
                "%-42s %9.2f us  (least %.2f, p90 %.2f)  %6.1f GFLOP/s%s%n",
                what,
                SeedStatistics.median(nanos) / 1000,
                nanos[0] / 1000,
                nanos[SAMPLES * 9 / 10] / 1000,
                flops / SeedStatistics.median(nanos),
                share);
    }
}
