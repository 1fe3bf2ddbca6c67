package io.espalier.cli;

import java.io.PrintWriter;
import picocli.CommandLine.Option;

/** How a command tells what it does. */
final class OutputOptions {
    @Option(names = "--json", description = "Make the last line of standard output one JSON object.")
    boolean json;

    @Option(
            names = {"-q", "--quiet"},
            description = "No progress, only the result.")
    boolean quiet;

    /** Tells what happens to workers, line by line, unless nothing is to be told. */
    WorkerProcesses.Report report(PrintWriter out) {
        return new WorkerProcesses.Report(line -> {
            if (!quiet) {
                out.println(line);
                out.flush();
            }
        });
    }
}
