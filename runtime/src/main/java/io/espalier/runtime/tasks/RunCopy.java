package io.espalier.runtime.tasks;

import io.espalier.policy.AtomicFile;
import io.espalier.runtime.Disk;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The directory of a run as its employer keeps it, while the run itself is on some node: enough to go on with it on another
 * one, or with the resume command.
 */
final class RunCopy {
    static final String MANIFEST = ".manifest";
    static final String STATE = ".safetensors";
    private static final String CHECKPOINTS = "checkpoints";
    private static final int KEPT = 2;

    /** A growing file larger than that does not travel to another node; there it begins anew. */
    private static final long MOST_ROWS = 256L << 20;

    /** For directories that need not outlive this process: whole files, but not forced to the disk. */
    static final Disk PASSING = (target, bytes) -> {
        Path fresh = target.resolveSibling("." + target.getFileName() + ".tmp");
        Files.write(fresh, bytes);
        Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    };

    private final Path folder;
    private final Disk disk;

    /** @throws IOException if the directory cannot be made */
    RunCopy(Path folder, Disk disk) throws IOException {
        this.folder = folder;
        this.disk = disk;
        Files.createDirectories(folder);
    }

    Path folder() {
        return folder;
    }

    /** What a node needs to go on with the run; nothing if there is none yet. */
    List<FileChange> files() throws IOException {
        List<FileChange> files = new ArrayList<>();
        Path config = folder.resolve("config.yaml");
        if (!Files.exists(config)) {
            return files;
        }
        files.add(new FileChange("config.yaml", FileChange.WHOLE, read(config)));
        for (String name : names(folder, "")) {
            if ((name.endsWith(".csv") || name.endsWith(".jsonl")) && Files.size(folder.resolve(name)) <= MOST_ROWS) {
                files.add(new FileChange(name, 0, read(folder.resolve(name))));
            }
        }
        String newest = newestCheckpoint(folder);
        if (!newest.isEmpty()) {
            String state = newest.substring(0, newest.length() - MANIFEST.length()) + STATE;
            files.add(new FileChange(state, FileChange.WHOLE, read(folder.resolve(state))));
            files.add(new FileChange(newest, FileChange.WHOLE, read(folder.resolve(newest))));
        }
        return files;
    }

    private static byte[] read(Path file) throws IOException {
        return AtomicFile.read(file, AtomicFile.DEFAULT_MOST);
    }

    /**
     * Makes the changes that a node tells of.
     *
     * @throws IOException if the disk does not take them, or they do not fit what is there
     */
    void apply(List<FileChange> changes) throws IOException {
        for (FileChange change : changes) {
            Path file = folder.resolve(change.name());
            Files.createDirectories(file.getParent());
            if (change.at() == FileChange.WHOLE) {
                disk.write(file, change.bytes());
                if (change.name().endsWith(MANIFEST)) {
                    dropOldCheckpoints();
                }
            } else {
                grow(file, change);
            }
        }
    }

    private static void grow(Path path, FileChange change) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            if (file.length() < change.at()) {
                throw new IOException(
                        path + " has " + file.length() + " bytes, and should go on at byte " + change.at());
            }
            file.setLength(change.at());
            file.seek(change.at());
            file.write(change.bytes());
        }
    }

    private void dropOldCheckpoints() throws IOException {
        List<String> manifests = manifests(folder);
        for (String old : manifests.subList(0, Math.max(0, manifests.size() - KEPT))) {
            Files.deleteIfExists(folder.resolve(old));
            Files.deleteIfExists(folder.resolve(old.substring(0, old.length() - MANIFEST.length()) + STATE));
        }
    }

    /** The manifest of the newest checkpoint; empty if there is none. */
    static String newestCheckpoint(Path folder) throws IOException {
        List<String> manifests = manifests(folder);
        return manifests.isEmpty() ? "" : manifests.get(manifests.size() - 1);
    }

    /** Oldest first: the numbers have zeros before them. */
    private static List<String> manifests(Path folder) throws IOException {
        List<String> manifests = new ArrayList<>();
        for (String name : names(folder, CHECKPOINTS)) {
            if (name.endsWith(MANIFEST)) {
                manifests.add(name);
            }
        }
        return manifests;
    }

    /** The files in a folder of a run's directory, in order, without those that are still being written. */
    static List<String> names(Path run, String folder) throws IOException {
        List<String> names = new ArrayList<>();
        Path there = run.resolve(folder);
        if (Files.isDirectory(there)) {
            try (DirectoryStream<Path> files = Files.newDirectoryStream(there, Files::isRegularFile)) {
                for (Path file : files) {
                    String name = String.valueOf(file.getFileName());
                    if (!name.startsWith(".")) {
                        names.add(folder.isEmpty() ? name : folder + "/" + name);
                    }
                }
            }
        }
        Collections.sort(names);
        return names;
    }
}
