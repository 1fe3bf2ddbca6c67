package io.espalier.runtime;

import io.espalier.runtime.events.RunEvent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of a run that grow while it goes on. A disk that is full stops the recording, not the run; it is tried again
 * with every checkpoint, at least every half minute, and at the end, and says then what was lost. A lock file keeps a
 * second process from writing to the same run. Safe for many threads.
 */
final class RunFiles implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RunFiles.class);
    private static final double FLUSH_SECONDS = 1;
    private static final double RETRY_SECONDS = 30;

    private final RunDirectory directory;
    private final Disk disk;
    private final FileChannel lockChannel;
    private final FileLock lock;
    private RunRecording recording;
    private RunEvent.Sink sink = event -> {};
    private double flushed;
    private double tried;
    /** What is wrong, as long as nothing can be recorded. */
    private @Nullable RunEvent failure;

    private long failureSteps;
    private RunRecording.Rows lost = RunRecording.Rows.NONE;
    private boolean closed;
    private boolean logsArrivals;

    /**
     * Opens the files.
     *
     * @param environmentSteps metrics after that many environment steps are cut off
     * @param episode episodes after that number are cut off
     * @throws IllegalStateException if another process writes to this run
     */
    RunFiles(RunDirectory directory, long environmentSteps, long episode, Disk disk) throws IOException {
        this.directory = directory;
        this.disk = disk;
        lockChannel = FileChannel.open(
                directory.path().resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock taken = lock(lockChannel);
        if (taken == null) {
            lockChannel.close();
            throw new IllegalStateException("Another process is writing to " + directory.path()
                    + ". Maybe this run is still going on; wait for it, or stop it first.");
        }
        lock = taken;
        sweep(directory.path());
        sweep(directory.checkpoints());
        recording = new RunRecording(directory, disk, environmentSteps, episode);
    }

    private static @Nullable FileLock lock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }

    /** Deletes what a process that was killed while it wrote a file has left; the lock says that nobody writes now. */
    private static void sweep(Path folder) throws IOException {
        if (Files.isDirectory(folder)) {
            try (DirectoryStream<Path> torn = Files.newDirectoryStream(folder, ".*.tmp")) {
                for (Path file : torn) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    RunDirectory directory() {
        return directory;
    }

    /** Who is told that the recording fails, and that it goes on. */
    synchronized void tell(RunEvent.Sink listener) {
        sink = listener;
    }

    synchronized void metrics(Progress progress, Map<String, Double> figures) {
        double seconds = progress.wallSeconds();
        if (failure != null && seconds - tried > RETRY_SECONDS) {
            tried = seconds;
            recover(progress.environmentSteps());
        }
        long steps = progress.environmentSteps();
        Map<String, Double> row = new LinkedHashMap<>(figures);
        row.put("updates", (double) progress.updates());
        row.put("episodes", (double) progress.episodes());
        row.put("seconds", seconds);
        attempt(RunRecording.Rows.METRICS, steps, () -> {
            recording.metrics(steps, row);
            if (seconds - flushed > FLUSH_SECONDS) {
                flushed = seconds;
                recording.flush();
            }
        });
    }

    synchronized void episode(
            long number, long environmentSteps, int environment, double episodeReturn, int length, boolean success) {
        attempt(RunRecording.Rows.EPISODES, environmentSteps, () -> {
            Map<String, Double> row = new LinkedHashMap<>();
            row.put("environmentSteps", (double) environmentSteps);
            row.put("environment", (double) environment);
            row.put("return", episodeReturn);
            row.put("length", (double) length);
            row.put("success", success ? 1.0 : 0.0);
            recording.episode(number, row);
        });
    }

    /**
     * Keeps a table of arrivals, too.
     *
     * @param last those after that number are cut off; -1 to begin
     */
    synchronized void logArrivals(long last) {
        logsArrivals = true;
        attempt(RunRecording.Rows.NONE, failureSteps, () -> recording.openArrivals(last));
    }

    synchronized void arrival(ArrivalLog.Row row, long environmentSteps) {
        attempt(RunRecording.Rows.NONE, environmentSteps, () -> recording.arrival(row));
    }

    synchronized void evaluation(long environmentSteps, EvaluationResult result) {
        Map<String, Double> row = new LinkedHashMap<>();
        row.put("evaluation/mean", result.mean());
        row.put("evaluation/std", result.std());
        row.put("evaluation/median", result.median());
        if (!Double.isNaN(result.successRate())) {
            row.put("evaluation/successRate", result.successRate());
        }
        FigureNames names = new FigureNames("evaluation/", List.of("mean", "std", "median", "successRate"));
        result.metrics().forEach((name, value) -> {
            String column = names.column(name);
            if (column != null) {
                row.put(column, value);
            }
        });
        attempt(RunRecording.Rows.METRICS, environmentSteps, () -> recording.metrics(environmentSteps, row));
    }

    synchronized void event(RunEvent event, long environmentSteps) {
        // These two were written, or will be, by this class itself.
        if (!event.type().startsWith("recording/")) {
            attempt(RunRecording.Rows.EVENTS, environmentSteps, () -> recording.event(event, environmentSteps));
        }
    }

    /** Brings everything to the disk; if that was impossible until now, tries again. */
    synchronized void flush(long environmentSteps) {
        if (failure != null) {
            recover(environmentSteps);
        }
        attempt(RunRecording.Rows.NONE, environmentSteps, () -> recording.flush());
    }

    void finished(TrainingResult result) throws IOException {
        result.policy().write(directory.policy());
        directory.writeResult(result.toMap());
    }

    @Override
    public synchronized void close() {
        flush(failureSteps);
        attempt(RunRecording.Rows.NONE, failureSteps, () -> recording.close());
        closed = true;
        try {
            lock.release();
            lockChannel.close();
        } catch (IOException e) {
            LOG.warn("the lock of {} could not be released", directory.path(), e);
        }
    }

    private void attempt(RunRecording.Rows rows, long environmentSteps, Action action) {
        if (closed) {
            return;
        }
        if (failure != null) {
            lost = lost.plus(rows);
            return;
        }
        try {
            action.run();
        } catch (IOException | UncheckedIOException e) {
            // An event that failed is not counted by the log; rows are, by their tables.
            lost = rows.equals(RunRecording.Rows.EVENTS) ? lost.plus(rows) : lost;
            RunEvent told = RunEvent.of(
                    "recording/failed",
                    "metrics, episodes and events cannot be recorded in " + directory.path()
                            + "; the run goes on, and tries again with every checkpoint: " + e.getMessage());
            failure = told;
            failureSteps = environmentSteps;
            sink.take(told);
        }
    }

    private void recover(long environmentSteps) {
        RunEvent told = failure;
        if (told == null || closed) {
            return;
        }
        recording.giveUp();
        try {
            RunRecording fresh = new RunRecording(directory, disk, Long.MAX_VALUE, Long.MAX_VALUE);
            RunRecording.Rows all = lost.plus(recording.rows().minus(fresh.rows()));
            RunEvent resumed = new RunEvent("recording/resumed", "recording goes on; lost: " + all, all.toMap());
            try {
                fresh.event(told, failureSteps);
                fresh.event(resumed, environmentSteps);
                if (logsArrivals) {
                    fresh.openArrivals(Long.MAX_VALUE);
                }
            } catch (IOException e) {
                fresh.giveUp();
                throw e;
            }
            recording = fresh;
            failure = null;
            lost = RunRecording.Rows.NONE;
            sink.take(resumed);
        } catch (IOException e) {
            LOG.debug("still nothing can be recorded in {}", directory.path(), e);
        }
    }

    static Path config(RunDirectory directory) {
        return directory.path().resolve("config.yaml");
    }

    private interface Action {
        void run() throws IOException;
    }
}
