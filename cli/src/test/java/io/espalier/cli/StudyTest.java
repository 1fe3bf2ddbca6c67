package io.espalier.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.cli.SeedStudy.Outcome;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class StudyTest {
    private static final String DIGEST = "0123456789abcdef".repeat(4);

    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... words) {
        CommandLine command = Main.commandLine();
        command.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
        return command.execute(words);
    }

    private static Outcome outcome(long seed, double mean, Double... curve) {
        return new Outcome(seed, mean, 0.5, 1000, -1, 2, 1.5, List.of(curve), DIGEST);
    }

    private Path checkout() throws IOException {
        Files.createDirectories(folder.resolve("docs/algorithms"));
        Files.createDirectories(folder.resolve("benchmarks"));
        Files.writeString(folder.resolve("docs/algorithms/q-learning.md"), "# Q-learning\n\nWords.\n");
        return folder;
    }

    @Test
    void theCommandWritesResultsTableAndCurvesAndGoesOnWhereItStood() throws IOException {
        String into = checkout().toString();
        assertThat(run(
                        "study",
                        "algorithms",
                        "--only",
                        "q-learning",
                        "--seeds",
                        "2",
                        "--episodes",
                        "3",
                        "--into",
                        into))
                .as(err.toString())
                .isZero();
        assertThat(folder.resolve("benchmarks/results/learning-q-learning-cliffwalking-v1.md"))
                .content()
                .contains(
                        "# q-learning on CliffWalking-v1, 2 seeds", "| 2 | -13.000 |", "Interquartile mean **-13.00**");
        assertThat(folder.resolve("docs/algorithms.md"))
                .content()
                .contains(
                        "| [q-learning](algorithms/q-learning.md) | CliffWalking-v1 | 20,000 | 2 | −13.0 | −13.0 to −13.0"
                                + " | 0 below -13 |")
                .contains("| −13.0 ± 0.0 | 20,000 | yes |")
                .contains("References: exact optimum by dynamic programming.");
        assertThat(folder.resolve("docs/algorithms/q-learning.md"))
                .content()
                .startsWith("# Q-learning\n\nWords.\n\n## Learning curves\n")
                .contains("![q-learning on CliffWalking-v1](img/q-learning-cliffwalking-v1.svg)");
        assertThat(folder.resolve("docs/algorithms/img/q-learning-cliffwalking-v1.svg"))
                .content()
                .contains("median and middle half of 2 seeds")
                .doesNotContain("NaN");
        // the third seed only, as the first two are there
        String before = Files.readString(folder.resolve("benchmarks/results/studies/q-learning-cliffwalking-v1.csv"));
        out.getBuffer().setLength(0);
        assertThat(run(
                        "study",
                        "algorithms",
                        "--only",
                        "q-learning",
                        "--seeds",
                        "3",
                        "--episodes",
                        "3",
                        "--into",
                        into))
                .isZero();
        assertThat(out.toString()).contains("  seed 3: ").doesNotContain("  seed 1: ", "  seed 2: ");
        assertThat(folder.resolve("benchmarks/results/studies/q-learning-cliffwalking-v1.csv"))
                .content()
                .startsWith(before);
        // other episodes are another study
        assertThat(run(
                        "study",
                        "algorithms",
                        "--only",
                        "q-learning",
                        "--seeds",
                        "1",
                        "--episodes",
                        "2",
                        "--into",
                        into))
                .isZero();
        assertThat(Files.readAllLines(folder.resolve("benchmarks/results/studies/q-learning-cliffwalking-v1.csv")))
                .hasSize(3);
    }

    @Test
    void whatComesOfASeedDoesNotDependOnTheOthers() throws InterruptedException {
        SeedStudy study =
                SeedStudy.of(Catalog.of(null), "q-learning", "CliffWalking-v1", -13, 2, List.of("epsilon=0.3"));
        List<String> told = Collections.synchronizedList(new ArrayList<>());
        List<Outcome> one = study.run(4, 1, List.of(), outcome -> told.add(outcome.digest()));
        List<Outcome> four = study.run(4, 4, List.of(), outcome -> {});
        assertThat(told).hasSize(4);
        assertThat(one.get(0).digest()).isNotEqualTo(one.get(1).digest());
        for (int i = 0; i < 4; i++) {
            assertThat(four.get(i).digest()).isEqualTo(one.get(i).digest());
            assertThat(four.get(i).curve()).isEqualTo(one.get(i).curve()).hasSize(SeedStudy.POINTS);
            assertThat(four.get(i).mean()).isEqualTo(one.get(i).mean());
            assertThat(one.get(i).coreSeconds()).isPositive();
        }
        Outcome known = outcome(2, 7);
        List<Outcome> some = study.run(2, 1, List.of(known, outcome(3, 8)), outcome -> {});
        assertThat(some).hasSize(2).endsWith(known);
        assertThat(some.get(0).digest()).isEqualTo(one.get(0).digest());
    }

    @Test
    void rowsAreReadAsTheyWereWrittenAndHalfALineIsPassedOver() throws IOException {
        Path file = folder.resolve("rows.csv");
        Outcome first = outcome(2, -1.25, Double.NaN, 0.1, -3e-7);
        StudyRows rows = StudyRows.open(file, "a, b", "c1", false);
        rows.append(first);
        Files.writeString(file, Files.readString(file) + "3,1.0,0.5,1000,-1,2.0,1.5,0.1;0.2,0123");
        assertThat(StudyRows.open(file, "a, b", "c1", false).outcomes()).containsExactly(first);
        rows.append(outcome(1, 5));
        assertThat(StudyRows.read(file).outcomes()).containsExactly(outcome(1, 5), first);
        assertThat(StudyRows.open(file, "a, b", "c2", true).outcomes()).hasSize(2);
        assertThat(StudyRows.open(file, "a, b", "c2", false).outcomes()).isEmpty();
        assertThat(StudyRows.read(file).outcomes()).isEmpty();
        StudyRows.open(file, "a, b", "c2", false).append(first);
        assertThat(StudyRows.open(file, "a", "c2", true).outcomes())
                .as("of other settings")
                .isEmpty();
    }

    @Test
    void aLineSaysWhereTheReferenceLies() {
        Reference row = Reference.parse("ppo,CartPole-v1,475,500,0,100000,somewhere, page 3");
        assertThat(row.source()).isEqualTo("somewhere, page 3");
        assertThat(AlgorithmPages.line(row, List.of(outcome(1, 500), outcome(2, 400))))
                .startsWith(
                        "| [ppo](algorithms/ppo.md) | CartPole-v1 | 1,000 | 2 | 450.0 | 400.0 to 500.0 | 1 below 475 | 1.5 |")
                .endsWith("| 500.0 ± 0.0 | 100,000 | yes |");
        assertThat(AlgorithmPages.line(row, List.of(outcome(1, 499)))).endsWith("| below |");
        assertThat(AlgorithmPages.line(row, List.of(outcome(1, 501)))).endsWith("| above |");
        Reference none = Reference.parse("npg,CartPole-v1,475,,,,none published");
        Reference once = new Reference("ppo", "CartPole-v1", 475, 490, Double.NaN, 100_000, "");
        assertThat(AlgorithmPages.line(once, List.of(outcome(1, 490)))).endsWith("| 490.0 | 100,000 | yes |");
        assertThat(AlgorithmPages.line(none, List.of(outcome(1, 501)))).endsWith("| – | – | – |");
    }

    @Test
    void aSectionTakesThePlaceOfItsOlderSelf() {
        String page = AlgorithmPages.withSection("# A\n\n## B\n", "## Learning curves\n\none");
        assertThat(page).isEqualTo("# A\n\n## B\n\n## Learning curves\n\none\n");
        assertThat(AlgorithmPages.withSection(page + "\n## C\n", "## Learning curves\n\ntwo"))
                .isEqualTo("# A\n\n## B\n\n## Learning curves\n\ntwo\n\n## C\n");
    }

    @Test
    void everyReferenceIsSound() {
        List<Reference> rows = Reference.all();
        assertThat(rows).hasSizeGreaterThan(40).doesNotHaveDuplicates();
        for (Reference row : rows) {
            assertThat(row.source()).isNotBlank();
            assertThat(row.steps() > 0).as("%s", row).isEqualTo(Double.isFinite(row.value()));
        }
    }

    @Test
    void refusesWhatIsNoCheckoutAndWhatFitsNothing() throws IOException {
        assertThat(run("study", "algorithms", "--into", folder.toString())).isEqualTo(Main.BAD_INPUT);
        assertThat(err.toString()).contains("must be a checkout, with docs and benchmarks in it. Maybe run it there.");
        assertThat(run(
                        "study",
                        "algorithms",
                        "--only",
                        "nobody",
                        "--into",
                        checkout().toString()))
                .isEqualTo(Main.BAD_INPUT);
        assertThat(err.toString()).contains("No study fits --only [nobody] and --env []");
    }
}
