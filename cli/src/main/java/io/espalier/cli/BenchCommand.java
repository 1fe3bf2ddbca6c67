package io.espalier.cli;

import io.espalier.core.Box;
import io.espalier.core.Discrete;
import io.espalier.core.EnvironmentSpec;
import io.espalier.core.RandomStream;
import io.espalier.nn.MachinePeak;
import io.espalier.nn.Network;
import io.espalier.nn.NetworkSpec;
import io.espalier.nn.Weights;
import io.espalier.policy.ActionHead;
import io.espalier.policy.Algorithm;
import io.espalier.policy.AlgorithmProvider;
import io.espalier.policy.Normalizer;
import io.espalier.policy.Policy;
import io.espalier.policy.PolicySession;
import io.espalier.runtime.Provenance;
import io.espalier.runtime.SeedStatistics;
import io.espalier.runtime.SettingsBinder;
import io.espalier.runtime.Trainer;
import io.espalier.runtime.TrainingResult;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

/**
 * Measures this machine's arithmetic, and training against the bound that it sets.
 *
 * <p>The bound counts only what no implementation can avoid: per environment step of PPO with CleanRL's settings one
 * forward pass to act and, for each of 4 epochs, forward and backward (twice a forward pass) through 4-64-64-2 and
 * 4-64-64-1: 13 passes of 8,896 multiply-adds, and 256 tanh in each of 5 forward passes.
 */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Measures the matrix and tanh rate of this machine, and how near training comes to the bound they set.",
            "Takes about a minute. Close other programs first: figures from a busy machine mean little."
        })
final class BenchCommand implements Runnable {
    private static final double PASSES = 13;
    private static final double MULTIPLY_ADDS = 2 * (4 * 64 + 64 * 64) + 64 * 2 + 64;
    private static final double FLOP_PER_STEP = 2 * PASSES * MULTIPLY_ADDS;
    private static final double TANH_PER_STEP = 5 * 256;
    private static final long WARM_UP_NANOS = 10_000_000_000L;

    @Option(names = "--repeats", paramLabel = "N", description = "Measured runs of each kind (5).")
    private int repeats = 5;

    @Option(names = "--steps", paramLabel = "N", description = "Environment steps of each run (256000).")
    private int steps = 256_000;

    @Mixin
    private OutputOptions output = new OutputOptions();

    @Spec
    private @Nullable CommandSpec spec;

    private final Map<String, Object> figures = new LinkedHashMap<>();

    @Override
    public void run() {
        if (repeats < 1 || steps < 512) {
            throw new BadInput(
                    "--repeats (" + repeats + ") must be at least 1 and --steps (" + steps + ") at least 512.");
        }
        PrintWriter out = Terminal.out(spec);
        tell(
                out,
                "machine",
                "%s",
                Provenance.collect().get("cpu") + ", JDK " + Runtime.version() + ", "
                        + Provenance.collect().get("vector"));
        // Vector code is worthless until the compiler has taken it: train first, and probe until the rates have
        // settled.
        Catalog known = Catalog.of(null);
        TrainingResult cold = train(cleanRl(known, known.algorithm("ppo")), known.environment("CartPole-v1"), 1);
        MachinePeak probe = new MachinePeak();
        double peak = 0;
        double gemm = 0;
        double tanh = Double.POSITIVE_INFINITY;
        for (int i = 0; i < 6; i++) {
            peak = Math.max(peak, probe.fmaPeakGflops());
            gemm = Math.max(gemm, probe.gemmGflops(128, 64, 64));
            tanh = Math.min(tanh, probe.tanhNanosPerElement());
        }
        tell(out, "fused multiply-add", "%.1f GFLOP/s in registers, one core", peak);
        tell(out, "matrix product", "%.1f GFLOP/s for 128x64x64, %.0f %% of that", gemm, 100 * gemm / peak);
        tell(out, "tanh", "%.2f ns an element", tanh);
        figures.put("fmaGflops", peak);
        figures.put("gemmGflops", gemm);
        figures.put("tanhNanos", tanh);
        inference(out);
        double nanos = FLOP_PER_STEP / gemm + TANH_PER_STEP * tanh;
        tell(
                out,
                "bound",
                "%,.0f steps/s on one core (%,.0f FLOP and %,.0f tanh a step)",
                1e9 / nanos,
                FLOP_PER_STEP,
                TANH_PER_STEP);
        figures.put("boundStepsPerSecond", 1e9 / nanos);
        tell(out, "PPO, first run", "%,.0f steps/s with one thread, compiler warming up", cold.stepsPerSecond());
        training(out, 1e9 / nanos);
        if (output.json) {
            out.println(new JsonMapper().writeValueAsString(figures));
        }
        out.flush();
    }

    private void training(PrintWriter out, double bound) {
        Catalog catalog = Catalog.of(null);
        EnvironmentSpec cartPole = catalog.environment("CartPole-v1");
        Algorithm ppo = cleanRl(catalog, catalog.algorithm("ppo"));
        double[] one = new double[repeats];
        double[] two = new double[repeats];
        double[] ratio = new double[repeats];
        String digest = "";
        boolean same = true;
        double learned = Double.POSITIVE_INFINITY;
        // One and two threads take turns, so that drift hits both. The compiler takes seconds, and takes them from two
        // threads on two cores but hardly from one: the ratio of runs before it is done would be too low.
        long began = System.nanoTime();
        for (int i = 0; i < repeats; ) {
            boolean warm = System.nanoTime() - began > WARM_UP_NANOS;
            TrainingResult first = train(ppo, cartPole, 1);
            TrainingResult second = train(ppo, cartPole, 2);
            digest = digest.isEmpty() ? first.weightsDigest() : digest;
            same &= digest.equals(first.weightsDigest()) && digest.equals(second.weightsDigest());
            learned = Math.min(learned, first.meanReturn());
            if (warm) {
                one[i] = first.stepsPerSecond();
                two[i] = second.stepsPerSecond();
                ratio[i] = two[i] / one[i];
                i++;
            }
        }
        tell(
                out,
                "PPO, one thread",
                "%s steps/s, %.0f %% of the bound",
                spread(one),
                100 * SeedStatistics.median(one) / bound);
        tell(out, "PPO, two threads", "%s steps/s, %.2f times one thread", spread(two), SeedStatistics.median(ratio));
        tell(out, "same bits", "%s", same ? "yes, all runs with one and two threads" : "NO");
        tell(
                out,
                "learning check",
                "%s",
                learned >= 195
                        ? String.format(Locale.ROOT, "passed: mean return %.0f over the last 100 episodes", learned)
                        : String.format(Locale.ROOT, "FAILED: mean return %.0f, the rows above are void", learned));
        figures.put("ppoStepsPerSecond", SeedStatistics.median(one));
        figures.put("ppoShareOfBound", SeedStatistics.median(one) / bound);
        figures.put("ppoTwoThreadsStepsPerSecond", SeedStatistics.median(two));
        figures.put("ppoTwoThreadsRatio", SeedStatistics.median(ratio));
        figures.put("sameBits", same);
        figures.put("learningCheck", learned >= 195);
    }

    private TrainingResult train(Algorithm ppo, EnvironmentSpec cartPole, int threads) {
        return Trainer.of(ppo, cartPole)
                .seed(1)
                .threads(threads)
                .environmentSteps(steps)
                .withoutFinalEvaluation()
                .run();
    }

    private static <S extends Record> Algorithm cleanRl(Catalog catalog, AlgorithmProvider<S> provider) {
        return provider.create(SettingsBinder.bind(
                provider.defaults(),
                catalog.tuned("ppo", "cleanrl").orElseThrow().settings()));
    }

    /** One row through 4-64-64-2, greedy, again and again: what a control loop would do. */
    private void inference(PrintWriter out) {
        NetworkSpec spec = NetworkSpec.parse("dense(64) > tanh > dense(64) > tanh > heads(policy: dense(2))");
        Network network = new Network(spec, new int[] {4}, 1);
        network.initialize(new RandomStream(1));
        Policy policy = new Policy(
                Box.unbounded(4),
                new Discrete(2),
                Normalizer.identity(),
                spec,
                Weights.copyOf(0, network.parameters()),
                new ActionHead.Categorical(),
                Map.of());
        PolicySession session = policy.session(1);
        float[] observation = {0.01f, -0.02f, 0.03f, 0.04f};
        float[] action = new float[1];
        RandomStream[] streams = {new RandomStream(1)};
        float[] scratch = new float[1];
        boolean[] unmasked = {};
        double[] nanos = new double[41];
        for (int r = -40; r < nanos.length; r++) {
            long start = System.nanoTime();
            for (int i = 0; i < 20_000; i++) {
                observation[0] = i * 1e-6f;
                session.act(observation, 0, 1, unmasked, 0, streams, 0, true, action, 0, scratch, scratch, 0);
            }
            if (r >= 0) {
                nanos[r] = (System.nanoTime() - start) / 20_000.0;
            }
        }
        tell(out, "one-row inference", "%.3f µs for 4-64-64-2", SeedStatistics.median(nanos) / 1000);
        figures.put("inferenceMicros", SeedStatistics.median(nanos) / 1000);
    }

    private void tell(PrintWriter out, String name, String format, Object... values) {
        if (!output.quiet) {
            out.printf(Locale.ROOT, "%-20s " + format + "%n", prepend(name, values));
            out.flush();
        }
    }

    private static Object[] prepend(String name, Object[] values) {
        Object[] all = new Object[values.length + 1];
        all[0] = name;
        System.arraycopy(values, 0, all, 1, values.length);
        return all;
    }

    private static String spread(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return String.format(
                Locale.ROOT,
                "%,.0f (%,.0f to %,.0f)",
                SeedStatistics.median(values),
                sorted[0],
                sorted[sorted.length - 1]);
    }
}
