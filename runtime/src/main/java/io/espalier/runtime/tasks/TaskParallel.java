package io.espalier.runtime.tasks;

import io.espalier.core.State;
import io.espalier.runtime.Registry;
import io.espalier.runtime.events.RunEvent;
import io.espalier.runtime.workers.Command;
import io.espalier.runtime.workers.LocalPool;
import io.espalier.runtime.workers.Message;
import io.espalier.runtime.workers.WorkerFailure;
import io.espalier.runtime.workers.WorkerNode;
import io.espalier.runtime.workers.WorkerPool;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Does many independent {@link Task}s over the nodes of a {@link WorkerPool}, as many at a time as have room; their results
 * are those of each one done alone.
 *
 * <pre>{@code
 * try (WorkerPool pool = new LocalPool()) {
 *     TaskParallel.on(pool)
 *             .listen(new TaskListener() {
 *                 public void finished(TaskResult result) { ... }
 *             })
 *             .run(tasks);
 * }
 * }</pre>
 *
 * <p>A task that is lost with its node is begun on another one; a training goes on from the last checkpoint that it has
 * told, to the same bits (if its mode has any). One that fails, or is lost too often without having saved anything in
 * between, ends itself and no other. Kept in memory is what runs, and no more: tasks are taken from their iterator one by
 * one, and results are handed on.
 *
 * <p>Task x data parallel: a training whose mode has workers of its own ({@code synchronous(workers=2)}) has them on threads
 * of the node where it runs, which should be asked for that many processors; or, with {@link #workers}, in another pool.
 *
 * <p>Not for use by several threads at once, except {@link #cancel}.
 */
public final class TaskParallel {
    private static final long LOOK_MILLIS = 250;
    private static final double SAVING_SECONDS = 5;

    private final WorkerPool pool;
    private final TaskArrivals arrivals = new TaskArrivals();
    private final Map<Integer, RunningTask> running = new LinkedHashMap<>();
    private double atOnce = Double.POSITIVE_INFINITY;
    private int attempts = 3;
    private @Nullable Registry registry;
    private @Nullable WorkerPool workers;
    private TaskListener listener = new TaskListener() {};
    private int number;
    /** Taken, and waits for room. */
    private @Nullable Task next;

    private boolean stopping;
    private long deadline;
    private volatile @Nullable Cancelling cancelling;

    private record Cancelling(String reason, double graceSeconds) {}

    private TaskParallel(WorkerPool pool) {
        this.pool = pool;
    }

    /** Tasks go to the nodes of this pool, which is the caller's to close. */
    public static TaskParallel on(WorkerPool pool) {
        return new TaskParallel(pool);
    }

    /** Uses no more than so many processors at a time; at least one task always runs. */
    public TaskParallel atOnce(double cpus) {
        if (!(cpus > 0)) {
            throw new IllegalArgumentException("cpus (" + cpus + ") must be more than 0. Maybe 1.");
        }
        atOnce = cpus;
        return this;
    }

    /** How often a task may be lost with its node, without having saved anything in between; 3 unless said otherwise. */
    public TaskParallel attempts(int most) {
        if (most < 1) {
            throw new IllegalArgumentException("attempts (" + most + ") must be at least 1. Maybe 3.");
        }
        attempts = most;
        return this;
    }

    /** Where tasks that run in this process find algorithms and environments; other nodes look into their own class path. */
    public TaskParallel registry(Registry known) {
        registry = known;
        return this;
    }

    /** Trainings have their own workers in this pool, and run in this process: {@link #on} must have been a LocalPool. */
    public TaskParallel workers(WorkerPool own) {
        if (!(pool instanceof LocalPool)) {
            throw new IllegalArgumentException(
                    "tasks whose workers are in a pool of their own must run in this process."
                            + " Maybe: TaskParallel.on(new LocalPool()).");
        }
        workers = own;
        return this;
    }

    /** Tells this listener how it goes. */
    public TaskParallel listen(TaskListener told) {
        listener = told;
        return this;
    }

    /**
     * Does the tasks; returns when all have ended.
     *
     * @throws RuntimeException what the listener throws; all tasks are then closed
     */
    public void run(Iterable<? extends Task> tasks) {
        Iterator<? extends Task> left = tasks.iterator();
        try {
            while (true) {
                heedCancelling();
                startWhatFits(left);
                if (running.isEmpty()) {
                    return;
                }
                TaskArrivals.Arrival arrival = arrivals.poll(LOOK_MILLIS);
                if (arrival != null) {
                    take(arrival);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while tasks were under way; they are closed.", e);
        } finally {
            running.values().forEach(RunningTask::close);
            running.clear();
            arrivals.clear();
        }
    }

    private void heedCancelling() {
        Cancelling cancelled = cancelling;
        if (cancelled == null) {
            return;
        }
        if (!stopping) {
            stopping = true;
            deadline = System.nanoTime() + (long) ((cancelled.graceSeconds() + SAVING_SECONDS) * 1e9);
            stopAll(cancelled);
        } else if (System.nanoTime() > deadline) {
            List.copyOf(running.keySet()).forEach(one -> end(one, known(one).stopped()));
        }
    }

    private void startWhatFits(Iterator<? extends Task> left) {
        while (next != null || (!stopping && left.hasNext())) {
            Task task = next == null ? left.next() : next;
            next = null;
            if (stopping) {
                listener.finished(new RunningTask(task, listener).stopped());
            } else if (running.isEmpty() || fits(task)) {
                start(new RunningTask(task, listener));
            } else {
                next = task;
                return;
            }
        }
    }

    /**
     * Lets all tasks come to their end early, from any thread: those that run finish their round, save and are handed on as
     * {@linkplain TaskResult.Outcome#STOPPED stopped}, with what they have come to; no more are taken.
     *
     * @param graceSeconds how long a round may take, as for {@link io.espalier.runtime.Trainer#requestStop(String, double)}
     */
    public void cancel(String reason, double graceSeconds) {
        if (!(graceSeconds >= 0)) {
            throw new IllegalArgumentException("graceSeconds (" + graceSeconds + ") must be at least 0.");
        }
        cancelling = new Cancelling(reason, Math.min(graceSeconds, 1e6));
        arrivals.wake();
    }

    private boolean fits(Task next) {
        double offered = 0;
        for (WorkerNode node : pool.nodes()) {
            offered += node.offers().cpus();
        }
        double taken = next.needs().cpus();
        for (RunningTask one : running.values()) {
            taken += one.task.needs().cpus();
        }
        return taken <= Math.min(atOnce, offered) + 1e-9;
    }

    private void start(RunningTask task) {
        int fresh = number++;
        running.put(fresh, task);
        Registry known = registry == null ? Registry.here() : registry;
        registry = known;
        task.begin(pool.start(fresh, new TaskRecipe(task.task, known, workers), task.task.needs(), arrivals));
    }

    private void stopAll(Cancelling how) {
        for (int one : List.copyOf(running.keySet())) {
            RunningTask task = known(one);
            if (task.link().placed()) {
                State body = new State();
                TaskMessages.putText(body, "reason", how.reason());
                body.putDouble("grace", how.graceSeconds());
                task.link().send(new Command(TaskMessages.STOP, body));
            } else {
                end(one, task.stopped());
            }
        }
    }

    private RunningTask known(int which) {
        RunningTask task = running.get(which);
        if (task == null) {
            throw new IllegalStateException("there is no task of worker " + which + ".");
        }
        return task;
    }

    private void take(TaskArrivals.Arrival arrival) {
        RunningTask task = running.get(arrival.number());
        if (task == null) {
            return;
        }
        Message message = arrival.message();
        RunEvent event = arrival.event();
        String lost = arrival.lost();
        Throwable failure = arrival.failure();
        if (message instanceof Command command) {
            switch (command.name()) {
                case TaskMessages.REPORT -> task.report(command.body());
                case TaskMessages.DONE -> end(arrival.number(), stoppedOr(task.done(command.body())));
                case TaskMessages.FAILED -> end(arrival.number(), task.failed(command.body()));
                default ->
                    end(
                            arrival.number(),
                            task.failed(new WorkerFailure(
                                    "a task said \"" + command.name() + "\", which is not known.", null)));
            }
        } else if (event != null) {
            listener.event(task.task, event);
        } else if (lost != null) {
            lost(arrival.number(), task, lost);
        } else if (failure != null) {
            end(arrival.number(), task.failed(failure));
        }
    }

    /** One that ended since it was asked to is not finished. */
    private TaskResult stoppedOr(TaskResult result) {
        Cancelling how = cancelling;
        boolean stopped = how != null
                && result.training() != null
                && result.training().stopReason().equals(how.reason());
        return stopped
                ? new TaskResult(
                        result.task(),
                        TaskResult.Outcome.STOPPED,
                        result.node(),
                        result.attempts(),
                        result.training(),
                        null,
                        null)
                : result;
    }

    private void lost(int which, RunningTask task, String cause) {
        int inARow = task.lost(cause);
        if (cancelling != null) {
            end(which, task.stopped());
        } else if (inARow >= attempts) {
            end(
                    which,
                    task.failed(new WorkerFailure(
                            "task " + task.task.name() + " was lost with its node " + inARow
                                    + " times without saving anything in between (attempts is " + attempts + "); last: "
                                    + cause,
                            null)));
        } else {
            running.remove(which);
            start(task);
        }
    }

    private void end(int which, TaskResult result) {
        RunningTask task = running.remove(which);
        if (task != null) {
            task.close();
        }
        listener.finished(result);
    }
}
