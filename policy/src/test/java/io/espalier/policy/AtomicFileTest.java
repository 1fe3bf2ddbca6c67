package io.espalier.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {
    private static final byte[] OLD = bytes(70_000, 1);
    private static final byte[] NEW = bytes(200_000, 2);

    @TempDir
    private Path directory;

    private static byte[] bytes(int length, int value) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }

    /** Does the real steps, notes them, and fails at one of them; a crashed one does nothing any more, not even tidy. */
    private static class Faulty extends FileSteps {
        final List<String> done = new ArrayList<>();
        private final int failing;
        private final boolean crash;
        private boolean failed;

        Faulty(int failing, boolean crash) {
            this.failing = failing;
            this.crash = crash;
        }

        void step(String name) throws IOException {
            if (failed && crash) {
                throw new IOException("crashed");
            }
            done.add(name);
            if (done.size() - 1 == failing) {
                failed = true;
                throw new IOException("no space left at " + name);
            }
        }

        @Override
        FileOutputStream create(Path temporary) throws IOException {
            step("create");
            return super.create(temporary);
        }

        @Override
        void write(FileOutputStream to, byte[] bytes) throws IOException {
            super.write(to, Arrays.copyOf(bytes, bytes.length / 2));
            step("write");
            super.write(to, Arrays.copyOfRange(bytes, bytes.length / 2, bytes.length));
        }

        @Override
        void force(FileOutputStream file) throws IOException {
            step("force");
            super.force(file);
        }

        @Override
        void close(FileOutputStream file) throws IOException {
            super.close(file);
            step("close");
        }

        @Override
        void rename(Path temporary, Path target) throws IOException {
            step("rename");
            super.rename(temporary, target);
        }

        @Override
        void forceDirectory(Path directory) throws IOException {
            step("force directory");
            super.forceDirectory(directory);
        }

        @Override
        void delete(Path temporary) throws IOException {
            step("delete");
            super.delete(temporary);
        }
    }

    /** What must not be done: it writes where the old content is. */
    private static final class InPlace extends Faulty {
        private final Path target;

        InPlace(int failing, Path target) {
            super(failing, true);
            this.target = target;
        }

        @Override
        FileOutputStream create(Path temporary) throws IOException {
            step("create");
            return new FileOutputStream(target.toFile());
        }

        @Override
        void rename(Path temporary, Path to) throws IOException {
            step("rename");
        }
    }

    /** Whether after a failure at that step the file is all old or all new. */
    private boolean survives(Path target, Faulty steps) throws IOException {
        AtomicFile.write(target, OLD);
        assertThatThrownBy(() -> AtomicFile.write(target, NEW, steps)).isInstanceOf(IOException.class);
        byte[] now = Files.readAllBytes(target);
        return Arrays.equals(now, OLD) || Arrays.equals(now, NEW);
    }

    private long files() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.count();
        }
    }

    @Test
    void theStepsAreInTheOnlySafeOrder() throws IOException {
        Path target = directory.resolve("a");
        Faulty steps = new Faulty(-1, false);
        AtomicFile.write(target, NEW, steps);
        assertThat(steps.done).containsExactly("create", "write", "force", "close", "rename", "force directory");
        assertThat(target).hasBinaryContent(NEW);
        assertThat(files()).isEqualTo(1);
    }

    @Test
    void aFailureAtAnyStepKeepsTheOldFileAndLeavesNothingBehind() throws IOException {
        Path target = directory.resolve("a");
        for (int failing = 0; failing < 6; failing++) {
            assertThat(survives(target, new Faulty(failing, false))).isTrue();
            assertThat(target).hasBinaryContent(failing < 5 ? OLD : NEW);
            assertThat(files()).isEqualTo(1);
        }
    }

    @Test
    void aCrashAtAnyStepKeepsTheOldFile() throws IOException {
        for (int failing = 0; failing < 6; failing++) {
            Path target = directory.resolve("a" + failing);
            assertThat(survives(target, new Faulty(failing, true))).isTrue();
        }
    }

    @Test
    void writingInPlaceWouldBeCaught() throws IOException {
        Path target = directory.resolve("a");
        assertThat(survives(target, new InPlace(1, target))).isFalse();
    }

    @Test
    void aFileLeftByADeadProcessOfTheSameNumberIsNoObstacle() throws IOException {
        Path target = directory.resolve("a");
        int[] taken = {3};
        AtomicFile.write(target, NEW, new FileSteps() {
            @Override
            FileOutputStream create(Path temporary) throws IOException {
                if (taken[0]-- > 0) {
                    Files.write(temporary, OLD);
                }
                return super.create(temporary);
            }
        });
        assertThat(target).hasBinaryContent(NEW);
    }

    @Test
    void anInterruptDisturbsNeitherTheSaveNorTheThread() throws IOException {
        Path target = directory.resolve("a");
        Thread.currentThread().interrupt();
        AtomicFile.write(target, NEW);
        assertThat(AtomicFile.read(target, NEW.length)).isEqualTo(NEW);
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void whatIsTooLargeOrNoFileIsNotRead() throws IOException {
        Path target = directory.resolve("a");
        AtomicFile.write(target, NEW);
        assertThat(AtomicFile.read(target, NEW.length)).isEqualTo(NEW);
        assertThatThrownBy(() -> AtomicFile.read(target, NEW.length - 1))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageContaining("200000 bytes, more than the 199999")
                .hasMessageContaining("Maybe");
        assertThatThrownBy(() -> AtomicFile.read(directory, 100))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageContaining("not a regular file");
        assertThatThrownBy(() -> AtomicFile.read(directory.resolve("none"), 100))
                .isInstanceOf(java.nio.file.NoSuchFileException.class);
    }
}
