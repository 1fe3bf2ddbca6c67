package io.espalier.runtime;

import io.espalier.core.State;
import io.espalier.runtime.events.RunEvent;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Saves states on a thread of its own, so that training waits only for the copy in memory. One may wait behind the one
 * that is being written; a third is left out. A save that fails is reported, and training goes on.
 */
final class CheckpointWriter implements AutoCloseable {
    private final Checkpoints checkpoints;
    private final RunEvent.Sink events;
    private final Saved saved;
    private final ExecutorService thread;

    CheckpointWriter(Checkpoints checkpoints, RunEvent.Sink events, Saved saved) {
        this.checkpoints = checkpoints;
        this.events = events;
        this.saved = saved;
        thread = new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(1), work -> {
            Thread made = new Thread(work, "espalier-checkpoints");
            made.setDaemon(true);
            return made;
        });
    }

    /** Saves in the background. */
    void save(long environmentSteps, State state) {
        try {
            thread.execute(() -> write(environmentSteps, state));
        } catch (RejectedExecutionException e) {
            events.take(RunEvent.of(
                    "checkpoint/skipped",
                    "the disk is slower than the checkpoints come; none is saved at environment step "
                            + environmentSteps + ". Maybe save less often"));
        }
    }

    /** Saves and returns when it is done, or has failed and was reported. */
    void saveNow(long environmentSteps, State state) {
        Future<?> last = null;
        while (last == null) {
            try {
                last = thread.submit(() -> write(environmentSteps, state));
            } catch (RejectedExecutionException e) {
                Thread.onSpinWait();
            }
        }
        boolean interrupted = false;
        while (true) {
            try {
                last.get();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            } catch (ExecutionException e) {
                throw new IllegalStateException("saving failed", e);
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void write(long environmentSteps, State state) {
        try {
            saved.saved(checkpoints.save(environmentSteps, state), environmentSteps);
        } catch (IOException | RuntimeException | OutOfMemoryError e) {
            events.take(RunEvent.of(
                    "checkpoint/failed",
                    "the state at environment step " + environmentSteps
                            + " could not be saved; the one before is kept: " + e));
        }
    }

    @Override
    public void close() {
        thread.shutdown();
    }

    /** Is told what is safe on the disk, on the writing thread. */
    interface Saved {
        /** A checkpoint is complete. */
        void saved(Path manifest, long environmentSteps);
    }
}
