package io.espalier.policy;

import java.io.File;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** The single steps of {@link AtomicFile}, each of which tests make fail. */
class FileSteps {
    private static final int PIECE = 1 << 16;

    /** Streams rather than channels: a channel would be closed by an interrupt in the middle of a save. */
    FileOutputStream create(Path temporary) throws IOException {
        if (!temporary.toFile().createNewFile()) {
            throw new FileAlreadyExistsException(temporary.toString());
        }
        return new FileOutputStream(temporary.toFile());
    }

    void write(FileOutputStream to, byte[] bytes) throws IOException {
        // In pieces, because the JDK copies each array it writes to native memory.
        for (int at = 0; at < bytes.length; at += PIECE) {
            to.write(bytes, at, Math.min(PIECE, bytes.length - at));
        }
    }

    void force(FileOutputStream file) throws IOException {
        file.getFD().sync();
    }

    void close(FileOutputStream file) throws IOException {
        file.close();
    }

    void rename(Path temporary, Path target) throws IOException {
        Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Makes the renaming last; Windows has no such thing and needs none. */
    void forceDirectory(Path directory) throws IOException {
        if (File.separatorChar == '\\') {
            return;
        }
        boolean interrupted = Thread.interrupted();
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    void delete(Path temporary) throws IOException {
        Files.deleteIfExists(temporary);
    }
}
