package io.espalier.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What a process uses: the heap that is left after a collection, threads, open files. */
final class Vitals {
    private Vitals() {}

    /** Says "vitals HEAP_BYTES THREADS FILES" every so many seconds, from a thread of its own. */
    static void watch(double seconds) {
        Thread watcher = new Thread(
                () -> {
                    try {
                        while (true) {
                            Thread.sleep((long) (seconds * 1000));
                            Lines.say("vitals " + heap() + " " + threads() + " " + files());
                        }
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                "vitals");
        watcher.setDaemon(true);
        watcher.start();
    }

    private static long heap() {
        ManagementFactory.getMemoryMXBean().gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    private static int threads() {
        return ManagementFactory.getThreadMXBean().getThreadCount();
    }

    /** Open files and sockets; -1 where the system does not tell. */
    private static long files() {
        Path folder = Path.of("/proc/self/fd");
        if (!Files.isDirectory(folder)) {
            return -1;
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.count();
        } catch (IOException e) {
            throw new UncheckedIOException("open files cannot be counted.", e);
        }
    }
}
