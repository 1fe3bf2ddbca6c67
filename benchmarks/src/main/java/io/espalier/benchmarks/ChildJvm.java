package io.espalier.benchmarks;

import io.espalier.testkit.faults.Signals;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A JVM that a study has started, and what it says on standard output, line by line with the time at which it came. */
final class ChildJvm implements AutoCloseable {
    /** Starts fast and needs little; what is measured with it are timers and messages, not arithmetic. */
    static final List<String> LIGHT =
            List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m", "-Despalier.vector=off");

    /** For figures of throughput: as the launcher starts them. */
    static final List<String> FULL = List.of(
            "-XX:+UseSerialGC",
            "-Xmx512m",
            "--add-modules=jdk.incubator.vector",
            "-XX:CompileCommand=quiet",
            "-XX:CompileCommand=dontinline,io.espalier.nn.SimdMath::*");

    private static final int LAST_LINES = 20;

    private final Process process;
    private final List<Line> lines = new ArrayList<>();
    private boolean silent;

    /** Something it said. */
    record Line(long nanos, String text) {
        /** The word at that place, from 0. */
        String word(int index) {
            String[] words = text.split(" ", -1);
            return index < words.length ? words[index] : "";
        }

        long number(int index) {
            return Long.parseLong(word(index));
        }
    }

    private ChildJvm(Process process) {
        this.process = process;
        Thread reader = new Thread(this::read, "child-" + process.pid());
        reader.setDaemon(true);
        reader.start();
    }

    /** Starts a main class of this class path. */
    static ChildJvm start(Class<?> main, List<String> options, List<String> words) {
        return start(List.of(), main, options, words);
    }

    /** As that, behind another command that becomes this one, as {@code ip netns exec}. */
    static ChildJvm start(List<String> before, Class<?> main, List<String> options, List<String> words) {
        List<String> command = new ArrayList<>(before);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.add("-cp");
        command.add(System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
        command.add(main.getName());
        command.addAll(words);
        try {
            return new ChildJvm(new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start());
        } catch (IOException e) {
            throw new UncheckedIOException("no JVM can be started.", e);
        }
    }

    Process process() {
        return process;
    }

    private void read() {
        try (BufferedReader reader = process.inputReader()) {
            String line = reader.readLine();
            while (line != null) {
                add(new Line(System.nanoTime(), line));
                line = reader.readLine();
            }
        } catch (IOException e) {
            add(new Line(System.nanoTime(), "unreadable " + e.getMessage()));
        }
        synchronized (this) {
            silent = true;
            notifyAll();
        }
    }

    private synchronized void add(Line line) {
        lines.add(line);
        notifyAll();
    }

    /** What it has said so far. */
    synchronized List<Line> lines() {
        return List.copyOf(lines);
    }

    /** What it has said so far that begins with this word. */
    List<Line> lines(String word) {
        return lines().stream().filter(line -> line.word(0).equals(word)).toList();
    }

    /** The first line after that moment for which this holds; waits for it. Null if it does not come in time. */
    synchronized @Nullable Line await(long afterNanos, double seconds, Predicate<Line> wanted) {
        long end = System.nanoTime() + (long) (seconds * 1e9);
        int seen = 0;
        while (true) {
            for (; seen < lines.size(); seen++) {
                if (lines.get(seen).nanos() - afterNanos >= 0 && wanted.test(lines.get(seen))) {
                    return lines.get(seen);
                }
            }
            long left = (end - System.nanoTime()) / 1_000_000;
            if (left <= 0 || silent) {
                return null;
            }
            try {
                wait(Math.min(left, 1000));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return null;
            }
        }
    }

    /**
     * As {@link #await}, of a line that begins with this.
     *
     * @throws IllegalStateException if it does not come in time; with what was said last
     */
    Line need(long afterNanos, double seconds, String beginning) {
        Line found = await(afterNanos, seconds, line -> line.text().startsWith(beginning));
        if (found == null) {
            List<Line> all = lines();
            throw new IllegalStateException("\"" + beginning + "\" was not said within " + seconds + " s; last: "
                    + all.subList(Math.max(0, all.size() - LAST_LINES), all.size()).stream()
                            .map(Line::text)
                            .toList());
        }
        return found;
    }

    void kill() {
        Signals.kill(process);
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Kills it, should it still live, also when it is stopped. */
    @Override
    public void close() {
        kill();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
