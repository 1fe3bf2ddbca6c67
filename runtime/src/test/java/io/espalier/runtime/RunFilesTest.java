package io.espalier.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.core.State;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.util.Event;

class RunFilesTest {
    @TempDir
    Path folder;

    @Test
    void theTableGrowsByRowsAndColumns() throws IOException {
        Path file = folder.resolve("metrics.csv");
        try (MetricsCsv csv = new MetricsCsv(file, "environmentSteps", Long.MAX_VALUE, Disk.atomic())) {
            csv.row(10, Map.of("loss/policy", 0.5));
            Map<String, Double> both = new LinkedHashMap<>();
            both.put("policy/kl", 0.25);
            both.put("loss/policy", -1.0);
            csv.row(20, both);
        }
        assertThat(Files.readAllLines(file))
                .containsExactly("environmentSteps,loss/policy,policy/kl", "10,0.5,", "20,-1.0,0.25");
    }

    @Test
    void resumingCutsOffRowsThatCameAfterTheCheckpointAndTornLines() throws IOException {
        Path file = folder.resolve("metrics.csv");
        Files.writeString(file, "environmentSteps,a\n10,1.0\n20,2.0\n30,3.0\n4");
        try (MetricsCsv csv = new MetricsCsv(file, "environmentSteps", 20, Disk.atomic())) {
            csv.row(30, Map.of("a", 3.5));
        }
        assertThat(Files.readAllLines(file)).containsExactly("environmentSteps,a", "10,1.0", "20,2.0", "30,3.5");
    }

    @Test
    void aNameThatWouldBreakTheTableIsRefused() throws IOException {
        try (MetricsCsv csv = new MetricsCsv(folder.resolve("m.csv"), "n", 0, Disk.atomic())) {
            assertThatThrownBy(() -> csv.row(1, Map.of("a,b", 1.0))).hasMessageContaining("a,b");
        }
    }

    @Test
    void tensorBoardsOwnClassesReadTheEventFile() throws IOException {
        try (TensorBoardWriter writer = new TensorBoardWriter(folder, 1700000000.5, Disk.atomic())) {
            for (int i = 0; i < 300; i++) {
                writer.scalar("loss/policy", 1L << (i % 40), i * 0.25, 1700000001 + i);
            }
            writer.at(77, 1.0).put("später", -1.0);
        }
        List<Event> events;
        try (var files = Files.list(folder)) {
            events = readEvents(files.findFirst().orElseThrow());
        }
        assertThat(events).hasSize(302);
        assertThat(events.get(0).getFileVersion()).isEqualTo("brain.Event:2");
        assertThat(events.get(0).getWallTime()).isEqualTo(1700000000.5);
        assertThat(events.get(40).getStep()).isEqualTo(1L << 39);
        assertThat(events.get(40).getSummary().getValue(0).getTag()).isEqualTo("loss/policy");
        assertThat(events.get(40).getSummary().getValue(0).getSimpleValue()).isEqualTo(39 * 0.25f);
        assertThat(events.get(301).getSummary().getValue(0).getTag()).isEqualTo("später");
    }

    /** Reads TFRecord frames and checks both checksums of each. */
    static List<Event> readEvents(Path file) throws IOException {
        List<Event> events = new ArrayList<>();
        try (DataInputStream in = new DataInputStream(Files.newInputStream(file))) {
            while (in.available() > 0) {
                byte[] header = in.readNBytes(8);
                assertThat(Integer.reverseBytes(in.readInt())).isEqualTo(masked(header));
                byte[] body = in.readNBytes((int) java.nio.ByteBuffer.wrap(header)
                        .order(java.nio.ByteOrder.LITTLE_ENDIAN)
                        .getLong());
                assertThat(Integer.reverseBytes(in.readInt())).isEqualTo(masked(body));
                events.add(Event.parseFrom(body));
            }
        }
        return events;
    }

    private static int masked(byte[] bytes) {
        CRC32C checksum = new CRC32C();
        checksum.update(bytes);
        int value = (int) checksum.getValue();
        return ((value >>> 15) | (value << 17)) + 0xA282EAD8;
    }

    @Test
    void anotherRunIsNeverOverwritten() throws IOException {
        RunDirectory first = RunDirectory.createBelow(folder, "ppo");
        RunDirectory second = RunDirectory.createBelow(folder, "ppo");
        assertThat(first.path()).isNotEqualTo(second.path());
        first.writeConfig(Map.of("seed", 7));
        assertThat(RunDirectory.open(first.path()).readConfig()).containsEntry("seed", 7);
        assertThatThrownBy(() -> RunDirectory.create(first.path())).hasMessageContaining("not empty");
        assertThatThrownBy(() -> RunDirectory.open(folder)).hasMessageContaining("no config.yaml");
    }

    @Test
    void whatAKilledProcessHasLeftIsSweptAway() throws IOException {
        RunDirectory run = RunDirectory.create(folder.resolve("run"));
        Files.createDirectories(run.checkpoints());
        Path policy = Files.createFile(run.path().resolve(".policy.espalier.77.0.tmp"));
        Path state = Files.createFile(run.checkpoints().resolve(".checkpoint-000009.safetensors.77.3.tmp"));
        Path kept = Files.createFile(run.checkpoints().resolve("checkpoint-000009.safetensors"));
        new RunFiles(run, 0, 0, Disk.atomic()).close();
        assertThat(policy).doesNotExist();
        assertThat(state).doesNotExist();
        assertThat(kept).exists();
    }

    @Test
    void theNewestGoodCheckpointIsNamedByItsSteps() throws IOException {
        RunDirectory run = RunDirectory.create(folder.resolve("run"));
        List<String> problems = new ArrayList<>();
        assertThat(run.newestCheckpoint(problems)).isEmpty();
        Checkpoints checkpoints = new Checkpoints(run.checkpoints(), 2, Disk.atomic());
        checkpoints.save(10, new State());
        Files.write(checkpoints.save(20, new State()), new byte[] {1});
        assertThat(run.newestCheckpoint(problems)).hasValue(10);
        assertThat(problems).hasSize(1);
    }

    @Test
    void provenanceNamesMachineAndCommit() {
        assertThat(Provenance.collect()).containsKeys("espalier", "git", "jdk", "cpu", "cores", "vector");
        assertThat(Provenance.git()).matches("[0-9a-f]{40}|unknown");
    }

    @Test
    void eventsAreOneJsonObjectALine() throws IOException {
        Path file = folder.resolve("events.jsonl");
        try (EventLog log = new EventLog(file, Disk.atomic())) {
            log.write("environment-fault", 12, Map.of("environment", 3, "cause", "line\nbreak"));
        }
        assertThat(Files.readAllLines(file)).hasSize(1);
        assertThat(Files.readString(file)).contains("\"environment\":3").contains("line\\nbreak");
    }
}
