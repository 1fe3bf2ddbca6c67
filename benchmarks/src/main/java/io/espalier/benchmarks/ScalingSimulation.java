package io.espalier.benchmarks;

import io.espalier.benchmarks.ScalingModel.Layout;
import io.espalier.benchmarks.ScalingModel.Mode;
import io.espalier.benchmarks.ScalingModel.Outcome;
import io.espalier.cli.Catalog;
import io.espalier.core.EnvironmentSpec;
import io.espalier.policy.Algorithm;
import io.espalier.policy.AlgorithmProvider;
import io.espalier.policy.RolloutAlgorithm;
import java.util.Map;
import java.util.TreeMap;

/**
 * Where a run goes with 64 and with 1,000 workers, which nobody here has: a simulation of discrete events, fed with what
 * its parts cost on this machine, and checked against what a few workers do in truth. {@code benchmarks/run
 * ScalingSimulation [ALGORITHM ENVIRONMENT [STEPS]] [K=RATE ...]}: each K=RATE is what K JVMs of a cluster on this machine
 * were measured to do, in environment steps a second; without any, threads of this process are measured.
 */
public final class ScalingSimulation {
    private static final int[] WORKERS = {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1000};
    private static final int EACH = 8;
    private static final double HEAD_CORES = 8;
    private static final double JITTER = 0.1;
    private static final double LOOPBACK_LATENCY = 1e-4;
    private static final double LOOPBACK_BANDWIDTH = 0.9e9;
    private static final int SYNCHRONOUS_ENVIRONMENTS = 1024;

    private ScalingSimulation() {}

    /** Measures, simulates, prints and stores. */
    public static void main(String[] words) {
        Map<Integer, Double> measured = new TreeMap<>();
        int plain = 0;
        while (plain < words.length && !words[plain].contains("=")) {
            plain++;
        }
        for (int i = plain; i < words.length; i++) {
            int cut = words[i].indexOf('=');
            measured.put(Integer.valueOf(words[i].substring(0, cut)), Double.valueOf(words[i].substring(cut + 1)));
        }
        String name = plain > 1 ? words[0] : "vtrace";
        Catalog catalog = Catalog.of(null);
        EnvironmentSpec environment = catalog.environment(plain > 1 ? words[1] : "LunarLander-v3");
        long steps = plain > 2 ? Long.parseLong(words[2]) : 200_000;
        if (!(create(catalog.algorithm(name)) instanceof RolloutAlgorithm algorithm)) {
            throw new IllegalArgumentException("algorithm (" + name + ") must learn from rollouts. Maybe vtrace.");
        }
        CostMeter meter = new CostMeter(algorithm, environment, steps);
        Report report =
                new Report("scaling-simulation", "Scaling of " + name + " on " + environment.name() + ", simulated");
        ScalingCosts costs = meter.costs(LOOPBACK_LATENCY, LOOPBACK_BANDWIDTH);
        costs(report, costs, algorithm);
        check(report, meter, costs, measured);
        asynchronous(report, costs.over(1e-4, 1.25e9), "10 Gb/s, 0.1 ms one way");
        asynchronous(report, costs.over(2e-4, 1.25e8), "1 Gb/s, 0.2 ms one way");
        synchronous(report, many(costs.over(1e-4, 1.25e9), algorithm), "10 Gb/s, 0.1 ms one way");
        report.line("");
        report.line(
                "Assumed: %d workers and as many cores to a machine, %.0f cores at the head, one link there, one thread that"
                        + " decodes and one that learns; collecting varies evenly by ±%.0f %%. Not in it: lost workers,"
                        + " garbage collection, switches.",
                EACH, HEAD_CORES, 100 * JITTER);
        report.store();
    }

    private static <S extends Record> Algorithm create(AlgorithmProvider<S> provider) {
        return provider.create(provider.defaults());
    }

    private static void costs(Report report, ScalingCosts costs, RolloutAlgorithm algorithm) {
        report.line("Costs of a block, measured in one thread of this process:");
        report.line("");
        report.line("| part | cost |");
        report.line("|---|---|");
        report.line(
                "| steps in a block | %,d (%d steps of %d environments) |",
                costs.rows(), algorithm.rolloutSteps(), algorithm.environments());
        report.line("| collecting it | %.3f ms |", 1e3 * costs.collect());
        report.line("| learning from it | %.3f ms |", 1e3 * costs.update());
        report.line("| its message | %,.0f bytes |", costs.blockBytes());
        report.line("| writing, reading that | %.3f ms, %.3f ms |", 1e3 * costs.encode(), 1e3 * costs.decode());
        report.line("| weights | %,.0f bytes, written in %.3f ms |", costs.weightBytes(), 1e3 * costs.weightEncode());
        report.line("");
    }

    private static void check(Report report, CostMeter meter, ScalingCosts costs, Map<Integer, Double> measured) {
        double cores = Runtime.getRuntime().availableProcessors();
        boolean processes = !measured.isEmpty();
        if (!processes) {
            for (int workers = 1; workers <= 4; workers++) {
                measured.put(workers, meter.threads(workers));
            }
        }
        report.line(
                "Checked against %s on this machine's %.0f cores, asynchronous:",
                processes ? "JVMs of a cluster" : "threads of one process", cores);
        report.line("");
        report.line("| workers | measured, steps/s | simulated, steps/s | error |");
        report.line("|---|---|---|---|");
        for (Map.Entry<Integer, Double> entry : measured.entrySet()) {
            int workers = entry.getKey();
            Layout layout = new Layout(workers, processes ? 1 : workers, cores, cores, true);
            Outcome outcome = simulate(processes ? costs : costs.withinOneProcess(), layout, Mode.ASYNCHRONOUS);
            report.line(
                    "| %d | %,.0f | %,.0f | %+.1f %% |",
                    workers,
                    entry.getValue(),
                    outcome.samplesPerSecond(),
                    100 * error(outcome.samplesPerSecond(), entry.getValue()));
        }
        double worst = measured.entrySet().stream()
                .mapToDouble(entry -> {
                    int workers = entry.getKey();
                    Layout layout = new Layout(workers, processes ? 1 : workers, cores, cores, true);
                    ScalingCosts used = processes ? costs : costs.withinOneProcess();
                    return Math.abs(
                            error(simulate(used, layout, Mode.ASYNCHRONOUS).samplesPerSecond(), entry.getValue()));
                })
                .max()
                .orElse(Double.NaN);
        report.line("");
        report.line("The largest error of a prediction is **%.1f %%**.", 100 * worst);
    }

    /** By which part of the truth a prediction is above it. */
    static double error(double predicted, double measured) {
        return predicted / measured - 1;
    }

    /** The same for an algorithm with as many environments as 1,000 workers can share. */
    private static ScalingCosts many(ScalingCosts costs, RolloutAlgorithm algorithm) {
        double times = (double) SYNCHRONOUS_ENVIRONMENTS / algorithm.environments();
        return new ScalingCosts(
                (int) Math.round(costs.rows() * times),
                costs.collect() * times,
                costs.update() * times,
                costs.blockBytes() * times,
                costs.encode() * times,
                costs.decode() * times,
                costs.weightBytes(),
                costs.weightEncode(),
                costs.latency(),
                costs.bandwidth());
    }

    private static void asynchronous(Report report, ScalingCosts costs, String network) {
        report.line("");
        report.line("## Asynchronous, %s", network);
        report.line("");
        report.line("Each worker has all environments of the algorithm; at most 16 versions old, 2 blocks ahead.");
        table(report, costs, Mode.ASYNCHRONOUS.withJitter(JITTER));
    }

    private static void synchronous(Report report, ScalingCosts costs, String network) {
        report.line("");
        report.line("## Synchronous, %s", network);
        report.line("");
        report.line(
                "%,d environments divided among the workers; one update of one thread for each %,d steps.",
                SYNCHRONOUS_ENVIRONMENTS, costs.rows());
        table(report, costs, Mode.SYNCHRONOUS.withJitter(JITTER));
    }

    private static void table(Report report, ScalingCosts costs, Mode mode) {
        report.line("");
        report.line("| workers | steps/s | times one worker | busiest part | busy | staleness | dropped |");
        report.line("|---|---|---|---|---|---|---|");
        double one = 0;
        String before = "";
        StringBuilder moves = new StringBuilder();
        for (int workers : WORKERS) {
            Outcome outcome = simulate(costs, Layout.machines(workers, Math.min(workers, EACH), HEAD_CORES), mode);
            one = one == 0 ? outcome.samplesPerSecond() : one;
            String part = outcome.bottleneck();
            report.line(
                    "| %,d | %,.0f | %.1f | %s | %.0f %% | %.1f | %.0f %% |",
                    workers,
                    outcome.samplesPerSecond(),
                    outcome.samplesPerSecond() / one,
                    part,
                    100 * outcome.utilization().getOrDefault(part, 0.0),
                    outcome.staleness(),
                    100 * outcome.droppedShare());
            if (!part.equals(before)) {
                moves.append(before.isEmpty() ? "" : "; from " + workers + " workers on ")
                        .append(part);
                before = part;
            }
        }
        report.line("");
        report.line("The bottleneck: %s.", moves);
    }

    private static Outcome simulate(ScalingCosts costs, Layout layout, Mode mode) {
        // Long enough for a few hundred blocks of whatever is slowest.
        double block = Math.max(
                Math.max(costs.collect(), costs.update()),
                Math.max(costs.transfer(costs.blockBytes()), costs.decode()) + costs.latency());
        return ScalingModel.simulate(costs, layout, mode, Math.max(1, 200 * block), 1);
    }
}
