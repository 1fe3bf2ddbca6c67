package io.espalier.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.core.Environment;
import io.espalier.core.EnvironmentSpec;
import io.espalier.core.MetricSink;
import io.espalier.core.Step;
import io.espalier.core.wrappers.EnvironmentWrapper;
import io.espalier.runtime.events.RunEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.util.Event;

/** What an environment itself says of its episodes comes into every record. */
class EpisodeMetricsTest {
    private static final int LONG = 40;

    @TempDir
    Path folder;

    private final List<RunEvent> events = new ArrayList<>();

    /** Reports figures that follow from the episode's length. */
    private static final class Reporting extends EnvironmentWrapper {
        private final BiConsumer<Integer, MetricSink> report;
        private int steps;

        Reporting(BiConsumer<Integer, MetricSink> report) {
            super(TrainerTest.cartPole());
            this.report = report;
        }

        @Override
        public void reset(long seed) {
            steps = 0;
            super.reset(seed);
        }

        @Override
        public Step step(float[] actions, int at) {
            steps++;
            return super.step(actions, at);
        }

        @Override
        public boolean reportsSuccess() {
            return true;
        }

        @Override
        public boolean success() {
            return steps > LONG;
        }

        @Override
        public void episodeMetrics(MetricSink sink) {
            report.accept(steps, sink);
        }
    }

    private static Environment halves() {
        return new Reporting((steps, sink) -> {
            sink.put("half-length", steps / 2.0);
            if (steps > LONG) {
                sink.put("beyond", steps - LONG);
            }
        });
    }

    private Trainer trainer(Path run, BiConsumer<Integer, MetricSink> report) {
        return trainer(run, new EnvironmentSpec("Reporting-v0", List.of(), "", () -> new Reporting(report), 475));
    }

    private Trainer trainer(Path run, EnvironmentSpec environment) {
        return Trainer.of(HillClimbing.standard(), environment)
                .seed(5)
                .environmentSteps(20_000)
                .directory(run)
                .listen(new TrainingListener() {
                    @Override
                    public void event(RunEvent event) {
                        events.add(event);
                    }
                });
    }

    private static final EnvironmentSpec HALVES =
            new EnvironmentSpec("Halves-v0", List.of(), "", EpisodeMetricsTest::halves, 475);

    @Test
    void theirMeansStandInTheTableAndForTensorBoard() throws IOException {
        Path run = folder.resolve("run");
        trainer(run, HALVES).run();

        List<Map<String, String>> rows = table(run.resolve("metrics.csv"));
        List<Map<String, String>> training = rows.stream()
                .filter(row -> !row.get("episode/length").isEmpty())
                .toList();
        assertThat(training).hasSizeGreaterThan(15).allSatisfy(row -> {
            // Halving is exact, so the means agree to the last bit.
            assertThat(Double.parseDouble(row.get("episode/half-length")))
                    .isEqualTo(Double.parseDouble(row.get("episode/length")) / 2);
            assertThat(Double.parseDouble(row.get("episode/success"))).isBetween(0.0, 1.0);
            assertThat(row.get("episode/beyond").isEmpty())
                    .isEqualTo(row.get("episode/success").equals("0.0"));
        });
        long succeeded = table(run.resolve("episodes.csv")).stream()
                .filter(row -> row.get("success").equals("1.0"))
                .count();
        assertThat(succeeded).isPositive();
        assertThat(rows.get(rows.size() - 1)).containsKey("evaluation/half-length");

        Map<String, Long> tags = boardTags(run);
        assertThat(tags).containsKeys("episode/beyond", "evaluation/half-length");
        assertThat(tags.get("episode/half-length")).isEqualTo(training.size());
        assertThat(tags.get("episode/success")).isEqualTo(training.size());
    }

    private static List<Map<String, String>> table(Path file) throws IOException {
        List<String> lines = Files.readAllLines(file);
        List<String> columns = Arrays.asList(lines.get(0).split(",", -1));
        List<Map<String, String>> rows = new ArrayList<>();
        for (String line : lines.subList(1, lines.size())) {
            String[] cells = line.split(",", -1);
            assertThat(cells).hasSize(columns.size());
            Map<String, String> row = new LinkedHashMap<>();
            for (int i = 0; i < cells.length; i++) {
                row.put(columns.get(i), cells[i]);
            }
            rows.add(row);
        }
        return rows;
    }

    private static Map<String, Long> boardTags(Path run) throws IOException {
        try (var files = Files.list(run.resolve("tensorboard"))) {
            return RunFilesTest.readEvents(files.findFirst().orElseThrow()).stream()
                    .map(Event::getSummary)
                    .filter(summary -> summary.getValueCount() > 0)
                    .collect(
                            Collectors.groupingBy(summary -> summary.getValue(0).getTag(), Collectors.counting()));
        }
    }

    @Test
    void evaluationsHaveThemTooWhateverTheNumberOfThreads() throws IOException {
        EvaluationResult one = trainer(folder.resolve("one"), HALVES).run().evaluation();
        EvaluationResult three =
                trainer(folder.resolve("three"), HALVES).threads(3).run().evaluation();
        assertThat(one).isNotNull().isEqualTo(three);
        assertThat(one.metrics().get("half-length")).isEqualTo(one.meanLength() / 2);
        assertThat(withoutSeconds(folder.resolve("one"))).isEqualTo(withoutSeconds(folder.resolve("three")));
        assertThat(Files.readString(folder.resolve("one/result.json")))
                .contains("\"metrics\"", "\"half-length\" : " + one.metrics().get("half-length"));
    }

    private static List<Map<String, String>> withoutSeconds(Path run) throws IOException {
        List<Map<String, String>> rows = table(run.resolve("metrics.csv"));
        rows.forEach(row -> row.remove("seconds"));
        return rows;
    }

    @Test
    void stoppedAndResumedTheyAreTheSame() throws IOException {
        trainer(folder.resolve("straight"), HALVES).run();
        Path run = folder.resolve("stopped");
        Trainer first = trainer(run, HALVES);
        first.listen(new TrainingListener() {
                    @Override
                    public void round(Progress progress) {
                        if (progress.rounds() == 7) {
                            first.requestStop("enough");
                        }
                    }
                })
                .run();
        Trainer.resume(RunDirectory.open(run), HillClimbing.standard(), HALVES).run();
        assertThat(withoutSeconds(run)).isEqualTo(withoutSeconds(folder.resolve("straight")));
    }

    @Test
    void namesThatNoTableCanTakeDoNotHarmTheRun() throws IOException {
        Path run = folder.resolve("run");
        trainer(run, (steps, sink) -> {
                    sink.put("fuel, litres\n", 1);
                    sink.put("return", 2);
                    sink.put("", 3);
                    sink.put("worst", Double.NaN);
                })
                .run();
        Map<String, String> row = table(run.resolve("metrics.csv")).get(3);
        assertThat(row)
                .containsEntry("episode/fuel_ litres_", "1.0")
                .containsEntry("episode/environment-return", "2.0")
                .containsEntry("episode/unnamed", "3.0")
                .containsEntry("episode/worst", "NaN");
        assertThat(Double.parseDouble(row.get("episode/return"))).isGreaterThan(2);
        assertThat(events).isEmpty();
    }

    @Test
    void namesWithoutEndAreCutOffAndReportedOnce() throws IOException {
        int[] episodes = {0};
        Path run = folder.resolve("run");
        TrainingResult result = trainer(run, (steps, sink) -> sink.put("episode " + episodes[0]++, 1))
                .run();
        assertThat(result.environmentSteps()).isGreaterThanOrEqualTo(20_000);
        assertThat(table(run.resolve("metrics.csv")).get(0).keySet().stream()
                        .filter(column -> column.startsWith("episode/episode ")))
                .hasSize(FigureNames.MOST);
        assertThat(events).hasSize(1);
        assertThat(events.get(0).message()).contains("more than 100 names", "Maybe a name holds a number");
    }
}
