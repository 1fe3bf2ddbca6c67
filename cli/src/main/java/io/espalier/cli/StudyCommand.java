package io.espalier.cli;

import io.espalier.cli.SeedStudy.Outcome;
import io.espalier.runtime.Provenance;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Runs the studies that the documents quote, and writes the documents' tables and pictures. */
@Command(
        name = "study",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Trains algorithms over seeds with their tuned settings, and compares them with published figures.",
            "Each algorithm meets every environment for which there are tuned settings and a row in the table of references;"
                    + " results, tables and learning curves of the documents are written. Finished seeds are kept: an"
                    + " interrupted study goes on where it stood."
        },
        footer = {
            "%nExamples:",
            "  espalier study algorithms --seeds 10",
            "  espalier study algorithms --only ppo,trpo --env CartPole-v1 --seeds 5"
        })
final class StudyCommand implements Callable<Integer> {
    enum What {
        algorithms
    }

    @Parameters(index = "0", paramLabel = "WHAT", description = "algorithms.")
    private What what = What.algorithms;

    @Option(names = "--seeds", paramLabel = "N", description = "Seeds of each study (10).")
    private int seeds = 10;

    @Option(names = "--only", paramLabel = "NAME", split = ",", description = "These algorithms only.")
    private List<String> only = new ArrayList<>();

    @Option(names = "--env", paramLabel = "NAME", split = ",", description = "These environments only.")
    private List<String> environments = new ArrayList<>();

    @Option(names = "--episodes", paramLabel = "N", description = "Episodes of each final evaluation (100).")
    private int episodes = SeedStudy.EPISODES;

    @Option(names = "--threads", paramLabel = "N", description = "Seeds at the same time; no influence on the results.")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(
            names = "--keep",
            description = "Keep finished seeds of the same settings though the code is of another commit.")
    private boolean keep;

    @Option(names = "--into", paramLabel = "DIR", description = "The checkout to write to (this directory).")
    private Path root = Path.of("");

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException, IOException {
        if (seeds < 1 || threads < 1 || episodes < 1) {
            throw new BadInput("--seeds (" + seeds + "), --threads (" + threads + ") and --episodes (" + episodes
                    + ") must be at least 1.");
        }
        if (!Files.isDirectory(root.resolve("docs")) || !Files.isDirectory(root.resolve("benchmarks"))) {
            throw new BadInput("--into (" + root.toAbsolutePath() + ") must be a checkout, with docs and benchmarks in"
                    + " it. Maybe run it there.");
        }
        PrintWriter out = Terminal.out(spec);
        Catalog catalog = Catalog.of(null);
        AlgorithmPages pages = new AlgorithmPages(root);
        pages.makeFolders();
        boolean any = false;
        for (Reference row : Reference.all()) {
            if (!asked(only, row.algorithm()) || !asked(environments, row.environment())) {
                continue;
            }
            if (!known(catalog, row)) {
                say(out, row.algorithm() + " on " + row.environment() + ": no tuned settings, passed over");
                continue;
            }
            any = true;
            study(catalog, row, pages, out);
            pages.writeTable();
        }
        if (!any) {
            throw new BadInput("No study fits --only " + only + " and --env " + environments
                    + ". Maybe look at docs/algorithms.md for what there is.");
        }
        say(out, "docs/" + what + ".md is up to date");
        return Main.DONE;
    }

    private static boolean asked(List<String> wanted, String name) {
        return wanted.isEmpty() || wanted.stream().anyMatch(name::equalsIgnoreCase);
    }

    private static boolean known(Catalog catalog, Reference row) {
        return catalog.algorithms().stream().anyMatch(each -> each.name().equals(row.algorithm()))
                && catalog.environments().stream().anyMatch(each -> each.name().equals(row.environment()))
                && catalog.tuned(row.algorithm(), row.environment()).isPresent();
    }

    private void study(Catalog catalog, Reference row, AlgorithmPages pages, PrintWriter out)
            throws InterruptedException, IOException {
        SeedStudy study = SeedStudy.of(catalog, row.algorithm(), row.environment(), row.bar(), episodes, List.of());
        StudyRows rows = StudyRows.open(pages.rows(row), study.setup(), Provenance.git(), keep);
        boolean complete =
                rows.outcomes().stream().filter(o -> o.seed() <= seeds).count() == seeds;
        StudyReport report = new StudyReport(root, study.name(), study.title(seeds), out);
        study.begin(report);
        List<Outcome> outcomes = study.run(seeds, threads, rows.outcomes(), outcome -> {
            rows.append(outcome);
            report.tell("  seed %d: %.5g in %.1f s", outcome.seed(), outcome.mean(), outcome.seconds());
        });
        study.end(report, outcomes);
        // The stored report of what is known already says where that was measured.
        if (!complete || !report.isStored()) {
            report.store();
        }
        String title =
                String.format(Locale.ROOT, "%s on %s, %d seeds", row.algorithm(), row.environment(), outcomes.size());
        String svg = SeedCurves.svg(title, outcomes, study.environment().solvedAt());
        if (!svg.isEmpty()) {
            Path picture = pages.picture(row);
            Files.writeString(picture, svg, StandardCharsets.UTF_8);
        }
        pages.writeCurves(row.algorithm());
    }

    private static void say(PrintWriter out, String line) {
        out.println(line);
        out.flush();
    }
}
