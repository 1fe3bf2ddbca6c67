package io.espalier.benchmarks;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * The fault matrix of a cluster: does every {@link FaultCell} again and again until the time is up, over real processes,
 * and once with its protection taken away: {@code benchmarks/run ClusterFaults [MINUTES] [LANES]}, 15 minutes and two
 * cells at a time unless said otherwise. The first pass stops processes for 60 seconds and cuts networks for 30, later ones for 8.
 */
public final class ClusterFaults {
    private static final int SHORT_SECONDS = 8;

    private final Map<FaultCell, List<FaultReport>> reports = new EnumMap<>(FaultCell.class);
    private final Map<FaultCell, FaultReport> mutants = new EnumMap<>(FaultCell.class);
    private final Report report;

    private ClusterFaults(Report report) {
        this.report = report;
    }

    /** Runs it. */
    public static void main(String[] words) throws InterruptedException {
        double minutes = words.length > 0 ? Double.parseDouble(words[0]) : 15;
        int lanes = words.length > 1 ? Integer.parseInt(words[1]) : 2;
        ClusterFaults study = new ClusterFaults(new Report(
                "cluster-faults",
                "Faults of workers, head and network, " + lanes + " clusters at a time for " + minutes + " minutes"));
        study.run(minutes, lanes);
        study.tell();
    }

    private void run(double minutes, int lanes) throws InterruptedException {
        long end = System.nanoTime() + (long) (minutes * 60e9);
        ExecutorService threads = Executors.newFixedThreadPool(lanes);
        List<Runnable> pass = new ArrayList<>();
        for (FaultCell cell : FaultCell.here()) {
            pass.add(() -> real(cell, longSeconds(cell)));
            pass.add(() -> mutant(cell));
        }
        pass.forEach(threads::execute);
        for (int i = 0; i < 1000; i++) {
            for (FaultCell cell : FaultCell.here()) {
                threads.execute(() -> {
                    if (System.nanoTime() - end < 0) {
                        real(cell, SHORT_SECONDS);
                    }
                });
            }
        }
        threads.shutdown();
        if (!threads.awaitTermination((long) minutes + 30, TimeUnit.MINUTES)) {
            threads.shutdownNow();
        }
    }

    private static int longSeconds(FaultCell cell) {
        return switch (cell) {
            case STOPPED_WORKER, LATE_DATA -> 60;
            case CUT_WIRE, PARTITION, ONE_WAY -> 30;
            default -> SHORT_SECONDS;
        };
    }

    private void real(FaultCell cell, int seconds) {
        FaultReport found = cell.run(false, seconds);
        synchronized (this) {
            reports.computeIfAbsent(cell, c -> new ArrayList<>()).add(found);
            report.tell("%s: %s %s %s", cell, found.seconds(), found.wrong(), found.slow());
        }
    }

    private void mutant(FaultCell cell) {
        FaultReport found = cell.run(true, SHORT_SECONDS);
        synchronized (this) {
            mutants.put(cell, found);
            report.tell("%s, mutant: %s %s %s", cell, found.seconds(), found.wrong(), found.slow());
        }
    }

    private synchronized void tell() {
        report.line("");
        report.line("Wrong: another result than without the fault, or none. Late: right, but after the bound.");
        report.line("");
        report.line("| fault | must | times | wrong | late | seconds: median, worst |");
        report.line("|---|---|---|---|---|---|");
        List<String> complaints = new ArrayList<>();
        reports.forEach((cell, all) -> {
            long wrong = all.stream().filter(found -> !found.wrong().isEmpty()).count();
            long slow = all.stream().filter(found -> !found.slow().isEmpty()).count();
            report.line(
                    "| %s | %s | %d | **%d** | %d | %s |",
                    cell.title(), cell.bound(), all.size(), wrong, slow, times(all));
            all.forEach(found -> found.wrong().forEach(what -> complaints.add(cell.title() + ": " + what)));
            all.forEach(found -> found.slow().forEach(what -> complaints.add(cell.title() + ": " + what)));
        });
        report.line("");
        report.line("Each with its protection taken away, which must be noticed:");
        report.line("");
        report.line("| fault | taken away | noticed |");
        report.line("|---|---|---|");
        List<String> blind = new ArrayList<>();
        mutants.forEach((cell, found) -> {
            List<String> all = new ArrayList<>(found.wrong());
            all.addAll(found.slow());
            if (all.isEmpty()) {
                blind.add(cell.title());
            }
            report.line(
                    "| %s | %s | %s |", cell.title(), cell.mutant(), all.isEmpty() ? "**no**" : shortened(all.get(0)));
        });
        if (!complaints.isEmpty()) {
            report.line("");
            report.line("What was wrong or late:");
            report.line("");
            complaints.forEach(what -> report.line("- " + shortened(what).replace("%", "%%")));
        }
        report.store();
        if (!blind.isEmpty()) {
            throw new IllegalStateException("nothing was noticed of the mutants of " + blind + ".");
        }
    }

    private static String shortened(String text) {
        return text.length() <= 160 ? text : text.substring(0, 160) + " ...";
    }

    private static String times(List<FaultReport> all) {
        Map<String, List<Double>> byName = new LinkedHashMap<>();
        all.forEach(found -> found.seconds()
                .forEach((name, time) ->
                        byName.computeIfAbsent(name, n -> new ArrayList<>()).add(time)));
        List<String> texts = new ArrayList<>();
        byName.forEach((name, times) -> {
            times.sort(Double::compare);
            texts.add(String.format(
                    Locale.ROOT, "%s %.2f, %.2f", name, times.get(times.size() / 2), times.get(times.size() - 1)));
        });
        return String.join("; ", texts);
    }
}
