package io.espalier.runtime.workers;

import io.espalier.runtime.events.RunEvent;

/**
 * Hears from workers. Called from any thread, for each worker in order; must return soon and never wait. After
 * {@link #lost} or {@link #failed} nothing more is heard of that worker.
 */
public interface WorkerListener {
    /** A message came. */
    void received(WorkerLink from, Message message);

    /** The worker tells of something. */
    void event(WorkerLink from, RunEvent event);

    /** The worker is gone with its node: another may be started in its place. */
    void lost(WorkerLink worker, String cause);

    /** The worker ended itself by an exception: another would do the same. */
    void failed(WorkerLink worker, Throwable cause);
}
