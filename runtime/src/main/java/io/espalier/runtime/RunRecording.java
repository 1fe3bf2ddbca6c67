package io.espalier.runtime;

import io.espalier.runtime.events.RunEvent;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The open files of {@link RunFiles}: two tables, the event log, TensorBoard's file. Fails when the disk does, and is then given up. */
final class RunRecording implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(RunRecording.class);

    private final MetricsCsv metrics;
    private final MetricsCsv episodes;
    private final EventLog events;
    private final TensorBoardWriter board;
    private final RunDirectory directory;
    private final Disk disk;
    private @Nullable MetricsCsv arrivals;

    /**
     * Opens the files.
     *
     * @param environmentSteps metrics after that many environment steps are cut off
     * @param episode episodes after that number are cut off
     */
    RunRecording(RunDirectory directory, Disk disk, long environmentSteps, long episode) throws IOException {
        this.directory = directory;
        this.disk = disk;
        metrics = new MetricsCsv(directory.metrics(), "environmentSteps", environmentSteps, disk);
        episodes = new MetricsCsv(directory.episodes(), "episode", episode, disk);
        events = new EventLog(directory.events(), disk);
        board = new TensorBoardWriter(directory.tensorBoard(), now(), disk);
    }

    /**
     * Opens the table of arrivals, which only some runs have.
     *
     * @param last those after that number are cut off
     */
    void openArrivals(long last) throws IOException {
        arrivals = new MetricsCsv(directory.path().resolve(ArrivalLog.FILE), ArrivalLog.KEY, last, disk);
    }

    void arrival(ArrivalLog.Row row) throws IOException {
        MetricsCsv to = arrivals;
        if (to != null) {
            to.row(row.arrival(), row.figures());
        }
    }

    /** Closes what can be closed after one of the files has failed; what matters is what came to the disk. */
    void giveUp() {
        List<Closeable> files = new ArrayList<>(List.of(metrics, episodes, events, board));
        MetricsCsv last = arrivals;
        if (last != null) {
            files.add(last);
        }
        for (Closeable file : files) {
            try {
                file.close();
            } catch (IOException e) {
                LOG.debug("a file that had failed could not be closed", e);
            }
        }
    }

    void metrics(long environmentSteps, Map<String, Double> row) throws IOException {
        metrics.row(environmentSteps, row);
        row.forEach(board.at(environmentSteps, now())::put);
    }

    void episode(long number, Map<String, Double> row) throws IOException {
        episodes.row(number, row);
    }

    void event(RunEvent event, long environmentSteps) throws IOException {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("message", event.message());
        line.putAll(event.details());
        events.write(event.type(), environmentSteps, line);
    }

    void flush() throws IOException {
        metrics.flush();
        episodes.flush();
        board.flush();
        MetricsCsv last = arrivals;
        if (last != null) {
            last.flush();
        }
    }

    /** Rows that were found or were given. */
    Rows rows() {
        return new Rows(metrics.rows(), episodes.rows(), 0);
    }

    @Override
    public void close() throws IOException {
        metrics.close();
        episodes.close();
        events.close();
        board.close();
        MetricsCsv last = arrivals;
        if (last != null) {
            last.close();
        }
    }

    private static double now() {
        return System.currentTimeMillis() / 1e3;
    }

    /** Counts of rows. */
    record Rows(long metrics, long episodes, long events) {
        static final Rows NONE = new Rows(0, 0, 0);
        static final Rows METRICS = new Rows(1, 0, 0);
        static final Rows EPISODES = new Rows(0, 1, 0);
        static final Rows EVENTS = new Rows(0, 0, 1);

        Rows plus(Rows other) {
            return new Rows(metrics + other.metrics, episodes + other.episodes, events + other.events);
        }

        Rows minus(Rows other) {
            return new Rows(metrics - other.metrics, episodes - other.episodes, events - other.events);
        }

        Map<String, Object> toMap() {
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("metrics", metrics);
            map.put("episodes", episodes);
            map.put("events", events);
            return map;
        }

        @Override
        public String toString() {
            return metrics + " rows of metrics, " + episodes + " episodes and " + events + " events";
        }
    }
}
