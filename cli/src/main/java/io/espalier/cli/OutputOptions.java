package io.espalier.cli;

import picocli.CommandLine.Option;

/** How a command tells what it does. */
final class OutputOptions {
    @Option(names = "--json", description = "Make the last line of standard output one JSON object.")
    boolean json;

    @Option(
            names = {"-q", "--quiet"},
            description = "No progress, only the result.")
    boolean quiet;
}
