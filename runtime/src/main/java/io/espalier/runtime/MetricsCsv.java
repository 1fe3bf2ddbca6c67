package io.espalier.runtime;

import java.io.Closeable;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * A table of figures that grows by rows and, seldom, by columns. A figure of a new name makes a column: the file is then
 * written anew beside itself and renamed over, so a reader sees the old table or the new one. Rows after a resumed
 * step are cut off when the file is opened, so that a resumed run leaves the table of a straight one.
 */
final class MetricsCsv implements Closeable {
    private static final Pattern BARE = Pattern.compile("[A-Za-z0-9_./ -]*");

    private final Path file;
    private final String key;
    private final Disk disk;
    private final List<String> columns = new ArrayList<>();
    private long rows;
    private Writer out;

    /**
     * Opens or begins a table.
     *
     * @param key the name of the first column, a whole number that grows from row to row
     * @param last the greatest key to keep; later rows are dropped
     */
    MetricsCsv(Path file, String key, long last, Disk disk) throws IOException {
        this.file = file;
        this.key = key;
        this.disk = disk;
        List<String> kept = new ArrayList<>();
        String text = Files.exists(file) ? Files.readString(file, StandardCharsets.UTF_8) : "";
        // What stands behind the last end of line is torn, even if it looks like a row.
        for (String line : text.substring(0, text.lastIndexOf('\n') + 1).lines().toList()) {
            if (columns.isEmpty()) {
                columns.addAll(List.of(line.split(",", -1)));
            } else if (isWhole(line) && Long.parseLong(line.substring(0, line.indexOf(','))) <= last) {
                kept.add(line);
            }
        }
        if (columns.isEmpty()) {
            columns.add(key);
        }
        rows = kept.size();
        out = replace(kept, text);
    }

    /** A line that a crash cut short has too few fields, or no number in front. */
    private boolean isWhole(String line) {
        int comma = line.indexOf(',');
        return comma > 0
                && line.chars().filter(c -> c == ',').count() == columns.size() - 1
                && line.substring(0, comma).chars().allMatch(Character::isDigit);
    }

    /** Appends a row. */
    void row(long at, Map<String, Double> figures) throws IOException {
        List<String> fresh = new ArrayList<>();
        for (String name : figures.keySet()) {
            if (!columns.contains(name)) {
                if (!BARE.matcher(name).matches()) {
                    throw new IllegalArgumentException("\"" + name + "\" is no name for a figure. Maybe use letters,"
                            + " digits, dots, slashes and dashes only.");
                }
                fresh.add(name);
            }
        }
        rows++;
        if (!fresh.isEmpty()) {
            widen(fresh);
        }
        Map<String, String> cells = new LinkedHashMap<>();
        figures.forEach((name, value) -> cells.put(name, Double.toString(value)));
        cells.put(key, Long.toString(at));
        StringBuilder line = new StringBuilder();
        for (String column : columns) {
            line.append(line.isEmpty() ? "" : ",").append(cells.getOrDefault(column, ""));
        }
        out.append(line).append('\n');
    }

    /** Rows that were found or were given; those that did not come to the disk are counted too. */
    long rows() {
        return rows;
    }

    void flush() throws IOException {
        out.flush();
    }

    @Override
    public void close() throws IOException {
        out.close();
    }

    private void widen(List<String> fresh) throws IOException {
        out.close();
        List<String> lines = Files.readAllLines(file, StandardCharsets.UTF_8);
        columns.addAll(fresh);
        String empty = ",".repeat(fresh.size());
        out = replace(
                lines.subList(1, lines.size()).stream()
                        .map(line -> line + empty)
                        .toList(),
                "");
    }

    /** Opens the file with these rows; it need not be written if it holds that already. */
    private Writer replace(List<String> lines, String already) throws IOException {
        StringBuilder text = new StringBuilder(String.join(",", columns)).append('\n');
        for (String line : lines) {
            text.append(line).append('\n');
        }
        if (!already.contentEquals(text)) {
            disk.write(file, text.toString().getBytes(StandardCharsets.UTF_8));
        }
        return GrowingFile.text(disk, file);
    }
}
