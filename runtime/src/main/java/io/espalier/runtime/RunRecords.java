package io.espalier.runtime;

import io.espalier.core.State;
import io.espalier.core.Stateful;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where everything that a run has to say goes: the log, the listeners and, if there is one, the run's directory. */
final class RunRecords implements Stateful, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RunRecords.class);
    private static final int MOST_WAITING = 10_000;

    private final List<TrainingListener> listeners;
    private final Queue<RunEvent> waiting = new ArrayDeque<>();

    RunRecords(List<TrainingListener> listeners) {
        this.listeners = listeners;
    }

    /** Takes an event, from any thread; listeners hear of it on the run's thread. */
    void event(RunEvent event) {
        LOG.warn("{}: {}", event.type(), event.message());
        synchronized (waiting) {
            if (waiting.size() < MOST_WAITING) {
                waiting.add(event);
            }
        }
    }

    void episode(int environment, double episodeReturn, int length, boolean success) {
        for (TrainingListener listener : listeners) {
            listener.episode(environment, episodeReturn, length, success);
        }
    }

    void metrics(Progress progress, MetricMeans means) {
        means.drain(progress::metric);
    }

    void evaluation(Progress progress, EvaluationResult result) {
        for (TrainingListener listener : listeners) {
            listener.evaluation(progress, result);
        }
    }

    void round(Progress progress) {
        tellEvents();
        for (TrainingListener listener : listeners) {
            listener.round(progress);
        }
    }

    private void tellEvents() {
        while (true) {
            RunEvent event;
            synchronized (waiting) {
                event = waiting.poll();
            }
            if (event == null) {
                return;
            }
            for (TrainingListener listener : listeners) {
                listener.event(event);
            }
        }
    }

    /** Saves a state of the run, in the background unless asked to wait. */
    void save(long environmentSteps, State state, boolean wait) {}

    @Nullable
    Path path() {
        return null;
    }

    @Override
    public void save(State into) {}

    @Override
    public void load(State from) {}

    @Override
    public void close() {
        tellEvents();
    }
}
