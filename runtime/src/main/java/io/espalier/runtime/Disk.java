package io.espalier.runtime;

import io.espalier.policy.AtomicFile;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * How the checkpoints and the records of a run come to the disk: see {@link Trainer#disk}. For storage that wants files
 * written in another way, as where renaming does not replace a file at once; and for tests of what a disk that fails, or
 * a process that is killed, leaves behind.
 */
@FunctionalInterface
public interface Disk {
    /**
     * Writes a file or replaces it: all of it or, by throwing, nothing. Called by several threads, for different files.
     *
     * @throws IOException if that failed; what was there before must then still be there
     */
    void write(Path target, byte[] bytes) throws IOException;

    /**
     * Opens a file that grows: metrics, episodes, events. What is written must be on its way to the disk when a write
     * returns; how much of it is there after a failure does not matter.
     *
     * @throws IOException if it cannot be opened
     */
    default OutputStream append(Path file) throws IOException {
        return Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    /** Files written beside themselves, forced to the disk and renamed: {@link AtomicFile#write}. */
    static Disk atomic() {
        return AtomicFile::write;
    }
}
