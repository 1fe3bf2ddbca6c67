package io.espalier.runtime.workers;

/** An employer's end of a worker. Every method may be called from any thread. */
public interface WorkerLink extends AutoCloseable {
    /** The number that the employer gave it. */
    int number();

    /** The node on which it runs. */
    String node();

    /** Whether there is a place for it already, or it still waits for one. */
    default boolean placed() {
        return true;
    }

    /**
     * Sends it a message. Messages arrive in order, once, or the worker is lost. Of several {@link PolicyUpdate}s that
     * still wait to be sent only the newest need arrive. A message to a worker that is lost or closed is dropped.
     */
    void send(Message message);

    /** Ends the worker, after what it is doing; nothing is heard of it any more. */
    @Override
    void close();
}
