package io.espalier.runtime.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What changes in a run's directory, told to a copy of it. */
class RunMirrorTest {
    @TempDir
    Path folder;

    private Path there;
    private RunCopy copy;

    @BeforeEach
    void prepare() throws IOException {
        there = Files.createDirectories(folder.resolve("there/checkpoints")).getParent();
        copy = new RunCopy(folder.resolve("copy"), RunCopy.PASSING);
    }

    private void append(String name, String text) throws IOException {
        Files.writeString(there.resolve(name), text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private void checkpoint(int number) throws IOException {
        Files.writeString(there.resolve("checkpoints/checkpoint-00000" + number + ".safetensors"), "state " + number);
        Files.writeString(there.resolve("checkpoints/checkpoint-00000" + number + ".manifest"), "manifest " + number);
    }

    private String copied(String name) throws IOException {
        return Files.readString(folder.resolve("copy").resolve(name), StandardCharsets.UTF_8);
    }

    @Test
    void whatGrowsIsToldOnceAndWhatIsWrittenAnewFromItsBeginning() throws IOException {
        RunMirror mirror = new RunMirror(there, List.of());
        append("config.yaml", "seed: 1\n");
        append("metrics.csv", "steps,loss\n1,0.5\n");
        append(".lock", "");
        List<FileChange> first = mirror.changes();
        assertThat(first).extracting(FileChange::name).containsExactly("config.yaml", "metrics.csv");
        copy.apply(first);
        append("metrics.csv", "2,0.4\n");
        List<FileChange> second = mirror.changes();
        assertThat(second).hasSize(1);
        assertThat(new String(second.get(0).bytes(), StandardCharsets.UTF_8)).isEqualTo("2,0.4\n");
        copy.apply(second);
        assertThat(mirror.changes()).isEmpty();
        Files.writeString(there.resolve("metrics.csv"), "steps,loss,kl\n1,0.5,\n2,0.4,\n3,0.3,0.01\n");
        copy.apply(mirror.changes());
        assertThat(copied("metrics.csv")).isEqualTo("steps,loss,kl\n1,0.5,\n2,0.4,\n3,0.3,0.01\n");
        assertThat(copied("config.yaml")).isEqualTo("seed: 1\n");
    }

    @Test
    void aCheckpointIsNeverToldBeforeTheRowsThatItCounts() throws IOException {
        RunMirror mirror = new RunMirror(there, List.of(), 8);
        append("episodes.csv", "0123456789abcdef-");
        checkpoint(1);
        copy.apply(mirror.changes());
        assertThat(copied("episodes.csv")).isEqualTo("01234567");
        assertThat(RunCopy.newestCheckpoint(folder.resolve("copy"))).isEmpty();
        copy.apply(mirror.changes());
        copy.apply(mirror.changes());
        assertThat(copied("episodes.csv")).isEqualTo("0123456789abcdef-");
        assertThat(RunCopy.newestCheckpoint(folder.resolve("copy")))
                .isEqualTo("checkpoints/checkpoint-000001.manifest");
        assertThat(copied("checkpoints/checkpoint-000001.safetensors")).isEqualTo("state 1");
    }

    @Test
    void theTwoNewestCheckpointsAreKept() throws IOException {
        RunMirror mirror = new RunMirror(there, List.of());
        for (int number = 1; number <= 4; number++) {
            checkpoint(number);
            copy.apply(mirror.changes());
        }
        assertThat(RunCopy.names(folder.resolve("copy"), "checkpoints"))
                .containsExactly(
                        "checkpoints/checkpoint-000003.manifest",
                        "checkpoints/checkpoint-000003.safetensors",
                        "checkpoints/checkpoint-000004.manifest",
                        "checkpoints/checkpoint-000004.safetensors");
    }

    @Test
    void aRunThatGoesOnElsewhereReplacesWhatItsPredecessorToldAfterTheCheckpoint() throws IOException {
        RunCopy kept = new RunCopy(folder.resolve("copy"), RunCopy.PASSING);
        Files.writeString(folder.resolve("copy/config.yaml"), "seed: 1\n");
        Files.writeString(folder.resolve("copy/episodes.csv"), "n\n1\n2\n3 late\n");
        Files.writeString(folder.resolve("copy/events.jsonl"), "a\nb\n");
        List<FileChange> given = kept.files();
        new RunCopy(there, RunCopy.PASSING).apply(given);
        RunMirror mirror = new RunMirror(there, given);
        // The run cuts what its checkpoint does not count, and goes on.
        Files.writeString(there.resolve("episodes.csv"), "n\n1\n2\n3\n4\n");
        Files.writeString(there.resolve("events.jsonl"), "a\n");
        copy.apply(mirror.changes());
        assertThat(copied("episodes.csv")).isEqualTo("n\n1\n2\n3\n4\n");
        assertThat(copied("events.jsonl")).isEqualTo("a\n");
        append("events.jsonl", "c\n");
        copy.apply(mirror.changes());
        assertThat(copied("events.jsonl")).isEqualTo("a\nc\n");
    }

    @Test
    void aFileOutsideTheDirectoryIsRefused() {
        for (String name : List.of("../x", "a/../../x", "/etc/passwd", "a/b/c", "", ".lock", "a//b", "a/.b", "c:\\x")) {
            assertThatThrownBy(() -> new FileChange(name, 0, new byte[0]))
                    .as(name)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("a file of a run cannot be called");
        }
    }

    @Test
    void whatDoesNotFitIsRefused() throws IOException {
        copy.apply(List.of(new FileChange("episodes.csv", 0, new byte[3])));
        assertThatThrownBy(() -> copy.apply(List.of(new FileChange("episodes.csv", 4, new byte[1]))))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("has 3 bytes, and should go on at byte 4");
    }
}
