package io.espalier.cli;

import io.espalier.runtime.Provenance;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a study found: printed as it comes, and stored as {@code benchmarks/results/NAME.md} with machine, commit, load
 * and the share of time that other guests took from this machine.
 */
public class StudyReport {
    private final String name;
    private final Path root;
    private final PrintWriter out;
    private final List<String> lines = new ArrayList<>();
    private final String loadBefore = load();
    private final long[] timesBefore = processorTimes();
    private final long cpuBefore = cpuNanos();
    private final long wallBefore = System.nanoTime();

    /**
     * Begins a report.
     *
     * @param root the checkout in which it is stored
     * @param title says what was asked
     */
    public StudyReport(Path root, String name, String title, PrintWriter out) {
        this.name = name;
        this.root = root;
        this.out = out;
        lines.add("# " + title);
        lines.add("");
        out.println(title);
        out.flush();
    }

    /** Prints and keeps a line of Markdown. */
    public final void line(String format, Object... figures) {
        String text = figures.length == 0 ? format : String.format(Locale.ROOT, format, figures);
        out.println(text);
        out.flush();
        lines.add(text);
    }

    /** Prints a line without keeping it. */
    public final void tell(String format, Object... figures) {
        out.println(String.format(Locale.ROOT, format, figures));
        out.flush();
    }

    /** Whether there is a stored one of that name. */
    public final boolean isStored() {
        return Files.exists(root.resolve("benchmarks").resolve("results").resolve(name + ".md"));
    }

    /** Stores the report; where there is no checkout around, it was only printed. */
    public final void store() {
        lines.add("");
        lines.add("## Where this was measured");
        lines.add("");
        for (Map.Entry<String, Object> fact : Provenance.collect().entrySet()) {
            lines.add("- " + fact.getKey() + ": " + fact.getValue());
        }
        lines.add("- JVM options: "
                + ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                        .filter(option ->
                                option.startsWith("-XX") || option.startsWith("--add") || option.startsWith("-Xm"))
                        .filter(option -> !option.contains("/"))
                        .toList());
        lines.add("- load average: " + loadBefore + " before, " + load() + " after");
        lines.add(String.format(
                Locale.ROOT,
                "- %.1f CPU seconds in %.1f seconds; other processes used %.2f of a core, the hypervisor took %.2f",
                (cpuNanos() - cpuBefore) / 1e9,
                (System.nanoTime() - wallBefore) / 1e9,
                others(),
                stolen()));
        Path benchmarks = root.resolve("benchmarks");
        Path folder = benchmarks.resolve("results");
        if (Files.isDirectory(benchmarks)) {
            try {
                Files.createDirectories(folder);
                Path file = folder.resolve(name + ".md");
                Files.writeString(file, String.join("\n", lines) + "\n", StandardCharsets.UTF_8);
                out.println("stored in " + file);
                out.flush();
            } catch (IOException e) {
                throw new UncheckedIOException("The report cannot be stored.", e);
            }
        }
    }

    /** Cores that other processes kept busy meanwhile. */
    private double others() {
        long[] now = processorTimes();
        double wall = (System.nanoTime() - wallBefore) / 1e9;
        double busy = (now[0] - timesBefore[0]) / 100.0;
        return Math.max(0, (busy - (cpuNanos() - cpuBefore) / 1e9) / wall);
    }

    private double stolen() {
        return (processorTimes()[1] - timesBefore[1]) / 100.0 / ((System.nanoTime() - wallBefore) / 1e9);
    }

    private static long cpuNanos() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean system
                ? system.getProcessCpuTime()
                : 0;
    }

    /** Busy and stolen hundredths of a second of all cores since the machine started, zeros where unknown. */
    private static long[] processorTimes() {
        try {
            String[] cells = Files.readAllLines(Path.of("/proc/stat")).get(0).split("\\s+", -1);
            long busy = 0;
            for (int i : new int[] {1, 2, 3, 6, 7}) {
                busy += Long.parseLong(cells[i]);
            }
            return new long[] {busy, Long.parseLong(cells[8])};
        } catch (IOException | RuntimeException e) {
            return new long[] {0, 0};
        }
    }

    private static String load() {
        return String.format(
                Locale.ROOT,
                "%.2f",
                ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
    }
}
