package io.espalier.benchmarks;

import io.espalier.runtime.RunDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** What the children of one run have said, and whether the disk bears it out. */
final class SaveJournal {
    /** How far the save under way has come. */
    enum Phase {
        NONE,
        STATE,
        MANIFEST,
        WRITTEN
    }

    private final Path run;
    /** By file name, the SHA-256 of the bytes that were to be written. */
    private final Map<String, String> announced = new HashMap<>();

    private long acknowledged = -1;
    private Phase phase = Phase.NONE;
    private String digest = "";
    private boolean empty = true;

    SaveJournal(Path run) {
        this.run = run;
    }

    /** Takes a line; the last one of a child that was killed may be torn. */
    void line(String line) {
        String[] words = line.split(" ", -1);
        empty = false;
        switch (words[0]) {
            case "state", "manifest" -> {
                if (words.length == 3 && words[2].length() == 64) {
                    announced.put(words[1], words[2]);
                }
                phase = words[0].equals("state") ? Phase.STATE : Phase.MANIFEST;
            }
            case "written" -> phase = Phase.WRITTEN;
            case "acknowledged" -> {
                if (words.length == 3) {
                    acknowledged = Long.parseLong(words[2]);
                    phase = phase == Phase.WRITTEN ? Phase.NONE : phase;
                }
            }
            case "finished" -> digest = words[1];
            default -> throw new IllegalStateException("The child said: " + line);
        }
    }

    boolean isEmpty() {
        return empty;
    }

    boolean finished() {
        return !digest.isEmpty();
    }

    String digest() {
        return digest;
    }

    Phase phase() {
        return phase;
    }

    /**
     * Looks at what a killed child has left, with the strict reader and, apart from it, with the digests that were
     * announced.
     *
     * @return the journal to go on with
     */
    SaveJournal verify(SaveTally tally) throws IOException {
        phase = Phase.NONE;
        if (!Files.exists(run.resolve("config.yaml"))) {
            // Killed before anything was promised.
            tally.found(0, acknowledged >= 0, false);
            delete(run);
            return new SaveJournal(run);
        }
        List<String> problems = new ArrayList<>();
        OptionalLong newest = RunDirectory.open(run).newestCheckpoint(problems);
        boolean lost = acknowledged >= 0 && (newest.isEmpty() || newest.getAsLong() < acknowledged);
        tally.found(problems.size(), lost, mixed());
        if (newest.isEmpty() && !problems.isEmpty()) {
            delete(run);
            return new SaveJournal(run);
        }
        return this;
    }

    /** Whether a file that has a final name holds other bytes than those that were to be written under it. */
    private boolean mixed() throws IOException {
        try (Stream<Path> files = Files.list(run.resolve("checkpoints"))) {
            for (Path file : (Iterable<Path>) files::iterator) {
                String name = String.valueOf(file.getFileName());
                if (!name.startsWith(".")
                        && !SavingChild.digest(Files.readAllBytes(file)).equals(announced.get(name))) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Torn lines and temporary files that are still there after a run has ended. */
    static int leftovers(Path run) throws IOException {
        int count = 0;
        JsonMapper json = new JsonMapper();
        for (String line : Files.readAllLines(run.resolve("events.jsonl"))) {
            try {
                json.readTree(line);
            } catch (JacksonException e) {
                count++;
            }
        }
        for (String table : List.of("metrics.csv", "episodes.csv")) {
            List<String> rows = Files.readAllLines(run.resolve(table));
            int columns = rows.get(0).split(",", -1).length;
            count += (int) rows.stream()
                    .filter(row -> row.split(",", -1).length != columns)
                    .count();
        }
        try (Stream<Path> files = Files.walk(run)) {
            count +=
                    (int) files.filter(file -> file.toString().endsWith(".tmp")).count();
        }
        return count;
    }

    private static void delete(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file :
                        files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }
}
