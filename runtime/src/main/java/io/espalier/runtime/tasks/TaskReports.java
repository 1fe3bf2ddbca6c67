package io.espalier.runtime.tasks;

import io.espalier.core.AbandonedCall;
import io.espalier.core.State;
import io.espalier.runtime.events.RunEvent;
import io.espalier.runtime.workers.Command;
import io.espalier.runtime.workers.WorkerContext;
import java.util.List;

/**
 * What a task says to its employer: one report at a time, the next when that has been taken. So a slow employer holds
 * reports back, and never the task.
 */
final class TaskReports {
    private final WorkerContext context;
    private boolean underWay;
    private boolean over;

    TaskReports(WorkerContext context) {
        this.context = context;
    }

    /** The employer has taken the last one. */
    synchronized void taken() {
        underWay = false;
        notifyAll();
    }

    /** Nobody listens any more. */
    synchronized void end() {
        over = true;
        notifyAll();
    }

    synchronized boolean over() {
        return over;
    }

    /** Whether a report can be sent at once; if so, the caller sends it. */
    synchronized boolean free() {
        return !underWay && !over;
    }

    /** Waits until a report can be sent; false if nobody listens any more. */
    synchronized boolean await() throws InterruptedException {
        while (underWay && !over) {
            wait();
        }
        return !over;
    }

    void send(TaskProgress progress, List<FileChange> files) {
        State body = new State();
        progress.save(body.child("progress"));
        FileChange.put(body, files);
        synchronized (this) {
            underWay = true;
        }
        send(new Command(TaskMessages.REPORT, body));
    }

    void send(Command message) {
        try {
            context.send(message);
        } catch (AbandonedCall e) {
            // A task is no employer's thread: it must come to its own end.
            end();
        }
    }

    void event(RunEvent event) {
        context.event(event);
    }
}
