package io.espalier.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.policy.Algorithm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Asynchronous runs that are lived through again. */
class ReplayedTest {
    private static final String LOGGED = "asynchronous(workers=3, maxStaleness=1, log=true)";

    @TempDir
    Path folder;

    private static Trainer trainer(String name, String mode) {
        return ModeRuns.trainer(ModeRuns.algorithm(name, Map.of()), mode);
    }

    private Trainer replay(String name) {
        return trainer(name, "asynchronous(replay=" + folder.resolve("run") + ")");
    }

    @ParameterizedTest
    @CsvSource({"vtrace, 0", "dqn, 0", "ppo-recurrent, 0", "vtrace, 5", "ppo, 4"})
    void aReplayHasTheBitsOfTheRun(String name, int losesEvery) throws IOException {
        Path run = folder.resolve("run");
        Path again = folder.resolve("again");
        // Of three workers that must not be late, two are; elsewhere it depends on the machine whether any is.
        boolean drops = name.equals("vtrace") && losesEvery == 0;
        long steps = name.startsWith("ppo") ? 20_480 : 4096;
        TrainingResult expected;
        try (LossyPool pool = new LossyPool(losesEvery)) {
            expected = trainer(name, drops ? LOGGED.replace("maxStaleness=1", "maxStaleness=0, ahead=2") : LOGGED)
                    .environmentSteps(steps)
                    .workers(pool)
                    .directory(run)
                    .run();
            assertThat(pool.lost() > 0).isEqualTo(losesEvery > 0);
        }
        List<String> rows = Files.readAllLines(run.resolve("arrivals.csv"));
        int accepted = List.of(rows.get(0).split(",")).indexOf("accepted");
        assertThat(rows.stream().skip(1).map(row -> row.split(",", -1)[accepted]))
                .contains(drops ? new String[] {"0.0", "1.0"} : new String[] {"1.0"});
        TrainingResult result =
                replay(name).environmentSteps(steps).directory(again).run();
        assertThat(result.weightsDigest()).isEqualTo(expected.weightsDigest());
        assertThat(Files.readAllLines(again.resolve("episodes.csv")))
                .isEqualTo(Files.readAllLines(run.resolve("episodes.csv")))
                .hasSizeGreaterThan(10);
    }

    @Test
    void whereOneWorkersBlocksAreDroppedReturnsOverSeveralStepsDoNotReachOverTheGap() throws IOException {
        Path run = folder.resolve("run");
        Algorithm algorithm = ModeRuns.algorithm("dqn", Map.of("nStep", 3, "learningStarts", 100));
        // Of two blocks ahead the second is one version old when it comes.
        String expected = ModeRuns.trainer(algorithm, "asynchronous(workers=1, maxStaleness=0, ahead=2, log=true)")
                .environmentSteps(400)
                .directory(run)
                .run()
                .weightsDigest();
        assertThat(Files.readAllLines(run.resolve("arrivals.csv"))).hasSizeGreaterThan(150);
        assertThat(ModeRuns.trainer(algorithm, "asynchronous(replay=" + run + ")")
                        .environmentSteps(400)
                        .run()
                        .weightsDigest())
                .isEqualTo(expected);
    }

    @Test
    void aRunThatWasResumedIsReplayedToo() {
        Path run = folder.resolve("run");
        Trainer first = trainer("vtrace", LOGGED).directory(run);
        first.listen(ModeRuns.everyRound(progress -> {
                    if (progress.rounds() == 9) {
                        first.requestStop("stopped by the test");
                    }
                }))
                .run();
        String expected = Trainer.resume(run).run().weightsDigest();
        assertThat(replay("vtrace").run().weightsDigest()).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"worker", "life", "version", "newest", "accepted", "digest"})
    void aLineThatWasChangedIsNoticed(String column) throws IOException {
        Path run = folder.resolve("run");
        trainer("vtrace", LOGGED).directory(run).run();
        Path file = run.resolve("arrivals.csv");
        List<String> rows = new ArrayList<>(Files.readAllLines(file));
        List<String> names = List.of(rows.get(0).split(","));
        int accepted = names.indexOf("accepted");
        // One that the learner learned from, so that what is changed has a consequence.
        int line = 10;
        while (!rows.get(line).split(",", -1)[accepted].equals("1.0")) {
            line++;
        }
        String[] cells = rows.get(line).split(",");
        int cell = names.indexOf(column);
        cells[cell] = column.equals("accepted") ? "0.0" : Double.toString(Double.parseDouble(cells[cell]) + 1);
        rows.set(line, String.join(",", cells));
        Files.write(file, rows);
        assertThatThrownBy(() -> replay("vtrace").run())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("The replay is not the run that wrote")
                .hasMessageContaining("arrival ");
    }

    @Test
    void aLogThatIsNotWholeIsRefused() throws IOException {
        Path run = folder.resolve("run");
        trainer("vtrace", LOGGED).directory(run).run();
        Path file = run.resolve("arrivals.csv");
        List<String> rows = Files.readAllLines(file);
        assertThat(rows).hasSizeGreaterThan(10);
        List<String> gap = new ArrayList<>(rows);
        gap.remove(7);
        Files.write(file, gap);
        assertThatThrownBy(() -> replay("vtrace").run())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("after arrival 5 must come 6, not 7");
        Files.write(file, rows.subList(0, rows.size() / 2));
        assertThatThrownBy(() -> replay("vtrace").run())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("before this run does");
        List<String> torn = new ArrayList<>(rows);
        torn.set(4, "3.0,one");
        Files.write(file, torn);
        assertThatThrownBy(() -> replay("vtrace").run())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("each cell must be a whole number");
    }

    @Test
    void anotherSeedIsNoReplay() {
        trainer("vtrace", LOGGED).directory(folder.resolve("run")).run();
        assertThatThrownBy(() -> replay("vtrace").seed(6).run())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("arrival 0, block 0 of worker")
                .hasMessageContaining("seed are not those");
    }

    @Test
    void whatCannotBeWrittenOrReadIsSaid() {
        assertThatThrownBy(() -> trainer("vtrace", LOGGED).run())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("log (true) needs a directory");
        assertThatThrownBy(() -> replay("vtrace").run())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Maybe train with asynchronous(log=true) first");
        assertThatThrownBy(() -> ExecutionMode.parse("asynchronous(log=true, replay=x)"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("exclude each other");
    }
}
