package io.espalier.runtime.tasks;

import io.espalier.policy.AtomicFile;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The directory of a run where it runs, seen by whoever must tell another machine what changes in it: the newest
 * checkpoint, files that are written once, and those that grow. A run that goes on cuts the growing ones where its
 * checkpoint stands; what the other machine has after that is replaced.
 */
final class RunMirror {
    /** How much of growing files goes into a report. */
    static final int MOST_GROWTH = 4 << 20;

    /** A checkpoint larger than that does not travel; a run that is lost then begins anew. */
    static final long MOST_CHECKPOINT = 512L << 20;

    private static final int MOST_HEAD = 1 << 14;
    private static final List<String> ONCE = List.of("config.yaml", "provenance.json", "policy.espalier");
    private static final String TENSORBOARD = "tensorboard";

    private final Path folder;
    private final Map<String, Long> sent = new HashMap<>();
    private final Map<String, byte[]> heads = new HashMap<>();
    private final Map<String, byte[]> given;
    private final int mostGrowth;
    private String checkpoint = "";
    private boolean tooLarge;

    /** @param given growing files that the other side has, and the run may have cut since */
    RunMirror(Path folder, List<FileChange> given) {
        this(folder, given, MOST_GROWTH);
    }

    RunMirror(Path folder, List<FileChange> given, int mostGrowth) {
        this.folder = folder;
        this.mostGrowth = mostGrowth;
        this.given = new HashMap<>();
        for (FileChange file : given) {
            if (file.at() == 0) {
                this.given.put(file.name(), file.bytes());
            } else if (file.name().endsWith(RunCopy.MANIFEST)) {
                checkpoint = file.name();
            }
        }
    }

    /** Whether the newest checkpoint was too large to be told. */
    boolean tooLarge() {
        return tooLarge;
    }

    /**
     * What has changed since this was last asked; not all of it, where it is much. A checkpoint is told with or after the
     * rows that it counts, never before.
     *
     * @throws IOException if the directory cannot be read
     */
    List<FileChange> changes() throws IOException {
        List<FileChange> changes = new ArrayList<>();
        for (String name : ONCE) {
            if (Files.exists(folder.resolve(name)) && !sent.containsKey(name)) {
                changes.add(new FileChange(
                        name, FileChange.WHOLE, AtomicFile.read(folder.resolve(name), Integer.MAX_VALUE)));
                sent.put(name, 0L);
            }
        }
        // Rows that a checkpoint counts are on the disk before it: read after it, they are there.
        List<FileChange> saved = newCheckpoint();
        int room = mostGrowth;
        for (String name : growing()) {
            FileChange change = growth(name, room);
            if (change != null) {
                changes.add(change);
                room -= change.bytes().length;
            }
        }
        if (room > 0) {
            changes.addAll(saved);
            checkpoint = saved.isEmpty() ? checkpoint : saved.get(1).name();
        }
        return changes;
    }

    private List<String> growing() throws IOException {
        List<String> names = new ArrayList<>();
        for (String name : RunCopy.names(folder, "")) {
            if (name.endsWith(".csv") || name.endsWith(".jsonl")) {
                names.add(name);
            }
        }
        names.addAll(RunCopy.names(folder, TENSORBOARD));
        return names;
    }

    private @Nullable FileChange growth(String name, int room) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(folder.resolve(name).toFile(), "r")) {
            long size = file.length();
            byte[] before = given.remove(name);
            if (before != null) {
                byte[] now = new byte[(int) Math.min(size, before.length)];
                file.readFully(now);
                int parted = Arrays.mismatch(before, now);
                sent.put(name, (long) (parted < 0 ? before.length : parted));
                if (parted >= 0 && parted == size) {
                    // Nothing but a cut: the other side must hear of it.
                    return new FileChange(name, parted, new byte[0]);
                }
            }
            long at = beganAnew(name, file) ? 0 : sent.getOrDefault(name, 0L);
            int length = (int) Math.min(room, size - at);
            if (length <= 0) {
                return null;
            }
            byte[] bytes = new byte[length];
            file.seek(at);
            file.readFully(bytes);
            sent.put(name, at + length);
            return new FileChange(name, at, bytes);
        }
    }

    /** Whether its beginning is another than it was: a table that gets a column is written anew. */
    private boolean beganAnew(String name, RandomAccessFile file) throws IOException {
        byte[] head = new byte[(int) Math.min(MOST_HEAD, file.length())];
        file.seek(0);
        file.readFully(head);
        byte[] known = heads.put(name, head);
        return known != null && !Arrays.equals(known, 0, known.length, head, 0, Math.min(known.length, head.length));
    }

    /** State and manifest of the newest, if it is not known yet. */
    private List<FileChange> newCheckpoint() throws IOException {
        String newest = RunCopy.newestCheckpoint(folder);
        if (newest.isEmpty() || newest.equals(checkpoint)) {
            return List.of();
        }
        String state = newest.substring(0, newest.length() - RunCopy.MANIFEST.length()) + RunCopy.STATE;
        try {
            tooLarge = Files.size(folder.resolve(state)) > MOST_CHECKPOINT;
            if (tooLarge) {
                checkpoint = newest;
                return List.of();
            }
            byte[] bytes = AtomicFile.read(folder.resolve(state), MOST_CHECKPOINT);
            byte[] manifest = AtomicFile.read(folder.resolve(newest), 1 << 16);
            return List.of(
                    new FileChange(state, FileChange.WHOLE, bytes), new FileChange(newest, FileChange.WHOLE, manifest));
        } catch (FileNotFoundException | NoSuchFileException e) {
            // A newer one has taken its place meanwhile; that is told next time.
            return List.of();
        }
    }

    /**
     * Deletes a directory with all that is in it, also while somebody still writes a last file there.
     *
     * @throws IOException if it does not go away
     */
    static void delete(Path folder) throws IOException, InterruptedException {
        IOException last = null;
        for (int attempt = 0; attempt < 100 && Files.exists(folder); attempt++) {
            if (attempt > 0) {
                Thread.sleep(20);
            }
            try {
                deleteOnce(folder);
            } catch (IOException e) {
                last = e;
            } catch (UncheckedIOException e) {
                last = e.getCause();
            }
        }
        if (last != null && Files.exists(folder)) {
            throw last;
        }
    }

    private static void deleteOnce(Path folder) throws IOException {
        List<Path> all;
        try (Stream<Path> found = Files.walk(folder)) {
            all = new ArrayList<>(found.toList());
        }
        Collections.reverse(all);
        for (Path path : all) {
            Files.deleteIfExists(path);
        }
    }
}
