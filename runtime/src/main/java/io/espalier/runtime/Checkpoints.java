package io.espalier.runtime;

import io.espalier.core.State;
import io.espalier.policy.AtomicFile;
import io.espalier.policy.Safetensors;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The saved states of a run, in a directory of their own: for number n a file {@code n.safetensors} and, written last, a
 * {@link Manifest} {@code n.manifest} that names it with its length and SHA-256. A state without a good manifest counts
 * for nothing. Numbers are never used twice, so nothing that is good is ever overwritten.
 */
final class Checkpoints {
    private static final String MANIFEST = ".manifest";
    private static final String STATE = ".safetensors";

    private final Path directory;
    private final int keep;
    private final Disk disk;
    private long next;

    Checkpoints(Path directory, int keep, Disk disk) throws IOException {
        this.directory = directory;
        this.keep = keep;
        this.disk = disk;
        Files.createDirectories(directory);
        next = numbers(directory, STATE).stream().mapToLong(n -> n).max().orElse(0) + 1;
    }

    /**
     * Saves a state and reads it back; then drops what is older than the newest few.
     *
     * @return the manifest's path
     * @throws IOException if that failed; the states saved before are still good
     */
    Path save(long environmentSteps, State state) throws IOException {
        long number = next++;
        byte[] bytes = Safetensors.encode(state, Map.of("environmentSteps", Long.toString(environmentSteps)));
        Path file = file(number, STATE);
        disk.write(file, bytes);
        Manifest manifest = Manifest.of(environmentSteps, name(number, STATE), bytes);
        Path target = file(number, MANIFEST);
        disk.write(target, manifest.text().getBytes(StandardCharsets.UTF_8));
        read(directory, number);
        drop(number);
        return target;
    }

    /** Deletes what is no longer needed: first manifests, then states. */
    private void drop(long newest) throws IOException {
        List<Long> good = numbers(directory, MANIFEST);
        good.sort(Comparator.reverseOrder());
        long oldestKept = good.size() < keep ? 0 : good.get(keep - 1);
        for (String suffix : List.of(MANIFEST, STATE)) {
            for (long number : numbers(directory, suffix)) {
                if (number < oldestKept && number < newest) {
                    Files.deleteIfExists(directory.resolve(name(number, suffix)));
                }
            }
        }
    }

    /**
     * The newest state that is good.
     *
     * @param problems receives a sentence for each newer one that is not: which, and why
     * @return null if there is none
     */
    static @Nullable Saved newest(Path directory, List<String> problems) throws IOException {
        List<Long> all = numbers(directory, MANIFEST);
        all.sort(Comparator.reverseOrder());
        for (long number : all) {
            try {
                return read(directory, number);
            } catch (IOException e) {
                problems.add(
                        "checkpoint " + directory.resolve(name(number, MANIFEST)) + " is no good: " + e.getMessage());
            }
        }
        return null;
    }

    private static Saved read(Path directory, long number) throws IOException {
        Path path = directory.resolve(name(number, MANIFEST));
        Manifest manifest = Manifest.parse(new String(AtomicFile.read(path, 1 << 16), StandardCharsets.UTF_8));
        if (!manifest.file().equals(name(number, STATE))) {
            throw new IOException("it names " + manifest.file() + ", not " + name(number, STATE));
        }
        byte[] bytes = AtomicFile.read(directory.resolve(manifest.file()), manifest.length());
        manifest.check(bytes);
        Safetensors content = Safetensors.decode(bytes);
        String steps = content.metadata().get("environmentSteps");
        if (!Long.toString(manifest.environmentSteps()).equals(steps)) {
            throw new IOException(
                    "its state was saved at environment step " + steps + ", not at " + manifest.environmentSteps());
        }
        return new Saved(path, manifest.environmentSteps(), content.state());
    }

    private Path file(long number, String suffix) {
        return directory.resolve(name(number, suffix));
    }

    private static String name(long number, String suffix) {
        return "checkpoint-" + String.format(java.util.Locale.ROOT, "%06d", number) + suffix;
    }

    private static List<Long> numbers(Path directory, String suffix) throws IOException {
        List<Long> found = new ArrayList<>();
        if (!Files.isDirectory(directory)) {
            return found;
        }
        try (var entries = Files.list(directory)) {
            for (Path entry : (Iterable<Path>) entries::iterator) {
                String name = String.valueOf(entry.getFileName());
                if (name.matches("checkpoint-[0-9]{6,18}" + suffix.replace(".", "\\."))) {
                    found.add(Long.parseLong(name.substring(11, name.length() - suffix.length())));
                }
            }
        }
        return found;
    }

    /** A state that was read back. */
    record Saved(Path manifest, long environmentSteps, State state) {}
}
