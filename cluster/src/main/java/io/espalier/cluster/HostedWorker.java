package io.espalier.cluster;

import io.espalier.core.AbandonedCall;
import io.espalier.runtime.events.RunEvent;
import io.espalier.runtime.workers.Command;
import io.espalier.runtime.workers.Message;
import io.espalier.runtime.workers.Resources;
import io.espalier.runtime.workers.WorkerContext;
import io.espalier.runtime.workers.WorkerRecipe;
import io.espalier.runtime.workers.WorkerThread;
import org.jspecify.annotations.Nullable;

/** A worker that runs on this node for a head elsewhere, and what it finds here. */
final class HostedWorker implements WorkerContext {
    final int link;
    final Resources needs;
    private final int number;
    private final Outbox outbox;
    private final WorkerThread thread;
    private volatile boolean gone;

    /** Hears how it ended. */
    interface Ending {
        /** It has; {@code cause} is null if it was asked to. */
        void ended(HostedWorker worker, @Nullable Throwable cause);
    }

    HostedWorker(int link, int number, Resources needs, WorkerRecipe recipe, Outbox outbox, Ending ending) {
        this.link = link;
        this.number = number;
        this.needs = needs;
        this.outbox = outbox;
        thread = new WorkerThread("espalier-worker-" + number, recipe, this, cause -> ending.ended(this, cause));
    }

    void start() {
        thread.start();
    }

    boolean offer(Message message) {
        return thread.offer(message);
    }

    /** Ends it after the message that it is receiving; what it still sends meanwhile is sent. */
    void close() {
        thread.close();
    }

    /** Nobody waits for it any more. */
    void abandon() {
        gone = true;
        thread.close();
    }

    @Override
    public int number() {
        return number;
    }

    @Override
    public void send(Message message) {
        outbox.put(Wire.Kind.MESSAGE, new int[] {link}, message, () -> !gone);
    }

    @Override
    public void event(RunEvent event) {
        tell(Wire.Kind.EVENT, Words.of(event));
    }

    /** Says something about the worker, if there is somebody to hear it. */
    void tell(Wire.Kind kind, Command what) {
        try {
            outbox.put(kind, new int[] {link}, what, () -> !gone);
        } catch (AbandonedCall e) {
            // Its employer is gone, and with it all interest.
            return;
        }
    }

    @Override
    public void giveUp(Thread stuck) {
        thread.giveUp(stuck);
    }
}
