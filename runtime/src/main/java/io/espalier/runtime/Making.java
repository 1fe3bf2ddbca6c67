package io.espalier.runtime;

import io.espalier.core.AbandonedCall;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * The making of one environment, on a thread of its own: if it hangs, it costs that thread alone, and whoever waits for
 * it can try again.
 */
final class Making {
    private final CompletableFuture<@Nullable Void> done = new CompletableFuture<>();

    /**
     * Runs the body and waits for its end.
     *
     * @throws EnvironmentFault what the body throws, or what it is given up for
     */
    void run(Runnable body, String name) {
        Thread maker = new Thread(
                () -> {
                    try {
                        body.run();
                        done.complete(null);
                    } catch (AbandonedCall e) {
                        // Given up; nobody waits any more.
                        return;
                    } catch (Throwable e) {
                        done.completeExceptionally(e);
                    }
                },
                name);
        // A thread that is stuck for good must not keep the JVM from ending.
        maker.setDaemon(true);
        maker.start();
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    done.get();
                    return;
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (ExecutionException e) {
                    if (e.getCause() instanceof Error error) {
                        throw error;
                    }
                    if (e.getCause() instanceof RuntimeException exception) {
                        throw exception;
                    }
                    throw new IllegalStateException("making an environment ended with a checked exception", e);
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Ends the waiting; by the watchdog. */
    void giveUp(EnvironmentFault fault) {
        done.completeExceptionally(fault);
    }
}
