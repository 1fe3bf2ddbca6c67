package io.espalier.benchmarks;

import io.espalier.cli.StudyReport;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** A report of a benchmark that is run from the checkout: printed to standard output, stored below it. */
final class Report extends StudyReport {
    /** Begins a report; {@code title} says what was asked. */
    Report(String name, String title) {
        super(Path.of(""), name, title, new PrintWriter(System.out, true, StandardCharsets.UTF_8));
    }
}
