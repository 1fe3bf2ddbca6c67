package io.espalier.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.core.State;
import io.espalier.policy.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointsTest {
    @TempDir
    Path folder;

    private Checkpoints checkpoints;

    @BeforeEach
    void open() throws IOException {
        checkpoints = new Checkpoints(folder, 2, AtomicFile::write);
    }

    private static State state(float value) {
        State state = new State();
        state.put("weights", new float[] {value, -value});
        state.putLong("count", 7);
        return state;
    }

    private Checkpoints.Saved newest(List<String> problems) throws IOException {
        return Checkpoints.newest(folder, problems);
    }

    @Test
    void whatWasSavedLastComesBack() throws IOException {
        assertThat(newest(new ArrayList<>())).isNull();
        checkpoints.save(10, state(1));
        checkpoints.save(20, state(2));
        Checkpoints.Saved saved = newest(new ArrayList<>());
        assertThat(saved.environmentSteps()).isEqualTo(20);
        assertThat(saved.state().floats("weights")).containsExactly(2, -2);
        assertThat(saved.state().getLong("count")).isEqualTo(7);
    }

    @Test
    void numbersGoOnAfterReopening() throws IOException {
        checkpoints.save(10, state(1));
        Path second = new Checkpoints(folder, 2, AtomicFile::write).save(10, state(2));
        assertThat(second).hasFileName("checkpoint-000002.manifest");
    }

    @Test
    void aBitFlippedInAnyByteAndACutAnywhereFallBackToTheOneBefore() throws IOException {
        checkpoints.save(10, state(1));
        checkpoints.save(20, state(2));
        for (String name : List.of("checkpoint-000002.manifest", "checkpoint-000002.safetensors")) {
            Path file = folder.resolve(name);
            byte[] good = Files.readAllBytes(file);
            for (int at = 0; at < good.length; at++) {
                byte[] bad = good.clone();
                bad[at] ^= (byte) (1 << at % 8);
                Files.write(file, bad);
                fallsBack();
            }
            for (int length = 0; length < good.length; length += 5) {
                Files.write(file, Arrays.copyOf(good, length));
                fallsBack();
            }
            Files.write(file, good);
        }
        assertThat(newest(new ArrayList<>()).environmentSteps()).isEqualTo(20);
    }

    private void fallsBack() throws IOException {
        List<String> problems = new ArrayList<>();
        Checkpoints.Saved saved = newest(problems);
        assertThat(saved.environmentSteps()).isEqualTo(10);
        assertThat(problems).hasSize(1);
        assertThat(problems.get(0)).contains("checkpoint-000002.manifest is no good: ");
    }

    @Test
    void statesThatWereExchangedOrLostAreFound() throws IOException {
        checkpoints.save(10, state(1));
        checkpoints.save(20, state(2));
        Path newer = folder.resolve("checkpoint-000002.safetensors");
        byte[] good = Files.readAllBytes(newer);
        Files.write(newer, Files.readAllBytes(folder.resolve("checkpoint-000001.safetensors")));
        fallsBack();
        Files.delete(newer);
        fallsBack();
        Files.write(newer, good);
        Files.copy(folder.resolve("checkpoint-000002.manifest"), folder.resolve("checkpoint-000003.manifest"));
        List<String> problems = new ArrayList<>();
        assertThat(newest(problems).environmentSteps()).isEqualTo(20);
        assertThat(problems.get(0)).contains("names checkpoint-000002.safetensors");
    }

    @Test
    void aStateOfTheSameStepThatIsGoodInItselfButAnotherIsFound() throws IOException {
        checkpoints.save(10, state(1));
        checkpoints.save(10, state(2));
        Files.copy(
                folder.resolve("checkpoint-000001.safetensors"),
                folder.resolve("checkpoint-000002.safetensors"),
                StandardCopyOption.REPLACE_EXISTING);
        fallsBack();
    }

    @Test
    void aStateWithoutManifestCountsForNothingAndIsDroppedLater() throws IOException {
        checkpoints.save(10, state(1));
        Path orphan = folder.resolve("checkpoint-000002.safetensors");
        Files.copy(folder.resolve("checkpoint-000001.safetensors"), orphan);
        assertThat(newest(new ArrayList<>()).environmentSteps()).isEqualTo(10);
        Checkpoints reopened = new Checkpoints(folder, 2, AtomicFile::write);
        for (int i = 1; i <= 3; i++) {
            reopened.save(10 + i, state(i));
        }
        assertThat(orphan).doesNotExist();
        try (var files = Files.list(folder)) {
            assertThat(files).hasSize(4);
        }
    }
}
