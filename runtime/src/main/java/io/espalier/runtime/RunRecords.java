package io.espalier.runtime;

import io.espalier.core.State;
import io.espalier.policy.Policy;
import io.espalier.runtime.events.RunEvent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where everything that a run has to say goes: the log, the listeners and, if there is one, the run's directory. */
final class RunRecords implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RunRecords.class);
    private static final int MOST_WAITING = 10_000;

    private final List<TrainingListener> listeners;
    private final Progress progress;
    private final @Nullable RunFiles files;
    private final @Nullable CheckpointWriter checkpoints;
    private final Queue<Runnable> waiting = new ArrayDeque<>();
    private long dropped;

    /**
     * @param files the run's directory; null if it has none
     * @param saved its checkpoints; null if it has none
     */
    RunRecords(
            List<TrainingListener> listeners,
            Progress progress,
            @Nullable RunFiles files,
            @Nullable Checkpoints saved) {
        this.listeners = listeners;
        this.progress = progress;
        this.files = files;
        if (files != null) {
            files.tell(this::event);
        }
        checkpoints = saved == null ? null : new CheckpointWriter(saved, this::event, this::saved);
    }

    /** Takes an event, from any thread; listeners hear of it on the run's thread. */
    void event(RunEvent event) {
        LOG.warn("{}: {}", event.type(), event.message());
        record(event);
        later(() -> listeners.forEach(listener -> listener.event(event)));
    }

    private void record(RunEvent event) {
        RunFiles to = files;
        if (to != null) {
            to.event(event, progress.environmentSteps());
        }
    }

    private void saved(Path manifest, long environmentSteps) {
        LOG.debug("saved {}", manifest);
        record(RunEvent.of("checkpoint/saved", String.valueOf(manifest.getFileName())));
        later(() -> listeners.forEach(listener -> listener.checkpoint(manifest, environmentSteps)));
    }

    private void later(Runnable telling) {
        synchronized (waiting) {
            if (waiting.size() < MOST_WAITING) {
                waiting.add(telling);
            } else {
                dropped++;
            }
        }
    }

    /** An episode has ended at that count of the run's environment steps. */
    void episode(long environmentSteps, int environment, double episodeReturn, int length, boolean success) {
        RunFiles to = files;
        if (to != null) {
            to.episode(progress.episodes(), environmentSteps, environment, episodeReturn, length, success);
        }
        for (TrainingListener listener : listeners) {
            listener.episode(environment, episodeReturn, length, success);
        }
    }

    /**
     * Keeps a table of the blocks that come from workers.
     *
     * @param last those after that number are cut off; -1 to begin
     * @throws IllegalArgumentException if the run has no directory
     */
    void logArrivals(long last) {
        RunFiles to = files;
        if (to == null) {
            throw new IllegalArgumentException(
                    "log (true) needs a directory of the run to write to. Maybe name one, or leave it out.");
        }
        to.logArrivals(last);
    }

    /** A block has come. */
    void arrival(ArrivalLog.Row row) {
        RunFiles to = files;
        if (to != null) {
            to.arrival(row, progress.environmentSteps());
        }
    }

    /** Writes a row of what was reported since the last; a name that was not is left empty, also after resuming. */
    void metrics(MetricMeans means) {
        Map<String, Double> row = new LinkedHashMap<>();
        means.drain(row::put);
        row.forEach(progress::metric);
        RunFiles to = files;
        if (to != null) {
            to.metrics(progress, row);
        }
    }

    void evaluation(EvaluationResult result) {
        RunFiles to = files;
        if (to != null) {
            to.evaluation(progress.environmentSteps(), result);
        }
        for (TrainingListener listener : listeners) {
            listener.evaluation(progress, result);
        }
    }

    void round() {
        tell();
        for (TrainingListener listener : listeners) {
            listener.round(progress);
        }
    }

    /** Tells the listeners what other threads have to say. */
    void tell() {
        while (true) {
            Runnable telling;
            synchronized (waiting) {
                telling = waiting.poll();
                if (dropped > 0 && telling == null) {
                    LOG.warn("listeners were not told of {} events: too many at once", dropped);
                    dropped = 0;
                }
            }
            if (telling == null) {
                return;
            }
            telling.run();
        }
    }

    /** Whether states are saved. */
    boolean saves() {
        return checkpoints != null;
    }

    /** Saves a state of the run, in the background unless asked to wait. */
    void save(long environmentSteps, State state, boolean wait) {
        RunFiles to = files;
        CheckpointWriter writer = checkpoints;
        if (to != null) {
            // What the state says was recorded must be on the disk before it.
            to.flush(environmentSteps);
        }
        if (writer != null && wait) {
            writer.saveNow(environmentSteps, state);
        } else if (writer != null) {
            writer.save(environmentSteps, state);
        }
    }

    @Nullable
    Path path() {
        RunFiles to = files;
        return to == null ? null : to.directory().path();
    }

    /** Writes the policy of a run that does not come to its end. */
    void policy(Policy policy) {
        RunFiles to = files;
        if (to != null) {
            try {
                policy.write(to.directory().policy());
            } catch (IOException e) {
                throw new UncheckedIOException("The policy could not be written.", e);
            }
        }
    }

    /** Writes the result and the policy. */
    void finished(TrainingResult result) {
        RunFiles to = files;
        if (to != null) {
            to.flush(progress.environmentSteps());
            try {
                to.finished(result);
            } catch (IOException e) {
                throw new UncheckedIOException("The result of the run could not be written.", e);
            }
        }
    }

    @Override
    public void close() {
        CheckpointWriter writer = checkpoints;
        if (writer != null) {
            writer.close();
        }
        RunFiles to = files;
        if (to != null) {
            to.close();
        }
    }
}
