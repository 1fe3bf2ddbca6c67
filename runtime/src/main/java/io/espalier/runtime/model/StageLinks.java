package io.espalier.runtime.model;

import io.espalier.runtime.events.RunEvent;
import io.espalier.runtime.workers.Command;
import io.espalier.runtime.workers.Message;
import io.espalier.runtime.workers.Resources;
import io.espalier.runtime.workers.WorkerLink;
import io.espalier.runtime.workers.WorkerListener;
import io.espalier.runtime.workers.WorkerPool;
import io.espalier.runtime.workers.WorkerRecipe;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The links to the stages of one pipeline. What a stage gives is sent on to its neighbour by whatever thread it comes on;
 * the rest waits for the learner's thread.
 */
final class StageLinks implements WorkerListener, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StageLinks.class);

    private final List<? extends WorkerRecipe> recipes;
    private final int firstNumber;
    private final WorkerPool pool;
    private final Resources needs;
    private final AtomicReferenceArray<@Nullable WorkerLink> links;
    private final Set<WorkerLink> replaced = ConcurrentHashMap.newKeySet();
    private final BlockingQueue<Heard> inbox = new LinkedBlockingQueue<>();
    private volatile long attempt;

    /** A message of a stage, or its end: then there is none. */
    record Heard(
            int stage, @Nullable Command message, @Nullable Throwable failure, String cause) {}

    /** @param firstNumber the number of the first stage's worker */
    StageLinks(List<? extends WorkerRecipe> recipes, int firstNumber, WorkerPool pool, Resources needs) {
        this.recipes = recipes;
        this.firstNumber = firstNumber;
        this.pool = pool;
        this.needs = needs;
        links = new AtomicReferenceArray<>(recipes.size());
    }

    /** Starts a worker for a stage, in place of the one there was. */
    void start(int stage) {
        WorkerLink before = links.get(stage);
        if (before != null) {
            replaced.add(before);
            before.close();
        }
        links.set(stage, pool.start(firstNumber + stage, recipes.get(stage), needs, this));
    }

    int count() {
        return recipes.size();
    }

    /** From now on another attempt: nothing of the one before is heard or sent on any more. */
    long newAttempt() {
        long next = attempt + 1;
        attempt = next;
        inbox.removeIf(heard -> heard.message != null);
        return next;
    }

    long attempt() {
        return attempt;
    }

    void send(int stage, Message message) {
        WorkerLink link = links.get(stage);
        if (link != null) {
            link.send(message);
        }
    }

    /** What was heard next; null if nothing has come yet. */
    @Nullable
    Heard poll() {
        return inbox.poll();
    }

    /** What is heard next. */
    Heard take() {
        try {
            return inbox.take();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while stages of a pipeline were at work.", e);
        }
    }

    /** Where a stage runs. */
    String node(int stage) {
        WorkerLink link = links.get(stage);
        return link == null ? "" : link.node();
    }

    @Override
    public void received(WorkerLink from, Message message) {
        int stage = from.number() - firstNumber;
        if (replaced.contains(from) || !(message instanceof Command command)) {
            return;
        }
        if (StageMessages.attempt(command) != attempt) {
            return;
        }
        if (command.name().equals(StageMessages.FORWARD) && stage + 1 < count()) {
            send(stage + 1, command);
        } else if (command.name().equals(StageMessages.BACKWARD)) {
            send(stage - 1, command);
        } else {
            inbox.add(new Heard(stage, command, null, ""));
        }
    }

    @Override
    public void event(WorkerLink from, RunEvent event) {
        LOG.info("stage {}: {}: {}", from.number() - firstNumber, event.type(), event.message());
    }

    @Override
    public void lost(WorkerLink worker, String cause) {
        if (!replaced.contains(worker)) {
            LOG.warn("stage {} was lost with {}: {}", worker.number() - firstNumber, worker.node(), cause);
            inbox.add(new Heard(worker.number() - firstNumber, null, null, cause));
        }
    }

    @Override
    public void failed(WorkerLink worker, Throwable cause) {
        if (!replaced.contains(worker)) {
            inbox.add(new Heard(worker.number() - firstNumber, null, cause, String.valueOf(cause.getMessage())));
        }
    }

    @Override
    public void close() {
        for (int stage = 0; stage < count(); stage++) {
            WorkerLink link = links.get(stage);
            if (link != null) {
                replaced.add(link);
                link.close();
            }
        }
    }
}
