package io.espalier.benchmarks;

import io.espalier.benchmarks.FaultScene.Setup;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Environment steps a second with 1, 2 and 4 worker JVMs on this machine, where a step costs far more than learning from
 * it: {@code benchmarks/run WorkerScaling [SECONDS] [ROUNDS]}. The numbers of JVMs take turns, so that what else the
 * machine does hits them alike.
 */
public final class WorkerScaling {
    private static final int[] JVMS = {1, 2, 4};
    private static final long WARM_UP_MILLIS = 20_000;

    private WorkerScaling() {}

    /** Runs it. */
    public static void main(String[] words) throws InterruptedException {
        double seconds = words.length > 0 ? Double.parseDouble(words[0]) : 10;
        int rounds = words.length > 1 ? Integer.parseInt(words[1]) : 3;
        Report report = new Report(
                "worker-scaling",
                "1, 2 and 4 worker JVMs on " + Runtime.getRuntime().availableProcessors() + " cores, sampling-bound");
        report.line("Steps a second, median of %d windows of %.0f s, and all of them.", rounds, seconds);
        report.line("");
        report.line("| mode | 1 JVM | 2 JVMs | 4 JVMs | 2 against 1 (to reach: 1.7) | 4 against 2 (above 0.85) |");
        report.line("|---|---|---|---|---|---|");
        for (String mode : List.of("synchronous", "asynchronous")) {
            double[][] rates = new double[JVMS.length][rounds];
            for (int round = 0; round < rounds; round++) {
                for (int i = 0; i < JVMS.length; i++) {
                    rates[i][round] = rate(mode, JVMS[i], seconds);
                    report.tell("%s, %d JVMs: %.0f steps a second", mode, JVMS[i], rates[i][round]);
                }
            }
            List<String> cells = new ArrayList<>();
            for (double[] all : rates) {
                cells.add(String.format(Locale.ROOT, "%.0f %s", median(all), rounded(all)));
            }
            report.line(
                    "| %s | %s | **%.2f** | **%.2f** |",
                    mode,
                    String.join(" | ", cells),
                    median(rates[1]) / median(rates[0]),
                    median(rates[2]) / median(rates[1]));
        }
        report.line("");
        report.line("The head's JVM, which learns, runs on the same cores; figures mean little where other processes"
                + " used a good part of a core meanwhile (see below; the JVMs of the study are among them).");
        report.store();
    }

    private static double rate(String mode, int jvms, double seconds) throws InterruptedException {
        boolean together = mode.equals("synchronous");
        Setup setup = new Setup(
                Map.of(
                        "environment",
                        FaultTasks.COSTLY,
                        "algorithm",
                        together ? "ppo" : "vtrace",
                        "settings",
                        together
                                ? "environments:8,rolloutSteps:128,minibatches:4,epochs:4"
                                : "environments:8,rolloutSteps:64",
                        "mode",
                        mode + "(workers=" + jvms + ")"),
                ChildJvm.FULL,
                jvms,
                List.of(),
                false,
                null);
        try (FaultScene scene = new FaultScene(setup)) {
            // Compilation in all JVMs, which have two or three cores' worth of it at first.
            Thread.sleep(WARM_UP_MILLIS);
            long from = System.nanoTime();
            Thread.sleep((long) (seconds * 1000));
            return scene.rate(from, System.nanoTime());
        }
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    private static String rounded(double[] values) {
        return Arrays.toString(Arrays.stream(values).mapToLong(Math::round).toArray());
    }
}
