package io.espalier.benchmarks;

import io.espalier.runtime.ResourceUse;
import io.espalier.runtime.events.RunEvent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What {@code --resources auto} brings: steady loads and loads that change half way, under every fixed division, the
 * default one and the one that is found while the run goes on. {@code benchmarks/run ResourceStudy [SECONDS [ROUNDS [LOAD
 * ...]]]}: so many seconds for each fixed division (3), 17 times as many for the one that is sought, everything
 * so many times in turn (3). All in one JVM, warm. Steady loads and those that change are stored apart.
 */
public final class ResourceStudy {
    private static final int[] WORKERS = {1, 2, 4, 8, 16, 32};
    private static final int[] THREADS = {1, 2};
    private static final double WARM_SECONDS = 1;
    /** How long the first half of a load that changes takes those who are best at it. */
    private static final double HALF_SECONDS = 30;

    private static final Split DEFAULT = new Split(2, 2);

    private static final Map<String, ?> SMALL = Map.of("environments", 4, "rolloutSteps", 32);
    private static final Map<String, ?> LARGE =
            Map.of("environments", 4, "rolloutSteps", 32, "trunk", "dense(256) > tanh > dense(256) > tanh");
    private static final Map<String, ?> PPO = Map.of("environments", 16, "rolloutSteps", 64);

    private static final List<ResourceLoad> LOADS = List.of(
            ResourceLoad.steady("synchronous-bare", "synchronous", "ppo", PPO, 0, 0),
            ResourceLoad.steady("pipelined-learning", "pipelined", "ppo", PPO, 0, 0),
            ResourceLoad.steady("pipelined-waiting", "pipelined", "ppo", PPO, 0, 500),
            ResourceLoad.steady("asynchronous-balanced", "asynchronous", "vtrace", LARGE, 15, 0),
            ResourceLoad.steady("asynchronous-computing", "asynchronous", "vtrace", SMALL, 100, 0),
            ResourceLoad.steady("asynchronous-waiting", "asynchronous", "vtrace", SMALL, 0, 300),
            new ResourceLoad("changing-to-waiting", "asynchronous", "vtrace", LARGE, 15, 0, 15, 285),
            new ResourceLoad("changing-computing", "asynchronous", "vtrace", LARGE, 15, 0, 300, 0));

    private final double seconds;
    private final int rounds;
    private final Report report;

    private record Split(int workers, int threads) {
        @Override
        public String toString() {
            return workers + "+" + threads;
        }
    }

    private ResourceStudy(double seconds, int rounds, boolean changing) {
        this.seconds = seconds;
        this.rounds = rounds;
        report = new Report(
                changing ? "resources-changing" : "resources",
                "Threads divided between workers and learner, fixed and while the run goes on");
    }

    /** Runs it. */
    public static void main(String[] words) throws InterruptedException {
        double seconds = words.length > 0 ? Double.parseDouble(words[0]) : 3;
        int rounds = words.length > 1 ? Integer.parseInt(words[1]) : 3;
        List<String> names = Arrays.asList(words).subList(Math.min(2, words.length), words.length);
        for (boolean changing : new boolean[] {false, true}) {
            List<ResourceLoad> loads = LOADS.stream()
                    .filter(load -> load.changes() == changing)
                    .filter(load -> names.isEmpty() || names.contains(load.name()))
                    .toList();
            if (!loads.isEmpty()) {
                new ResourceStudy(seconds, rounds, changing).run(loads, changing);
            }
        }
    }

    private void run(List<ResourceLoad> loads, boolean changing) throws InterruptedException {
        report.line(
                "Environment steps a second that were learned from; medians of %d rounds. W+L is W workers and L threads of"
                        + " the learner; the default is %s on this machine. Each fixed division is measured for %.0f s in"
                        + " each round.",
                rounds, DEFAULT, seconds);
        report.line("");
        if (changing) {
            report.line(
                    "20 times slower half way: seconds for the same environment steps, half of them before the change."
                            + " Those of a fixed division follow from its two rates; the best was also run.");
            report.line("");
            report.line(
                    "| load | default | best fixed | the same, run | auto | against best fixed | against default | best"
                            + " fixed before, after | auto went through |");
            report.line("|---|---|---|---|---|---|---|---|---|");
            for (ResourceLoad load : loads) {
                changing(load);
            }
        } else {
            report.line(
                    "The best and the default are measured again right before and after the run that seeks, of whose"
                            + " rate the shares are medians.");
            report.line("");
            report.line(
                    "| steady load | default | best fixed | worst fixed | auto, settled | of best | of default | auto,"
                            + " from its start, of default | ends at | changes |");
            report.line("|---|---|---|---|---|---|---|---|---|---|");
            for (ResourceLoad load : loads) {
                steady(load);
            }
        }
        report.line("");
        report.line(
                "Loads: see the class. Where steps wait, workers need no processor; where they compute, two processors"
                        + " are shared by whoever runs, and the operating system divides them well by itself.");
        report.store();
    }

    private static List<Split> splits(ResourceLoad load) {
        List<Split> splits = new ArrayList<>();
        for (int threads : THREADS) {
            if (load.mode().equals("synchronous")) {
                splits.add(new Split(threads, threads));
            } else {
                for (int workers : WORKERS) {
                    splits.add(new Split(workers, threads));
                }
            }
        }
        return splits;
    }

    private double fixed(ResourceLoad load, Split split) throws InterruptedException {
        try (ResourceRun run = new ResourceRun(load, ResourceUse.FIXED, split.workers(), split.threads())) {
            run.rate(WARM_SECONDS);
            return run.rate(seconds);
        }
    }

    private Map<Split, Double> rates(ResourceLoad load, boolean slow) throws InterruptedException {
        load.set(slow);
        List<Split> splits = splits(load);
        // Compilation.
        for (Split split : List.of(splits.get(0), DEFAULT)) {
            fixed(load, split);
        }
        double[][] all = new double[splits.size()][rounds];
        for (int round = 0; round < rounds; round++) {
            for (int i = 0; i < all.length; i++) {
                all[i][round] = fixed(load, splits.get(i));
            }
        }
        Map<Split, Double> medians = new LinkedHashMap<>();
        for (int i = 0; i < all.length; i++) {
            medians.put(splits.get(i), median(all[i]));
        }
        report.tell("%s%s: %s", load.name(), slow ? ", slow" : "", rounded(medians));
        return medians;
    }

    private void steady(ResourceLoad load) throws InterruptedException {
        Map<Split, Double> fixed = rates(load, false);
        Split best = best(fixed);
        double[] settled = new double[rounds];
        double[] whole = new double[rounds];
        double[] besides = new double[rounds];
        double[] usual = new double[rounds];
        List<String> ends = new ArrayList<>();
        List<String> changes = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            // What else the machine does changes with the minute: best and default are measured before and after.
            double bestBefore = fixed(load, best);
            double usualBefore = fixed(load, DEFAULT);
            try (ResourceRun run = new ResourceRun(load, ResourceUse.AUTO, 0, DEFAULT.threads())) {
                run.rate(WARM_SECONDS);
                long before = run.steps();
                long from = System.nanoTime();
                run.rate(15 * seconds);
                settled[round] = run.rate(2 * seconds);
                whole[round] = (run.steps() - before) / ((System.nanoTime() - from) / 1e9);
                ends.add(end(run.decisions()));
                changes.add(Long.toString(changes(run.decisions())));
            }
            usual[round] = (usualBefore + fixed(load, DEFAULT)) / 2;
            besides[round] = (bestBefore + fixed(load, best)) / 2;
        }
        report.line(
                "| %s | %,.0f | %,.0f (%s) | %,.0f | %,.0f | **%.2f** | **%.2f** | **%.2f** | %s | %s |",
                load.name(),
                median(usual),
                median(besides),
                best,
                fixed.values().stream().mapToDouble(Double::doubleValue).min().orElse(0),
                median(settled),
                median(ratios(settled, besides)),
                median(ratios(settled, usual)),
                median(ratios(whole, usual)),
                String.join(", ", ends),
                String.join(", ", changes));
    }

    private static double[] ratios(double[] of, double[] to) {
        double[] ratios = new double[of.length];
        Arrays.setAll(ratios, i -> of[i] / to[i]);
        return ratios;
    }

    private void changing(ResourceLoad load) throws InterruptedException {
        Map<Split, Double> fast = rates(load, false);
        Map<Split, Double> slow = rates(load, true);
        long half = (long) (HALF_SECONDS * rate(fast, best(fast)));
        Map<Split, Double> needed = new LinkedHashMap<>();
        fast.forEach((split, rate) -> needed.put(split, -(half / rate + half / rate(slow, split))));
        Split best = best(needed);
        double[] still = new double[rounds];
        double[] auto = new double[rounds];
        List<String> ways = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            still[round] = through(
                    load, half, new ResourceRun(reset(load), ResourceUse.FIXED, best.workers(), best.threads()));
            ResourceRun run = new ResourceRun(reset(load), ResourceUse.AUTO, 0, DEFAULT.threads());
            auto[round] = through(load, half, run);
            ways.add(way(run.decisions()));
            report.tell("%s: %.1f s fixed, %.1f s auto: %s", load.name(), still[round], auto[round], ways.get(round));
        }
        double found = median(auto);
        report.line(
                "| %s | %.1f | %.1f (%s) | %.1f | **%.1f** | **%.2f** | **%.2f** | %s, %s | %s |",
                load.name(),
                -rate(needed, DEFAULT),
                -rate(needed, best),
                best,
                median(still),
                found,
                found / Math.min(-rate(needed, best), median(still)),
                found / -rate(needed, DEFAULT),
                best(fast),
                best(slow),
                String.join("; ", ways));
    }

    private static ResourceLoad reset(ResourceLoad load) {
        load.set(false);
        return load;
    }

    /** Seconds for both halves. */
    private static double through(ResourceLoad load, long half, ResourceRun run) throws InterruptedException {
        try (run) {
            double taken = run.until(half, 600);
            load.set(true);
            return taken + run.until(2 * half, 600);
        }
    }

    private static Split best(Map<Split, Double> rates) {
        return rates.entrySet().stream()
                .max(Map.Entry.comparingByValue())
                .orElseThrow()
                .getKey();
    }

    private static double rate(Map<Split, Double> rates, Split split) {
        return rates.getOrDefault(split, Double.NaN);
    }

    private static long changes(List<RunEvent> decisions) {
        return decisions.stream()
                .filter(event ->
                        event.type().equals("resources/try") || event.type().equals("resources/back"))
                .count();
    }

    private static String division(RunEvent event) {
        return event.details().get("workers") + "+" + event.details().get("learnerThreads");
    }

    private static String end(List<RunEvent> decisions) {
        String at = "the default";
        for (RunEvent event : decisions) {
            if (event.type().equals("resources/keep")) {
                at = division(event);
            }
        }
        return at;
    }

    /** The divisions that were kept, and where the load was found to have changed. */
    private static String way(List<RunEvent> decisions) {
        List<String> way = new ArrayList<>();
        for (RunEvent event : decisions) {
            if (event.type().equals("resources/keep")) {
                way.add(division(event));
            } else if (event.type().equals("resources/reconsider")) {
                way.add("change");
            }
        }
        return String.join(" ", way);
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int half = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }

    private static String rounded(Map<Split, Double> rates) {
        List<String> cells = new ArrayList<>();
        rates.forEach((split, rate) -> cells.add(String.format(Locale.ROOT, "%s %.0f", split, rate)));
        return String.join(", ", cells);
    }
}
