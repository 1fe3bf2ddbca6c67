package io.espalier.cli;

import io.espalier.cli.SeedStudy.Outcome;
import io.espalier.runtime.SeedStatistics;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What the documents say of studies: the table {@code docs/algorithms.md}, and a section of curves in each page. */
final class AlgorithmPages {
    private static final String HEADING = "## Learning curves";
    private static final String ROWS = "benchmarks/results/studies";
    private static final String PICTURES = "docs/algorithms/img";

    private final Path root;

    /** The documents of a checkout. */
    AlgorithmPages(Path root) {
        this.root = root;
    }

    /** Makes the folders of rows and pictures. */
    void makeFolders() throws IOException {
        Files.createDirectories(root.resolve(ROWS));
        Files.createDirectories(root.resolve(PICTURES));
    }

    /** Where the outcomes of a study's seeds are kept. */
    Path rows(Reference row) {
        return root.resolve(ROWS).resolve(file(row) + ".csv");
    }

    /** Where the picture of its learning curves goes. */
    Path picture(Reference row) {
        return root.resolve(PICTURES).resolve(file(row) + ".svg");
    }

    private static String file(Reference row) {
        return SeedStudy.name(row.algorithm(), row.environment()).replaceFirst("^learning-", "");
    }

    /** Writes the table of all studies of which there are outcomes, whoever ran them and when. */
    void writeTable() throws IOException {
        List<String> lines = new ArrayList<>(List.of(
                "# Algorithms, measured",
                "",
                "Written by `espalier study algorithms`; each line is a study with the settings tuned for that environment, its",
                "outcomes by seed in `benchmarks/results`. A figure is the interquartile mean over seeds of the greedy policy's mean",
                "return after the last step (not the best one on the way), with a 95 % bootstrap interval (over seeds; Agarwal et al.,",
                "arXiv:2108.13264; a stratum is a task, so for one task the stratified bootstrap is the plain one). A seed failed when",
                "its mean return is below the bar. Core seconds are the CPU time of the one thread that trained a seed, in the",
                "median: without the final evaluation and the compiler's own threads. The last column says whether the reference",
                "lies within the interval, or the interval above or below it. Published references are mostly of a single run.",
                "",
                "| algorithm | environment | environment steps | seeds | interquartile mean | 95 % interval | failed | core"
                        + " seconds | reference | its steps | within |",
                "|---|---|---|---|---|---|---|---|---|---|---|"));
        List<String> sources = new ArrayList<>();
        for (Reference row : Reference.all()) {
            List<Outcome> outcomes = outcomes(row);
            if (!outcomes.isEmpty()) {
                lines.add(line(row, outcomes));
                if (row.steps() > 0 && !sources.contains(row.source())) {
                    sources.add(row.source());
                }
            }
        }
        lines.add("");
        if (!sources.isEmpty()) {
            lines.add("References: " + String.join("; ", sources) + ".");
        }
        Files.writeString(
                root.resolve("docs/algorithms.md"), String.join("\n", lines).strip() + "\n", StandardCharsets.UTF_8);
    }

    private List<Outcome> outcomes(Reference row) throws IOException {
        return Files.exists(rows(row)) ? StudyRows.read(rows(row)).outcomes() : List.of();
    }

    static String line(Reference row, List<Outcome> outcomes) {
        SeedStatistics statistics =
                SeedStatistics.of(outcomes.stream().mapToDouble(Outcome::mean).toArray(), row.bar());
        boolean published = row.steps() > 0;
        String deviation = Double.isNaN(row.deviation()) ? "" : " ± " + figure(row.deviation());
        String reference = published ? figure(row.value()) + deviation : "–";
        return String.format(
                Locale.ROOT,
                "| [%s](algorithms/%s.md) | %s | %,d | %d | %s | %s to %s | %d below %s | %.1f | %s | %s | %s |",
                row.algorithm(),
                row.algorithm(),
                row.environment(),
                outcomes.get(0).steps(),
                outcomes.size(),
                figure(statistics.interquartileMean()),
                figure(statistics.low()),
                figure(statistics.high()),
                Math.round(statistics.failureRate() * outcomes.size()),
                LearningCurve.number(row.bar()),
                SeedStatistics.median(
                        outcomes.stream().mapToDouble(Outcome::coreSeconds).toArray()),
                reference,
                published ? String.format(Locale.ROOT, "%,d", row.steps()) : "–",
                published ? within(row.value(), statistics) : "–");
    }

    private static String within(double reference, SeedStatistics statistics) {
        if (statistics.low() > reference) {
            return "above";
        }
        return statistics.high() < reference ? "below" : "yes";
    }

    private static String figure(double value) {
        return String.format(Locale.ROOT, "%.1f", value).replace("-", "−");
    }

    /** Puts the pictures of an algorithm's studies into its page, as a section of their own, in place of an older one. */
    void writeCurves(String algorithm) throws IOException {
        Path page = root.resolve("docs/algorithms").resolve(algorithm + ".md");
        if (!Files.exists(page)) {
            return;
        }
        List<String> section = new ArrayList<>(List.of(HEADING, "", "Drawn by `espalier study algorithms`."));
        for (Reference row : Reference.all()) {
            if (row.algorithm().equals(algorithm) && Files.exists(picture(row))) {
                section.add("");
                section.add("![" + algorithm + " on " + row.environment() + "](img/"
                        + picture(row).getFileName() + ")");
            }
        }
        Files.writeString(
                page, withSection(Files.readString(page), String.join("\n", section)), StandardCharsets.UTF_8);
    }

    static String withSection(String page, String section) {
        int from = page.indexOf(HEADING + "\n");
        if (from < 0) {
            return page.stripTrailing() + "\n\n" + section + "\n";
        }
        int next = page.indexOf("\n## ", from + HEADING.length());
        return page.substring(0, from) + section + "\n" + (next < 0 ? "" : page.substring(next));
    }
}
