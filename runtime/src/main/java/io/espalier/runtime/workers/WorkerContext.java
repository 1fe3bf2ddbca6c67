package io.espalier.runtime.workers;

import io.espalier.runtime.events.RunEvent;

/** What a {@link Worker} finds where it runs. Every method may be called from any thread. */
public interface WorkerContext {
    /** The number that its employer gave it: the same for the one that takes its place when it is lost. */
    int number();

    /**
     * Sends a message to the employer; waits while too much that it sent before is still under way.
     *
     * @throws io.espalier.core.AbandonedCall if the worker has been closed, or its employer is gone: unwind
     */
    void send(Message message);

    /** Tells the employer of something worth a line in the run's log, as a fault. */
    void event(RunEvent event);

    /** Gives up the worker's thread, stuck in foreign code: another one calls {@link Worker#resume} and goes on. */
    void giveUp(Thread stuck);
}
