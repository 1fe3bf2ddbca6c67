package io.espalier.cluster;

import io.espalier.runtime.Provenance;
import io.espalier.runtime.events.RunEvent;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * JVMs on this machine that run workers, with the class path of this one. One that dies is started again. They end with
 * this process, however that ends: they read from it, and leave when there is nothing more to read.
 */
public final class LocalWorkers implements AutoCloseable {
    private static final long PAUSE_MILLIS = 50;

    /** Deaths after which a worker is not started again: it would do the same. */
    private static final int MOST_DEATHS = 100;

    private final IntFunction<List<String>> words;
    private final @Nullable Path logs;
    private final Consumer<RunEvent> events;
    private final List<@Nullable Process> processes = new ArrayList<>();
    private int deaths;
    private boolean closed;

    private LocalWorkers(IntFunction<List<String>> words, @Nullable Path logs, Consumer<RunEvent> events) {
        this.words = words;
        this.logs = logs;
        this.events = events;
    }

    /**
     * Starts some.
     *
     * @param words main class and arguments for each number; it must end when its standard input does
     * @param logs where what they print goes, as worker-0.log and so on; null for nowhere
     * @param events hears of deaths
     * @throws UncheckedIOException if a process cannot be started
     */
    public static LocalWorkers start(
            int count, IntFunction<List<String>> words, @Nullable Path logs, Consumer<RunEvent> events) {
        LocalWorkers workers = new LocalWorkers(words, logs, events);
        for (int i = 0; i < count; i++) {
            workers.processes.add(null);
            workers.launch(i);
        }
        return workers;
    }

    /** Their process ids; those that are being started again are missing. */
    public synchronized List<Long> pids() {
        List<Long> pids = new ArrayList<>();
        for (Process process : processes) {
            if (process != null && process.isAlive()) {
                pids.add(process.pid());
            }
        }
        return pids;
    }

    private synchronized void launch(int number) {
        if (closed) {
            return;
        }
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(flags());
        command.add("-cp");
        command.add(classPath());
        command.addAll(words.apply(number));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.redirectOutput(
                logs == null
                        ? ProcessBuilder.Redirect.DISCARD
                        : ProcessBuilder.Redirect.appendTo(
                                logs.resolve("worker-" + number + ".log").toFile()));
        try {
            Process process = builder.start();
            processes.set(number, process);
            var unused = process.onExit().thenAccept(dead -> died(number, dead));
        } catch (IOException e) {
            throw new UncheckedIOException("a worker cannot be started as " + command.get(0), e);
        }
    }

    /** As the launcher starts this JVM. */
    private static List<String> flags() {
        List<String> flags = new ArrayList<>();
        flags.add(Provenance.vector() ? "--add-modules=jdk.incubator.vector" : "-Despalier.vector=off");
        flags.addAll(List.of(
                "-XX:+UseSerialGC",
                "-XX:+ExitOnOutOfMemoryError",
                "-XX:CompileCommand=quiet",
                "-XX:CompileCommand=dontinline,io.espalier.nn.SimdMath::*"));
        for (String flag : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
            if (flag.startsWith("-XX:SharedArchiveFile") || flag.startsWith("-Xlog:cds") || flag.startsWith("-Xmx")) {
                flags.add(flag);
            }
        }
        return flags;
    }

    /** The tests' runner puts its own jar on the class path and the real one into a property. */
    private static String classPath() {
        String own = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        List<String> entries = new ArrayList<>();
        for (String entry : own.split(File.pathSeparator, -1)) {
            entries.add(
                    entry.isEmpty() ? entry : Path.of(entry).toAbsolutePath().toString());
        }
        return String.join(File.pathSeparator, entries);
    }

    private void died(int number, Process dead) {
        synchronized (this) {
            if (closed) {
                return;
            }
            deaths++;
        }
        boolean again = deaths <= MOST_DEATHS;
        events.accept(RunEvent.of(
                "cluster/process",
                "the process of local worker " + number + " ended with code " + dead.exitValue()
                        + (again ? "; another is started" : "; too often, it is not started again")));
        if (again) {
            try {
                TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
                launch(number);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (UncheckedIOException e) {
                events.accept(RunEvent.of("cluster/process", String.valueOf(e.getMessage())));
            }
        }
    }

    /** Ends them; waits a little, and then no longer. */
    @Override
    public void close() {
        List<Process> left = new ArrayList<>();
        synchronized (this) {
            closed = true;
            for (Process process : processes) {
                if (process != null) {
                    left.add(process);
                    process.destroy();
                }
            }
        }
        for (Process process : left) {
            try {
                if (!process.waitFor(3, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                }
            } catch (InterruptedException e) {
                process.destroyForcibly();
                Thread.currentThread().interrupt();
            }
        }
    }
}
