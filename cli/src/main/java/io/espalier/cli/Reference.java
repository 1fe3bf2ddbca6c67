package io.espalier.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * A row of the table that {@code espalier study algorithms} runs, from the file {@code references.csv}.
 *
 * @param algorithm its name
 * @param environment where it is trained
 * @param bar the mean return below which a seed counts as failed
 * @param value the published mean return; NaN if there is none
 * @param deviation its published deviation; NaN if there is none
 * @param steps the environment steps with which it was reached; 0 if there is no published value
 * @param source where it stands
 */
record Reference(
        String algorithm, String environment, double bar, double value, double deviation, long steps, String source) {
    /** All rows, in the order of the file. */
    static List<Reference> all() {
        try (InputStream in = Objects.requireNonNull(Reference.class.getResourceAsStream("references.csv"))) {
            List<Reference> rows = new ArrayList<>();
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            for (String line : text.lines().skip(1).toList()) {
                if (!line.isBlank()) {
                    rows.add(parse(line));
                }
            }
            return rows;
        } catch (IOException e) {
            throw new UncheckedIOException("references.csv cannot be read.", e);
        }
    }

    static Reference parse(String line) {
        String[] cells = line.split(",", 7);
        if (cells.length != 7) {
            throw new IllegalArgumentException("references.csv: \"" + line + "\" must have 7 cells.");
        }
        return new Reference(
                cells[0],
                cells[1],
                Double.parseDouble(cells[2]),
                number(cells[3]),
                number(cells[4]),
                cells[5].isEmpty() ? 0 : Long.parseLong(cells[5]),
                cells[6]);
    }

    private static double number(String cell) {
        return cell.isEmpty() ? Double.NaN : Double.parseDouble(cell);
    }
}
