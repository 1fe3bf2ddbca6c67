package io.espalier.testkit.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** Signals to processes that a test has started itself. */
public final class Signals {
    private static final Path KILL = Path.of("/usr/bin/kill");

    private Signals() {}

    /** Whether this machine has them. */
    public static boolean available() {
        return Files.isExecutable(KILL);
    }

    /** Ends it at once, as a crash of its machine would: SIGKILL. */
    public static void kill(Process process) {
        process.toHandle().destroyForcibly();
    }

    /** Asks it to end: SIGTERM. */
    public static void terminate(Process process) {
        process.toHandle().destroy();
    }

    /** Freezes it: SIGSTOP. It keeps its connections, and the kernel answers for it. */
    public static void stop(Process process) {
        send(process, "STOP");
    }

    /** Lets it go on: SIGCONT. */
    public static void resume(Process process) {
        send(process, "CONT");
    }

    private static void send(Process process, String signal) {
        try {
            Process sender = new ProcessBuilder(KILL.toString(), "-" + signal, Long.toString(process.pid())).start();
            if (!sender.waitFor(10, TimeUnit.SECONDS) || sender.exitValue() != 0) {
                throw new IllegalStateException("signal " + signal + " did not reach process " + process.pid()
                        + ". Maybe it has ended already.");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(KILL + " cannot be run.", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while sending a signal.", e);
        }
    }
}
