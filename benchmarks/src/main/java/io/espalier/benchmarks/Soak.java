package io.espalier.benchmarks;

import io.espalier.benchmarks.FaultScene.Setup;
import io.espalier.core.RandomStream;
import io.espalier.testkit.faults.LinkFaults;
import io.espalier.testkit.faults.Signals;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * An asynchronous run over four worker JVMs to whom something happens every 10 seconds, while environments throw and hang:
 * {@code benchmarks/run Soak [MINUTES]}, 30 unless said otherwise. Looks whether the run goes on, and whether memory,
 * threads and open files of the head, and of the one worker that is never killed, stay as they are.
 */
public final class Soak {
    private static final int NODES = 4;
    private static final double EVERY_SECONDS = 10;
    /** What happens at the beginning is no trend: classes are loaded, buffers filled. */
    private static final double WARM_UP = 0.2;

    /** Growth over the whole soak, as the regression line has it, in parts of the mean. */
    private static final double MOST_GROWTH = 0.15;

    private static final double LONGEST_GAP_SECONDS = 20;

    private final RandomStream random = new RandomStream(11);
    private final Report report;
    private final Map<String, Integer> done = new TreeMap<>();
    private boolean flat = true;

    private Soak(Report report) {
        this.report = report;
    }

    /** Runs it. */
    public static void main(String[] words) throws InterruptedException {
        double minutes = words.length > 0 ? Double.parseDouble(words[0]) : 30;
        Soak soak = new Soak(new Report("soak", "A run of " + minutes + " minutes with a fault every 10 seconds"));
        boolean good = soak.run(minutes);
        soak.report.store();
        if (!good) {
            throw new IllegalStateException("the soak found something; see the report.");
        }
    }

    private boolean run(double minutes) throws InterruptedException {
        Setup setup = new Setup(
                Map.of(
                        "environment",
                        FaultTasks.SHAKY,
                        "algorithm",
                        "vtrace",
                        "settings",
                        "environments:4,rolloutSteps:16",
                        "mode",
                        "asynchronous(workers=" + NODES + ")",
                        "samples",
                        "5"),
                ChildJvm.LIGHT,
                NODES,
                List.of(NodeChild.WATCHED),
                true,
                null);
        try (FaultScene scene = new FaultScene(setup)) {
            long from = System.nanoTime();
            long end = from + (long) (minutes * 60e9);
            while (System.nanoTime() - end < 0 && scene.head().isAlive()) {
                long next = System.nanoTime() + (long) (EVERY_SECONDS * 1e9);
                String what = hurt(scene);
                done.merge(what, 1, Integer::sum);
                report.tell("%s; %,d environment steps", what, scene.steps());
                Thread.sleep(Math.max(0, (next - System.nanoTime()) / 1_000_000));
            }
            scene.heal();
            long steps = scene.steps();
            Thread.sleep((long) (2 * EVERY_SECONDS * 1000));
            boolean alive = scene.head().isAlive() && scene.node(0).isAlive() && scene.steps() > steps;
            tell(scene, from, alive);
            return alive && flat;
        }
    }

    /** Does something to it, and undoes within a few seconds what can be undone. */
    private String hurt(FaultScene scene) throws InterruptedException {
        int victim = 1 + random.nextInt(NODES - 1);
        switch (random.nextInt(6)) {
            case 0, 1 -> {
                scene.node(victim).close();
                scene.replace(victim);
                return "worker killed";
            }
            case 2 -> {
                Process stopped = scene.node(random.nextInt(NODES)).process();
                Signals.stop(stopped);
                Thread.sleep(6000);
                Signals.resume(stopped);
                return "worker stopped for 6 s";
            }
            case 3 -> {
                scene.gate().reset();
                scene.resetMessages();
                return "all connections reset";
            }
            case 4 -> {
                LinkFaults slow = LinkFaults.NONE.delayed(200, 100).losing(0.05, 200);
                scene.towardsHead(slow);
                scene.towardsNodes(slow);
                Thread.sleep(5000);
                scene.heal();
                return "delay of 200 ms and 5 % loss for 5 s";
            }
            default -> {
                scene.towardsHead(LinkFaults.PARTITIONED);
                scene.towardsNodes(LinkFaults.PARTITIONED);
                Thread.sleep(5000);
                scene.heal();
                return "partition of 5 s";
            }
        }
    }

    private void tell(FaultScene scene, long from, boolean alive) {
        report.line("| what was done | times |");
        report.line("|---|---|");
        done.forEach((what, times) -> report.line("| %s | %d |", what, times));
        report.line("");
        Map<String, Integer> events = new TreeMap<>();
        scene.head().lines("event").forEach(line -> events.merge(line.word(1), 1, Integer::sum));
        report.line("| what the head told of | times |");
        report.line("|---|---|");
        events.forEach((what, times) -> report.line("| %s | %d |", what, times));
        report.line("");
        double gap = longestGap(scene.head().lines("round"));
        flat &= gap <= LONGEST_GAP_SECONDS;
        report.line(
                "At the end the run %s; %,d environment steps learned from, never more than **%.1f s** without a round"
                        + " (allowed: %.0f); failed workers: %d.",
                alive ? "goes on" : "**does not go on**",
                scene.steps(),
                gap,
                LONGEST_GAP_SECONDS,
                scene.head().lines("failed").size());
        report.line("");
        report.line(
                "Growth over the soak as a line of least squares has it, after the first fifth; allowed: %.0f %% of"
                        + " the mean.",
                100 * MOST_GROWTH);
        report.line("");
        report.line("| process | figure | samples | first | mean | last | growth |");
        report.line("|---|---|---|---|---|---|---|");
        vitals("head", scene.head().lines("vitals"), from);
        vitals("worker that is never killed", scene.node(0).lines("vitals"), from);
    }

    private static double longestGap(List<ChildJvm.Line> rounds) {
        double longest = 0;
        for (int i = 1; i < rounds.size(); i++) {
            longest =
                    Math.max(longest, (rounds.get(i).nanos() - rounds.get(i - 1).nanos()) / 1e9);
        }
        return longest;
    }

    private void vitals(String process, List<ChildJvm.Line> all, long from) {
        List<ChildJvm.Line> samples = all.subList((int) (WARM_UP * all.size()), all.size());
        String[] names = {"heap after a collection, KiB", "threads", "open files"};
        for (int i = 0; i < names.length; i++) {
            int column = i + 1;
            double[] times = samples.stream()
                    .mapToDouble(line -> (line.nanos() - from) / 1e9)
                    .toArray();
            double[] values = samples.stream()
                    .mapToDouble(line -> line.number(column) / (column == 1 ? 1024.0 : 1))
                    .toArray();
            if (values.length < 3) {
                flat = false;
                report.line("| %s | %s | %d | too few |  |  |  |", process, names[i], values.length);
                continue;
            }
            double mean = mean(values);
            double growth = slope(times, values) * (times[times.length - 1] - times[0]) / mean;
            flat &= growth <= MOST_GROWTH;
            report.line(
                    "| %s | %s | %d | %.0f | %.0f | %.0f | **%.1f %%** |",
                    process, names[i], values.length, values[0], mean, values[values.length - 1], 100 * growth);
        }
    }

    private static double mean(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum / values.length;
    }

    private static double slope(double[] x, double[] y) {
        double meanX = mean(x);
        double meanY = mean(y);
        double above = 0;
        double below = 0;
        for (int i = 0; i < x.length; i++) {
            above += (x[i] - meanX) * (y[i] - meanY);
            below += (x[i] - meanX) * (x[i] - meanX);
        }
        return below == 0 ? 0 : above / below;
    }
}
