package io.espalier.policy;

import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Whole files, written so that at every moment, also after a crash or a power failure, the name holds either all of the
 * old content or all of the new: into a temporary file in the same directory, forced to the disk, renamed, and the
 * directory forced. Not disturbed by interrupts.
 */
public final class AtomicFile {
    /** How large a file is read unless somebody says otherwise: 1 GiB. */
    public static final long DEFAULT_MOST = 1L << 30;

    private static final int ATTEMPTS = 1000;
    private static final int PIECE = 1 << 16;
    private static final AtomicLong NEXT = new AtomicLong();

    private AtomicFile() {}

    /**
     * Writes a file, or replaces it.
     *
     * @throws IOException if that failed; what was there before is then still there, unless only the very last step, the
     *     forcing of the directory, failed
     */
    public static void write(Path target, byte[] bytes) throws IOException {
        write(target, bytes, new FileSteps());
    }

    static void write(Path target, byte[] bytes, FileSteps steps) throws IOException {
        Path absolute = target.toAbsolutePath();
        Path directory = absolute.getParent();
        if (directory == null || absolute.getFileName() == null) {
            throw new IOException(target + " is not the name of a file.");
        }
        Temporary temporary = create(absolute, steps);
        try {
            try {
                steps.write(temporary.stream, bytes);
                steps.force(temporary.stream);
            } finally {
                steps.close(temporary.stream);
            }
            steps.rename(temporary.path, absolute);
        } catch (IOException | RuntimeException | Error failure) {
            try {
                steps.delete(temporary.path);
            } catch (IOException e) {
                failure.addSuppressed(e);
            }
            throw failure;
        }
        steps.forceDirectory(directory);
    }

    private record Temporary(Path path, FileOutputStream stream) {}

    private static Temporary create(Path target, FileSteps steps) throws IOException {
        for (int attempt = 1; ; attempt++) {
            Path path = temporary(target);
            try {
                return new Temporary(path, steps.create(path));
            } catch (FileAlreadyExistsException e) {
                // Left behind by a process of the same number that was killed.
                if (attempt == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    private static Path temporary(Path target) {
        return target.resolveSibling("." + target.getFileName() + "."
                + ProcessHandle.current().pid() + "." + NEXT.getAndIncrement() + ".tmp");
    }

    /**
     * Reads a whole file, allocating no more than its size.
     *
     * @param most how many bytes it may have
     * @throws CorruptFileException if it has more, or is not a regular file
     * @throws IOException if reading failed
     */
    public static byte[] read(Path file, long most) throws IOException {
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            throw new CorruptFileException(file + " is not a regular file.");
        }
        long size = Files.size(file);
        if (size > Math.min(most, Integer.MAX_VALUE - 16L)) {
            throw new CorruptFileException(file + " has " + size + " bytes, more than the " + most
                    + " that are read. Maybe it is not the file that was meant.");
        }
        byte[] bytes = new byte[(int) size];
        try (FileInputStream in = new FileInputStream(file.toFile())) {
            int at = 0;
            while (at < bytes.length) {
                int count = in.read(bytes, at, Math.min(PIECE, bytes.length - at));
                if (count < 0) {
                    throw new CorruptFileException(file + " became shorter while it was read.");
                }
                at += count;
            }
            if (in.read() >= 0) {
                throw new CorruptFileException(file + " became longer while it was read.");
            }
        }
        return bytes;
    }
}
