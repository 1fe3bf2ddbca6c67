package io.espalier.cli;

import java.io.PrintWriter;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/** Where a command prints to, and whether a person is watching. */
final class Terminal {
    private Terminal() {}

    /** The command's standard output. */
    static PrintWriter out(@Nullable CommandSpec spec) {
        return Objects.requireNonNull(spec).commandLine().getOut();
    }

    /** Whether standard output is a terminal. The launcher knows; {@code System.console()} says so only on some JDKs. */
    static boolean isLive() {
        return Boolean.getBoolean("espalier.terminal");
    }

    /** How many columns the terminal has. */
    static int width() {
        try {
            return Math.max(40, Integer.parseInt(System.getProperty("espalier.columns", "100")));
        } catch (NumberFormatException e) {
            return 100;
        }
    }
}
