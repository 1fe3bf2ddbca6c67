package io.espalier.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.runtime.events.RunEvent;
import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

/** A disk without space stops the recording, not the run, and not for good. */
class FullDiskTest {
    private static final int ROUNDS = 20;

    @TempDir
    Path folder;

    private final List<RunEvent> events = new ArrayList<>();
    private int checkpoints;

    /** Takes half of what it is given, then no more, as long as it is full. */
    private static final class SmallDisk implements Disk {
        private volatile boolean full;

        @Override
        public void write(Path target, byte[] bytes) throws IOException {
            refuseIfFull();
            Files.write(target, bytes);
        }

        @Override
        public OutputStream append(Path file) throws IOException {
            return new FilterOutputStream(Disk.super.append(file)) {
                @Override
                public void write(byte[] bytes, int from, int length) throws IOException {
                    out.write(bytes, from, full ? length / 2 : length);
                    refuseIfFull();
                }
            };
        }

        private void refuseIfFull() throws IOException {
            if (full) {
                throw new IOException("No space left on device");
            }
        }
    }

    private TrainingResult train(Path run, int from, int to) {
        SmallDisk disk = new SmallDisk();
        return ResumeTest.trainer()
                .evaluation(EvaluationSettings.DEFAULT.withEpisodes(20))
                .directory(run)
                .disk(disk)
                .checkpoints(CheckpointSettings.DEFAULT.every(2048))
                .listen(new TrainingListener() {
                    @Override
                    public void round(Progress progress) {
                        disk.full = progress.rounds() >= from && progress.rounds() < to;
                    }

                    @Override
                    public void checkpoint(Path manifest, long environmentSteps) {
                        checkpoints++;
                    }

                    @Override
                    public void event(RunEvent event) {
                        events.add(event);
                    }
                })
                .run();
    }

    private static List<String> lines(Path run, String name) throws IOException {
        List<String> lines = Files.readAllLines(run.resolve(name));
        assertThat(Files.readString(run.resolve(name))).endsWith("\n");
        return lines;
    }

    private RunEvent only(String type) {
        List<RunEvent> found =
                events.stream().filter(event -> event.type().equals(type)).toList();
        assertThat(found).hasSize(1);
        return found.get(0);
    }

    @ParameterizedTest
    @CsvSource({"5, 12", "1, 6", "9, 20", "3, 19"})
    void recordingGoesOnWhenThereIsSpaceAgainAndSaysWhatIsMissing(int from, int to) throws Exception {
        Path straight = folder.resolve("straight");
        train(straight, 0, 0);
        events.clear();
        checkpoints = 0;
        Path run = folder.resolve("run");
        TrainingResult result = train(run, from, to);

        assertThat(result.environmentSteps()).isEqualTo(ROUNDS * 1024);
        assertThat(only("recording/failed").message()).contains("No space left on device");
        RunEvent resumed = only("recording/resumed");
        long missing = 0;
        for (String name : List.of("metrics", "episodes")) {
            List<String> rows = lines(run, name + ".csv");
            List<String> all = lines(straight, name + ".csv");
            long lost = (long) resumed.details().get(name);
            missing += lost;
            assertThat(rows).as(name).hasSize(all.size() - (int) lost);
            if (name.equals("episodes")) {
                assertThat(all).containsAll(rows);
            }
            assertThat(rows).doesNotHaveDuplicates();
            int columns = rows.get(0).split(",", -1).length;
            assertThat(rows).allSatisfy(row -> assertThat(row.split(",", -1)).hasSize(columns));
        }
        assertThat(missing).isPositive();
        // What came last is there, the last evaluation above all.
        assertThat(lines(run, "metrics.csv").get(lines(run, "metrics.csv").size() - 1))
                .startsWith(ROUNDS * 1024 + ",")
                .contains("," + result.meanReturn() + ",");

        List<String> types = new ArrayList<>();
        for (String line : lines(run, "events.jsonl")) {
            types.add(new JsonMapper().readTree(line).get("event").asString());
        }
        assertThat(types).containsOnlyOnce("recording/failed", "recording/resumed");
        // Whatever was told is in the log, or counted as lost.
        assertThat(types.size() + (long) resumed.details().get("events")).isEqualTo(events.size() + checkpoints);
        try (var boards = Files.list(run.resolve("tensorboard"))) {
            List<Path> all = boards.toList();
            assertThat(all).hasSizeGreaterThan(1);
            for (Path board : all) {
                assertSoundUpToATornEnd(board);
            }
        }
        assertThat(Trainer.resume(run).run().weightsDigest()).isEqualTo(result.weightsDigest());
    }

    /** The checksums of all frames are right; the last one may be cut short. */
    private static void assertSoundUpToATornEnd(Path board) throws IOException {
        try {
            assertThat(RunFilesTest.readEvents(board)).isNotEmpty();
        } catch (EOFException e) {
            assertThat(board).isNotEmptyFile();
        }
    }

    @Test
    void aDiskThatStaysFullIsNoReasonToStop() throws IOException {
        Path run = folder.resolve("run");
        TrainingResult result = train(run, 4, Integer.MAX_VALUE);
        assertThat(result.environmentSteps()).isEqualTo(ROUNDS * 1024);
        assertThat(only("recording/failed").message()).contains("tries again");
        assertThat(events).noneMatch(event -> event.type().equals("recording/resumed"));
    }

    @Test
    void whatABufferStillHoldsDoesNotComeBehindATornWrite() throws IOException {
        SmallDisk disk = new SmallDisk();
        Path file = folder.resolve("grows");
        OutputStream out = new BufferedOutputStream(GrowingFile.open(disk, file));
        out.write("abcd".getBytes(StandardCharsets.US_ASCII));
        disk.full = true;
        assertThatThrownBy(out::flush).hasMessage("No space left on device");
        disk.full = false;
        assertThatThrownBy(out::close).hasMessage("a write before has failed");
        assertThat(file).hasContent("ab");
    }

    @Test
    void halfALineIsCutOffEvenIfItLooksWhole() throws IOException {
        Path table = folder.resolve("metrics.csv");
        Files.writeString(table, "environmentSteps,a\n10,1.0\n20,2.2");
        try (MetricsCsv csv = new MetricsCsv(table, "environmentSteps", Long.MAX_VALUE, Disk.atomic())) {
            assertThat(csv.rows()).isEqualTo(1);
            csv.row(30, java.util.Map.of("a", 3.0));
        }
        assertThat(table).hasContent("environmentSteps,a\n10,1.0\n30,3.0\n");
        Path log = folder.resolve("events.jsonl");
        Files.writeString(log, "{\"event\":\"a\"}\n{\"event\":\"b");
        try (EventLog events = new EventLog(log, Disk.atomic())) {
            events.write("c", 1, java.util.Map.of());
        }
        assertThat(Files.readAllLines(log)).hasSize(2);
        assertThat(Files.readAllLines(log).get(1)).contains("\"event\":\"c\"");
    }
}
