package io.espalier.runtime;

import io.espalier.policy.AtomicFile;
import java.io.IOException;
import java.nio.file.Path;

/**
 * How what a run must not lose comes to the disk: see {@link Trainer#disk}. For storage that wants files written in
 * another way, as where renaming does not replace a file at once; and for tests of what a disk that fails, or a process
 * that is killed, leaves behind.
 */
@FunctionalInterface
public interface Disk {
    /**
     * Writes a file or replaces it: all of it or, by throwing, nothing. Called by one thread at a time.
     *
     * @throws IOException if that failed; what was there before must then still be there
     */
    void write(Path target, byte[] bytes) throws IOException;

    /** Files written beside themselves, forced to the disk and renamed: {@link AtomicFile#write}. */
    static Disk atomic() {
        return AtomicFile::write;
    }
}
