package io.espalier.runtime;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads what an asynchronous run wrote of the blocks that came to its learner, in their order; a line at a time, so that
 * memory does not grow with the run.
 */
final class ArrivalLog implements AutoCloseable {
    /** The name of the file in the run's directory. */
    static final String FILE = "arrivals.csv";
    /** The first column. */
    static final String KEY = "arrival";

    private static final List<String> COLUMNS =
            List.of(KEY, "worker", "life", "block", "version", "newest", "accepted", "workers", "digest");

    private final Path file;
    private final BufferedReader reader;
    private final int[] places;
    private long next;

    /**
     * A block that came.
     *
     * @param arrival its number, from 0
     * @param worker who collected it
     * @param life which of those with that number, as its environments were seeded
     * @param block its number among that worker's
     * @param version of the weights that acted
     * @param newest version of the weights when it came
     * @param accepted whether the learner learned from it; else it was dropped
     * @param workers how many there were
     * @param digest of what it holds
     */
    record Row(
            long arrival,
            int worker,
            long life,
            long block,
            long version,
            long newest,
            boolean accepted,
            int workers,
            long digest) {
        Map<String, Double> figures() {
            double[] values = {worker, life, block, version, newest, accepted ? 1 : 0, workers, digest};
            Map<String, Double> figures = new LinkedHashMap<>();
            for (int i = 0; i < values.length; i++) {
                figures.put(COLUMNS.get(i + 1), values[i]);
            }
            return figures;
        }
    }

    /**
     * Opens a log.
     *
     * @param named the file, or the directory of the run
     * @throws IllegalArgumentException if it is none
     */
    ArrivalLog(Path named) {
        file = Files.isDirectory(named) ? named.resolve(FILE) : named;
        if (!Files.isRegularFile(file)) {
            throw new IllegalArgumentException("replay (" + named + ") must be the directory of a run that wrote "
                    + FILE + ". Maybe train with asynchronous(log=true) first.");
        }
        try {
            reader = Files.newBufferedReader(file, StandardCharsets.UTF_8);
            String header = reader.readLine();
            List<String> names = header == null ? List.of() : List.of(header.split(",", -1));
            if (!names.containsAll(COLUMNS)) {
                throw new IllegalArgumentException(
                        file + " must have the columns " + COLUMNS + ", has " + names + ". Maybe it is another file.");
            }
            places = COLUMNS.stream().mapToInt(names::indexOf).toArray();
        } catch (IOException e) {
            throw new UncheckedIOException(file + " cannot be read.", e);
        }
    }

    /** How many versions older than the newest the weights of any block were at most: so many must be kept. */
    static long greatestLag(Path named) {
        long lag = 0;
        try (ArrivalLog log = new ArrivalLog(named)) {
            for (Row row = log.next(); row != null; row = log.next()) {
                lag = Math.max(lag, row.newest() - row.version());
            }
        }
        return lag;
    }

    /**
     * The next row; null at the end.
     *
     * @throws IllegalArgumentException if the line is not one, or not the one that follows
     */
    @Nullable
    Row next() {
        String line;
        try {
            line = reader.readLine();
        } catch (IOException e) {
            throw new UncheckedIOException(file + " cannot be read.", e);
        }
        if (line == null) {
            return null;
        }
        List<Long> cells = cells(line);
        if (cells.get(0) != next) {
            throw new IllegalArgumentException(file + ": after arrival " + (next - 1) + " must come " + next + ", not "
                    + cells.get(0)
                    + ". Maybe the disk was full while the run wrote, or a shard of its replay was lost: it cannot be"
                    + " replayed.");
        }
        next++;
        return new Row(
                cells.get(0),
                Math.toIntExact(cells.get(1)),
                cells.get(2),
                cells.get(3),
                cells.get(4),
                cells.get(5),
                cells.get(6) == 1,
                Math.toIntExact(cells.get(7)),
                cells.get(8));
    }

    private List<Long> cells(String line) {
        String[] found = line.split(",", -1);
        List<Long> cells = new ArrayList<>();
        for (int place : places) {
            double value = -1;
            try {
                value = place < found.length ? Double.parseDouble(found[place]) : -1;
            } catch (NumberFormatException e) {
                // Reported below, with the line.
            }
            if (!(value >= 0 && value < 1L << 53) || value != Math.rint(value)) {
                throw new IllegalArgumentException(file + ": arrival " + next + " is \"" + line
                        + "\"; each cell must be a whole number. Maybe the file was changed.");
            }
            cells.add((long) value);
        }
        return cells;
    }

    Path file() {
        return file;
    }

    @Override
    public void close() {
        try {
            reader.close();
        } catch (IOException e) {
            throw new UncheckedIOException(file + " cannot be closed.", e);
        }
    }
}
