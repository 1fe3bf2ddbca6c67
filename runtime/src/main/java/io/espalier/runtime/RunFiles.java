package io.espalier.runtime;

import java.io.IOException;
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
 * The files of a run that grow while it goes on. A disk that is full stops the recording, with a line in the log, not the
 * run. A lock file keeps a second process from writing to the same run.
 */
final class RunFiles implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RunFiles.class);
    private static final double FLUSH_SECONDS = 1;

    private final RunDirectory directory;
    private final FileChannel lockChannel;
    private final FileLock lock;
    private final MetricsCsv metrics;
    private final MetricsCsv episodes;
    private final EventLog events;
    private final TensorBoardWriter board;
    private double flushed;
    private volatile boolean broken;

    /**
     * Opens the files.
     *
     * @param environmentSteps metrics after that many environment steps are cut off
     * @param episode episodes after that number are cut off
     * @throws IllegalStateException if another process writes to this run
     */
    RunFiles(RunDirectory directory, long environmentSteps, long episode) throws IOException {
        this.directory = directory;
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
        metrics = new MetricsCsv(directory.metrics(), "environmentSteps", environmentSteps);
        episodes = new MetricsCsv(directory.episodes(), "episode", episode);
        events = new EventLog(directory.events());
        board = new TensorBoardWriter(directory.tensorBoard(), now());
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

    void metrics(Progress progress, Map<String, Double> figures) {
        attempt(() -> {
            Map<String, Double> row = new LinkedHashMap<>(figures);
            row.put("updates", (double) progress.updates());
            row.put("episodes", (double) progress.episodes());
            double seconds = progress.wallSeconds();
            row.put("seconds", seconds);
            metrics.row(progress.environmentSteps(), row);
            row.forEach(board.at(progress.environmentSteps(), now())::put);
            if (seconds - flushed > FLUSH_SECONDS) {
                flushed = seconds;
                metrics.flush();
                episodes.flush();
                board.flush();
            }
        });
    }

    void episode(
            long number, long environmentSteps, int environment, double episodeReturn, int length, boolean success) {
        attempt(() -> {
            Map<String, Double> row = new LinkedHashMap<>();
            row.put("environmentSteps", (double) environmentSteps);
            row.put("environment", (double) environment);
            row.put("return", episodeReturn);
            row.put("length", (double) length);
            row.put("success", success ? 1.0 : 0.0);
            episodes.row(number, row);
        });
    }

    void evaluation(long environmentSteps, EvaluationResult result) {
        attempt(() -> {
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
            metrics.row(environmentSteps, row);
            row.forEach(board.at(environmentSteps, now())::put);
        });
    }

    void event(RunEvent event, long environmentSteps) {
        attempt(() -> {
            Map<String, Object> line = new LinkedHashMap<>();
            line.put("message", event.message());
            line.putAll(event.details());
            events.write(event.type(), environmentSteps, line);
        });
    }

    void flush() {
        attempt(() -> {
            metrics.flush();
            episodes.flush();
            board.flush();
        });
    }

    void finished(TrainingResult result) throws IOException {
        result.policy().write(directory.policy());
        directory.writeResult(result.toMap());
    }

    @Override
    public void close() {
        attempt(() -> {
            metrics.close();
            episodes.close();
            events.close();
            board.close();
        });
        try {
            lock.release();
            lockChannel.close();
        } catch (IOException e) {
            LOG.warn("the lock of {} could not be released", directory.path(), e);
        }
    }

    private void attempt(Action action) {
        if (broken) {
            return;
        }
        try {
            action.run();
        } catch (IOException | java.io.UncheckedIOException e) {
            broken = true;
            LOG.error(
                    "Metrics, episodes and events of {} are no longer recorded; the run goes on.", directory.path(), e);
        }
    }

    private static double now() {
        return System.currentTimeMillis() / 1e3;
    }

    static Path config(RunDirectory directory) {
        return directory.path().resolve("config.yaml");
    }

    private interface Action {
        void run() throws IOException;
    }
}
