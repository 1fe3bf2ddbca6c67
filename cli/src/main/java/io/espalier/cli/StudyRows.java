package io.espalier.cli;

import io.espalier.cli.SeedStudy.Outcome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The outcomes of a study as a file, a line for each seed, written as soon as the seed is done; so that an interrupted
 * study goes on where it stood. The first line says what the study was: settings and commit.
 */
final class StudyRows {
    private static final String COLUMNS = "seed,mean,error,steps,reachedAt,seconds,coreSeconds,curve,digest";

    private final Path file;
    private final List<Outcome> outcomes;

    private StudyRows(Path file, List<Outcome> outcomes) {
        this.file = file;
        this.outcomes = outcomes;
    }

    /**
     * Opens the file of a study to go on with.
     *
     * @param key what decides the outcomes
     * @param commit of the code
     * @param anyCommit whether outcomes of another commit with the same key are taken, too
     */
    static StudyRows open(Path file, String key, String commit, boolean anyCommit) {
        try {
            if (Files.exists(file)) {
                String head = Files.readAllLines(file).get(0);
                if (head.startsWith("# " + key + "; git ") && (anyCommit || head.endsWith(" " + commit))) {
                    return read(file);
                }
            }
            Files.writeString(file, "# " + key + "; git " + commit + "\n" + COLUMNS + "\n", StandardCharsets.UTF_8);
            return new StudyRows(file, new ArrayList<>());
        } catch (IOException | IndexOutOfBoundsException e) {
            throw new UncheckedIOException(
                    file + " cannot be used.", e instanceof IOException io ? io : new IOException(e));
        }
    }

    /** Reads what there is; half a line, left by a killed writer, is passed over. */
    static StudyRows read(Path file) throws IOException {
        List<Outcome> outcomes = new ArrayList<>();
        List<String> lines = Files.readAllLines(file);
        for (String line : lines.subList(Math.min(2, lines.size()), lines.size())) {
            String[] cells = line.split(",", -1);
            if (cells.length == 9 && cells[8].matches("[0-9a-f]{64}")) {
                outcomes.add(new Outcome(
                        Long.parseLong(cells[0]),
                        Double.parseDouble(cells[1]),
                        Double.parseDouble(cells[2]),
                        Long.parseLong(cells[3]),
                        Long.parseLong(cells[4]),
                        Double.parseDouble(cells[5]),
                        Double.parseDouble(cells[6]),
                        cells[7].isEmpty()
                                ? List.of()
                                : Arrays.stream(cells[7].split(";", -1))
                                        .map(Double::valueOf)
                                        .toList(),
                        cells[8]));
            }
        }
        outcomes.sort(Comparator.comparingLong(Outcome::seed));
        return new StudyRows(file, outcomes);
    }

    /** The outcomes that the file had when it was opened, in the order of seeds. */
    List<Outcome> outcomes() {
        return outcomes;
    }

    /** Adds an outcome to the file. */
    void append(Outcome o) {
        String curve = o.curve().stream().map(String::valueOf).collect(Collectors.joining(";"));
        String line = String.join(
                ",",
                Long.toString(o.seed()),
                Double.toString(o.mean()),
                Double.toString(o.error()),
                Long.toString(o.steps()),
                Long.toString(o.reachedAt()),
                Double.toString(o.seconds()),
                Double.toString(o.coreSeconds()),
                curve,
                o.digest());
        try {
            // a line of its own, even behind half a one
            boolean whole = Files.readString(file).endsWith("\n");
            Files.writeString(
                    file, (whole ? "" : "\n") + line + "\n", StandardCharsets.UTF_8, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException("Seed " + o.seed() + " cannot be stored in " + file + ".", e);
        }
    }
}
