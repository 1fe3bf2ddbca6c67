package io.espalier.benchmarks;

import io.espalier.algorithms.parts.ShardedUpdate;
import io.espalier.core.Cores;
import io.espalier.core.RandomStream;
import io.espalier.nn.Network;
import io.espalier.nn.NetworkSpec;
import io.espalier.nn.OptimizerSpec;
import io.espalier.nn.Weights;
import io.espalier.runtime.LearnerPlacement;
import io.espalier.runtime.model.PipelineParallel;
import io.espalier.runtime.model.PipelineSchedule;
import io.espalier.runtime.model.TensorParallel;
import io.espalier.runtime.workers.LocalPool;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Gradient updates of one network uncut, in stages and in slices, over threads of this process: updates per second, and
 * the part of the time that stages wait, beside the (S − 1)/(M + S − 1) of equal stages on as many processors.
 * {@code benchmarks/run ModelParallelSpeed [WIDTH [LAYERS [ROWS]]]}; 8 dense layers of 256 and minibatches of 512 rows
 * unless told otherwise. Meaningful on a machine that does nothing else, with a processor for each stage.
 */
public final class ModelParallelSpeed {
    private static final int ROUNDS = 5;
    private static final int UPDATES = 20;

    private final int width;
    private final int rows;
    private final NetworkSpec spec;
    private final float[] data;

    private ModelParallelSpeed(int width, int layers, int rows) {
        this.width = width;
        this.rows = rows;
        NetworkSpec[] chain = new NetworkSpec[2 * layers - 1];
        for (int i = 0; i < chain.length; i++) {
            chain[i] = i % 2 == 0 ? NetworkSpec.dense(width) : NetworkSpec.tanh();
        }
        spec = NetworkSpec.sequential(chain);
        data = new float[rows * width];
        RandomStream random = new RandomStream(1);
        for (int i = 0; i < data.length; i++) {
            data[i] = (float) random.uniform(-1, 1);
        }
    }

    /** Measures, prints and stores. */
    public static void main(String[] words) {
        int width = words.length > 0 ? Integer.parseInt(words[0]) : 256;
        int layers = words.length > 1 ? Integer.parseInt(words[1]) : 8;
        int rows = words.length > 2 ? Integer.parseInt(words[2]) : 512;
        new ModelParallelSpeed(width, layers, rows).run(layers);
    }

    private void run(int layers) {
        Report report = new Report("model-parallel", "one network in stages and in slices");
        report.line(
                "%d dense layers of %d, minibatches of %d rows in %d micro-batches, Adam; %d processors; median of %d times"
                        + " %d updates.",
                layers,
                width,
                rows,
                ShardedUpdate.shards(rows),
                Runtime.getRuntime().availableProcessors(),
                ROUNDS,
                UPDATES);
        report.line("");
        report.line("| how | updates/s | waiting | (S − 1)/(M + S − 1) | bits of the uncut network |");
        report.line("|---|---|---|---|---|");
        Measured uncut = measure(LearnerPlacement.HERE);
        report.line("| uncut, one thread | %.1f | | | |", uncut.rate);
        for (PipelineSchedule schedule : PipelineSchedule.values()) {
            for (int stages = 1; stages <= Math.min(4, layers); stages++) {
                try (LocalPool pool = new LocalPool();
                        PipelineParallel pipeline = new PipelineParallel(pool, stages, schedule)) {
                    Measured cut = measure(pipeline);
                    report.line(
                            "| %s, %d stages | %.1f | %.3f | %.3f | %s |",
                            schedule == PipelineSchedule.GPIPE ? "GPipe" : "1F1B",
                            stages,
                            cut.rate,
                            cut.figures.getOrDefault("pipeline/bubble", Double.NaN),
                            cut.figures.getOrDefault("pipeline/bubble-ideal", Double.NaN),
                            cut.digest.equals(uncut.digest) ? "yes" : "NO");
                }
            }
        }
        for (int slices = 1; slices <= 2; slices++) {
            try (LocalPool pool = new LocalPool();
                    TensorParallel tensor = new TensorParallel(pool, slices)) {
                Measured cut = measure(tensor);
                report.line(
                        "| %d slices | %.1f | %.3f | | %s |",
                        slices,
                        cut.rate,
                        cut.figures.getOrDefault("tensor/idle", Double.NaN),
                        cut.digest.equals(uncut.digest) ? "yes" : "up to rounding");
            }
        }
        report.store();
    }

    private record Measured(double rate, Map<String, Double> figures, String digest) {}

    private Measured measure(LearnerPlacement placement) {
        Network network = new Network(spec, new int[] {width}, 1);
        network.initialize(new RandomStream(2));
        ShardedUpdate update = new ShardedUpdate(
                network,
                OptimizerSpec.adam().create(network.parameterCount()),
                rows,
                0.5,
                new Imitate(),
                placement.around(Cores.SERIAL));
        double[] rates = new double[ROUNDS];
        Map<String, Double> figures = new HashMap<>();
        for (int round = -1; round < ROUNDS; round++) { // one to warm up
            placement.report((name, value) -> {});
            long began = System.nanoTime();
            for (int i = 0; i < UPDATES; i++) {
                update.gradients(rows);
                update.apply(1e-4);
            }
            if (round >= 0) {
                rates[round] = UPDATES / ((System.nanoTime() - began) * 1e-9);
            }
        }
        placement.report(figures::put);
        Arrays.sort(rates);
        String digest = Weights.copyOf(0, network.parameters()).digest();
        return new Measured(rates[ROUNDS / 2], figures, digest);
    }

    /** L = 1/n Σ ½·(output − input)². */
    private final class Imitate implements ShardedUpdate.Loss {
        @Override
        public void inputs(int shard, int from, int count, float[] into) {
            System.arraycopy(data, from * width, into, 0, count * width);
        }

        @Override
        public void gradients(Network network, int from, int count, double[] figures, int at) {
            for (int i = 0; i < count * width; i++) {
                float error = network.output(0)[i] - data[from * width + i];
                network.outputGradient(0)[i] = error / rows;
                figures[at] += 0.5 * error * error;
            }
        }
    }
}
