package io.espalier.runtime;

import io.espalier.policy.AtomicFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * The directory of a training run.
 *
 * <pre>
 * config.yaml        what was asked for: enough to start the run again, and to resume it
 * provenance.json    versions, machine, commit
 * metrics.csv        figures by environment steps
 * episodes.csv       every training episode
 * events.jsonl       faults, checkpoints, the end
 * arrivals.csv       of an asynchronous run that was to be logged: which block came when
 * tensorboard/       the same figures as event files
 * checkpoints/       the newest two complete states
 * policy.espalier    the trained policy
 * result.json        what came of it
 * learning-curve.svg drawn by the command
 * </pre>
 */
public final class RunDirectory {
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private final Path path;

    private RunDirectory(Path path) {
        this.path = path;
    }

    /**
     * Makes a new directory; never one that holds something.
     *
     * @throws IllegalArgumentException if the directory exists and is not empty
     * @throws UncheckedIOException if it cannot be made
     */
    public static RunDirectory create(Path path) {
        try {
            Files.createDirectories(path);
            try (var entries = Files.list(path)) {
                if (entries.findAny().isPresent()) {
                    throw new IllegalArgumentException(
                            "The directory " + path + " is not empty. Maybe it is another run:"
                                    + " choose another name, or go on with: espalier resume " + path);
                }
            }
        } catch (FileAlreadyExistsException e) {
            throw new IllegalArgumentException(path + " is a file. Maybe choose another name for the run.", e);
        } catch (IOException e) {
            throw new UncheckedIOException("The directory " + path + " cannot be made.", e);
        }
        return new RunDirectory(path);
    }

    /**
     * Makes a new directory below {@code parent}: the name itself if it is free, else with the first free number behind.
     */
    public static RunDirectory createBelow(Path parent, String name) {
        try {
            Files.createDirectories(parent);
            int n = 1;
            while (true) {
                Path path = parent.resolve(n == 1 ? name : name + "-" + n);
                try {
                    // Only one of several processes that try the same name can make it.
                    Files.createDirectory(path);
                    return new RunDirectory(path);
                } catch (FileAlreadyExistsException e) {
                    n++;
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("No directory for the run can be made below " + parent + ".", e);
        }
    }

    /**
     * Opens the directory of an earlier run.
     *
     * @throws IllegalArgumentException if it is none
     */
    public static RunDirectory open(Path path) {
        if (!Files.isRegularFile(path.resolve("config.yaml"))) {
            throw new IllegalArgumentException(path + " is not a run: it has no config.yaml. Maybe name the directory"
                    + " that the train command printed.");
        }
        return new RunDirectory(path);
    }

    /** Where it is. */
    public Path path() {
        return path;
    }

    /** The trained policy. */
    public Path policy() {
        return path.resolve("policy.espalier");
    }

    /** Where checkpoints are. */
    public Path checkpoints() {
        return path.resolve("checkpoints");
    }

    /**
     * Where resuming would begin: the environment steps of the newest good checkpoint, which is read and checked whole.
     *
     * @param problems receives a sentence for each newer one that is not good: which, and why
     * @return empty if there is none
     * @throws UncheckedIOException if the directory cannot be read
     */
    public OptionalLong newestCheckpoint(List<String> problems) {
        try {
            Checkpoints.Saved newest = Checkpoints.newest(checkpoints(), problems);
            return newest == null ? OptionalLong.empty() : OptionalLong.of(newest.environmentSteps());
        } catch (IOException e) {
            throw new UncheckedIOException("The checkpoints in " + checkpoints() + " cannot be listed.", e);
        }
    }

    /** Where TensorBoard's event files are. */
    public Path tensorBoard() {
        return path.resolve("tensorboard");
    }

    /** The figures by environment steps. */
    public Path metrics() {
        return path.resolve("metrics.csv");
    }

    /** Every training episode. */
    public Path episodes() {
        return path.resolve("episodes.csv");
    }

    /** What happened. */
    public Path events() {
        return path.resolve("events.jsonl");
    }

    /** Writes what was asked for. */
    public void writeConfig(Map<String, ?> config) {
        write("config.yaml", SettingsBinder.write(config));
    }

    /** What was asked for. */
    public Map<String, Object> readConfig() {
        return SettingsBinder.parse(
                read("config.yaml"), path.resolve("config.yaml").toString());
    }

    /** Writes where the run comes from. */
    public void writeProvenance(Map<String, ?> facts) {
        write("provenance.json", JSON.writeValueAsString(facts) + "\n");
    }

    /** Writes what came of it. */
    public void writeResult(Map<String, ?> result) {
        write("result.json", JSON.writeValueAsString(result) + "\n");
    }

    /** Reads a text file of the run. */
    public String read(String name) {
        try {
            return Files.readString(path.resolve(name), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(path.resolve(name) + " cannot be read.", e);
        }
    }

    /** Writes a text file of the run, whole or not at all. */
    public void write(String name, String text) {
        Path target = path.resolve(name);
        try {
            AtomicFile.write(target, text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(target + " cannot be written.", e);
        }
    }
}
