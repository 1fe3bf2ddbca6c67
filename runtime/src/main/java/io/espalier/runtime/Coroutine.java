package io.espalier.runtime;

import io.espalier.core.AbandonedCall;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Work that can stop in its midst and go on later, on a thread of its own: a learner's update that waits for gradients from
 * elsewhere, while its worker takes messages. One of the two threads works, the other waits; what one wrote the other sees.
 */
final class Coroutine implements AutoCloseable {
    private final Semaphore turn = new Semaphore(0);
    private final Semaphore back = new Semaphore(0);
    private final Thread thread;
    private @Nullable Runnable work;
    private @Nullable Throwable failure;
    private boolean paused;
    private volatile boolean closed;

    /**
     * Starts waiting for work.
     *
     * @param name of the thread
     */
    Coroutine(String name) {
        thread = new Thread(this::live, name);
        thread.setDaemon(true);
        thread.start();
    }

    /** Whether some work has stopped in its midst. */
    boolean paused() {
        return paused;
    }

    /**
     * Begins some work, and returns when it has {@linkplain #pause paused} or ended.
     *
     * @return whether it has paused
     */
    boolean begin(Runnable fresh) {
        if (paused) {
            throw new IllegalStateException("there is work that has only paused.");
        }
        work = fresh;
        return goOn();
    }

    /** Lets the work go on that has paused, and returns when it has paused again or ended. */
    boolean goOn() {
        paused = false;
        turn.release();
        back.acquireUninterruptibly();
        Throwable thrown = failure;
        failure = null;
        if (thrown instanceof RuntimeException exception) {
            throw exception;
        } else if (thrown instanceof Error error) {
            throw error;
        }
        return paused;
    }

    /**
     * Stops in the midst of the work, until {@link #goOn}. Called by the work.
     *
     * @throws AbandonedCall if it will not go on any more: unwind
     */
    void pause() {
        if (Thread.currentThread() != thread) {
            throw new IllegalStateException("only the work itself can pause.");
        }
        paused = true;
        back.release();
        turn.acquireUninterruptibly();
        if (closed) {
            throw new AbandonedCall("the work was left in its midst");
        }
    }

    private void live() {
        while (true) {
            turn.acquireUninterruptibly();
            if (closed) {
                return;
            }
            try {
                Runnable now = work;
                if (now != null) {
                    now.run();
                }
            } catch (RuntimeException | Error e) {
                if (closed) {
                    return;
                }
                failure = e;
            }
            paused = false;
            back.release();
        }
    }

    /** Ends the thread; work that has paused unwinds. */
    @Override
    public void close() {
        closed = true;
        turn.release();
    }
}
