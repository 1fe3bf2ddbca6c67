package io.espalier.benchmarks;

import io.espalier.cli.Catalog;
import io.espalier.core.EnvironmentSpec;
import io.espalier.nn.MachinePeak;
import io.espalier.policy.Algorithm;
import io.espalier.policy.AlgorithmProvider;
import io.espalier.runtime.SeedStatistics;
import io.espalier.runtime.SettingsBinder;
import io.espalier.runtime.Trainer;
import io.espalier.runtime.TrainingResult;
import java.util.List;
import java.util.Map;

/**
 * How near training with several algorithms comes to the arithmetic that none of them can avoid, on one thread, and what a
 * second thread brings: whole runs, after ten seconds of them, one thread and two in turn, in one process with the rates
 * that set the bound.
 * {@code benchmarks/run SpeedShares [PAIRS [ALGORITHM ...]]}; five pairs of all unless told otherwise. Meaningful on a
 * machine that does nothing else.
 *
 * <p>The bound counts matrix products alone (a backward pass is two forward ones) and tanh: one forward pass for each
 * environment step, and for each row of an update the passes named below.
 */
public final class SpeedShares {
    /** Two 4-64-64-x networks, policy and value. */
    private static final double ACTOR_CRITIC = 2 * (4 * 64 + 64 * 64) + 64 * 2 + 64;

    /** 4-256-256-2. */
    private static final double VALUES = 4 * 256 + 256 * 256 + 256 * 2;

    /** 3-256-256-2 and 4-256-256-1, which happen to be equal. */
    private static final double SOFT = 3 * 256 + 256 * 256 + 256 * 2;

    /** 3-256-256-1. */
    private static final double DETERMINISTIC = 3 * 256 + 256 * 256 + 256;

    private static final double ACTOR_CRITIC_TANH = 4 * 64;

    /**
     * How long pairs are run before they count. The compiler takes seconds, and takes them from two threads on two cores but
     * hardly from one: ratios that are measured too early are too low.
     */
    static final long WARM_UP_NANOS = 10_000_000_000L;

    /** What must be done. Multiply-adds and tanh of a step, and of an update of so many rows. */
    private record Case(
            String algorithm,
            String tuned,
            Map<String, ?> settings,
            String environment,
            int steps,
            double stepMultiplyAdds,
            double stepTanh,
            int rows,
            double rowMultiplyAdds,
            double rowTanh) {}

    private static final List<Case> CASES = List.of(
            new Case(
                    "ppo",
                    "cleanrl",
                    Map.of(),
                    "CartPole-v1",
                    256_000,
                    ACTOR_CRITIC,
                    ACTOR_CRITIC_TANH,
                    128,
                    3 * ACTOR_CRITIC,
                    ACTOR_CRITIC_TANH),
            new Case(
                    "a2c",
                    "CartPole-v1",
                    Map.of(),
                    "CartPole-v1",
                    400_000,
                    ACTOR_CRITIC,
                    ACTOR_CRITIC_TANH,
                    40,
                    3 * ACTOR_CRITIC,
                    ACTOR_CRITIC_TANH),
            // Double targets: both networks on the next states, forward and backward on these.
            new Case("dqn", "CartPole-v1", Map.of(), "CartPole-v1", 10_000, VALUES, 0, 64, 5 * VALUES, 0),
            // Actor on the next states and on these, two targets, two critics forward and backward; then the critics
            // again,
            // to their inputs, and back through the actor.
            new Case("sac", "", Map.of("learningRate", 0.001), "Pendulum-v1", 1500, SOFT, 0, 256, 16 * SOFT, 0),
            // As SAC, but only every second update goes through one critic to the actor.
            new Case(
                    "td3",
                    "",
                    Map.of("learningStarts", 100),
                    "Pendulum-v1",
                    1500,
                    DETERMINISTIC,
                    0,
                    256,
                    2.5 * DETERMINISTIC + 9 * SOFT,
                    0));

    private SpeedShares() {}

    /** Measures, prints and stores. */
    public static void main(String[] words) {
        int pairs = words.length > 0 ? Integer.parseInt(words[0]) : 5;
        List<String> chosen = List.of(words).subList(Math.min(1, words.length), words.length);
        Report report = new Report("speed-shares", "how near training comes to its arithmetic, and two threads");
        MachinePeak probe = new MachinePeak();
        double gemm = 0;
        double tanh = Double.POSITIVE_INFINITY;
        for (int i = 0; i < 4; i++) {
            gemm = Math.max(gemm, Math.max(probe.gemmGflops(128, 64, 64), probe.gemmGflops(64, 256, 256)));
            tanh = Math.min(tanh, probe.tanhNanosPerElement());
        }
        report.line("Matrix products: %.0f GFLOP/s; tanh: %.2f ns.", gemm, tanh);
        report.line("");
        report.line("| algorithm | environment | steps/s | of the bound | two threads, steps/s | times one thread |");
        report.line("|---|---|---|---|---|---|");
        for (Case each : CASES) {
            if (chosen.isEmpty() || chosen.contains(each.algorithm)) {
                measure(each, pairs, gemm, tanh, report);
            }
        }
        report.store();
    }

    private static void measure(Case what, int pairs, double gemm, double tanh, Report report) {
        Catalog catalog = Catalog.of(null);
        EnvironmentSpec environment = catalog.environment(what.environment);
        Algorithm algorithm = algorithm(catalog, catalog.algorithm(what.algorithm), what);
        double[] one = new double[pairs];
        double[] two = new double[pairs];
        double[] ratios = new double[pairs];
        double bound = 0;
        long began = System.nanoTime();
        for (int pair = 0; pair < pairs; ) {
            boolean warm = System.nanoTime() - began > WARM_UP_NANOS;
            TrainingResult first = train(algorithm, environment, what.steps, 1);
            TrainingResult second = train(algorithm, environment, what.steps, 2);
            if (!first.weightsDigest().equals(second.weightsDigest())) {
                throw new IllegalStateException(what.algorithm + ": one thread and two give different weights.");
            }
            // How many updates there are depends on when learning starts.
            double rows = (double) first.updates() * what.rows;
            double nanos = 2 * (first.environmentSteps() * what.stepMultiplyAdds + rows * what.rowMultiplyAdds) / gemm
                    + (first.environmentSteps() * what.stepTanh + rows * what.rowTanh) * tanh;
            bound = first.environmentSteps() * 1e9 / nanos;
            if (warm) {
                one[pair] = first.stepsPerSecond();
                two[pair] = second.stepsPerSecond();
                ratios[pair] = two[pair] / one[pair];
                pair++;
            }
        }
        report.line(
                "| %s | %s | %,.0f | %.0f %% | %,.0f | %.2f |",
                what.algorithm,
                what.environment,
                SeedStatistics.median(one),
                100 * SeedStatistics.median(one) / bound,
                SeedStatistics.median(two),
                SeedStatistics.median(ratios));
    }

    private static TrainingResult train(Algorithm algorithm, EnvironmentSpec environment, int steps, int threads) {
        return Trainer.of(algorithm, environment)
                .seed(1)
                .threads(threads)
                .environmentSteps(steps)
                .withoutFinalEvaluation()
                .run();
    }

    private static <S extends Record> Algorithm algorithm(Catalog catalog, AlgorithmProvider<S> provider, Case what) {
        Map<String, ?> settings = what.tuned.isEmpty()
                ? what.settings
                : catalog.tuned(what.algorithm, what.tuned).orElseThrow().settings();
        return provider.create(SettingsBinder.bind(provider.defaults(), settings));
    }
}
