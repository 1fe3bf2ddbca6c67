package io.espalier.runtime;

import io.espalier.core.AbandonedCall;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Runs a body on a thread of its own while the caller only waits. If that thread is given up, stuck in an environment,
 * {@link #replace} runs the body again on another; the body keeps its place in fields and goes on there.
 */
final class Lifeline {
    private final String name;
    private final Runnable body;
    private final CompletableFuture<@Nullable Void> done = new CompletableFuture<>();

    Lifeline(String name, Runnable body) {
        this.name = name;
        this.body = body;
    }

    /** Starts a thread for the body; the second and later ones go on where the one before got stuck. */
    void replace() {
        Thread thread = new Thread(this::live, name);
        // A thread that is stuck for good must not keep the JVM from ending.
        thread.setDaemon(true);
        thread.start();
    }

    private void live() {
        try {
            body.run();
            done.complete(null);
        } catch (AbandonedCall e) {
            // Another thread goes on.
            return;
        } catch (Throwable e) {
            done.completeExceptionally(e);
        }
    }

    /** Ends the waiting though the body is stuck where nobody can go on. */
    void fail(Throwable cause) {
        done.completeExceptionally(cause);
    }

    /** Ends the waiting though the body is still busy; what it does from now on counts for nothing. */
    void release() {
        done.complete(null);
    }

    /** Whether the waiting has ended. */
    boolean ended() {
        return done.isDone();
    }

    /**
     * Starts the body and waits for its end; what it throws comes out here.
     *
     * @param interrupted is called when this thread is interrupted while it waits; it goes on waiting
     */
    void run(Runnable interrupted) {
        replace();
        boolean wasInterrupted = false;
        try {
            while (true) {
                try {
                    done.get();
                    return;
                } catch (InterruptedException e) {
                    wasInterrupted = true;
                    interrupted.run();
                } catch (ExecutionException e) {
                    throw rethrown(e.getCause());
                }
            }
        } finally {
            if (wasInterrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static RuntimeException rethrown(@Nullable Throwable cause) {
        if (cause instanceof Error error) {
            throw error;
        }
        return cause instanceof RuntimeException exception
                ? exception
                : new IllegalStateException("the run ended with a checked exception", cause);
    }
}
