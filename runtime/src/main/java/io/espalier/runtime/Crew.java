package io.espalier.runtime;

import io.espalier.runtime.events.RunEvent;
import io.espalier.runtime.metrics.RunMetrics;
import io.espalier.runtime.metrics.WorkerMetrics;
import io.espalier.runtime.workers.Experience;
import io.espalier.runtime.workers.LocalPool;
import io.espalier.runtime.workers.Message;
import io.espalier.runtime.workers.MessageFormat;
import io.espalier.runtime.workers.Resources;
import io.espalier.runtime.workers.WorkerLink;
import io.espalier.runtime.workers.WorkerListener;
import io.espalier.runtime.workers.WorkerNode;
import io.espalier.runtime.workers.WorkerPool;
import io.espalier.runtime.workers.WorkerRecipe;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The workers of a run, by number. One that is lost with its node is replaced by another of the same number; one that ends
 * by an exception ends the run. What comes from them waits in one queue, which is as long as what they were asked for.
 */
final class Crew implements WorkerListener, AutoCloseable {
    private final WorkerPool pool;
    private final Resources needs;
    private final RunEvent.Sink events;
    private final RunMetrics metrics;
    private final Maker maker;
    /** What the pool is to call the worker whose number is 0 here. */
    private final int first;

    private final BlockingQueue<Arrival> arrivals = new LinkedBlockingQueue<>();
    private final List<@Nullable WorkerLink> links = new ArrayList<>();
    private final List<Integer> lives = new ArrayList<>();
    /** By number: which of them whoever gives the orders knows of. */
    private final List<Integer> known = new ArrayList<>();

    /** By number: when something last came from it, for whoever asks how long it has waited. */
    private final List<Long> heard = new ArrayList<>();

    /** How long nothing had come from the worker of the last arrival. */
    private long passed;

    /** Who has no work for the time being, and keeps no place. */
    private final Set<Integer> dismissed = new HashSet<>();

    private long losses;
    private boolean closed;

    /** Makes recipes. */
    interface Maker {
        /**
         * The recipe of a worker.
         *
         * @param life how many before it had the same number
         */
        WorkerRecipe recipe(int number, int life);
    }

    /**
     * Something that came from a worker.
     *
     * @param life which of those with its number it is
     * @param message what it sent; null if it has just been started in the place of one that is lost
     * @param failure what ended it; null if it goes on
     */
    record Arrival(
            int worker,
            int life,
            @Nullable Message message,
            @Nullable Throwable failure) {}

    Crew(WorkerPool pool, Resources needs, RunEvent.Sink events, RunMetrics metrics, Maker maker) {
        this(pool, 0, needs, events, metrics, maker);
    }

    /**
     * A crew beside another in the same pool.
     *
     * @param first what its first worker is called there
     */
    Crew(WorkerPool pool, int first, Resources needs, RunEvent.Sink events, RunMetrics metrics, Maker maker) {
        this.first = first;
        this.pool = pool;
        this.needs = needs;
        this.events = events;
        this.metrics = metrics;
        this.maker = maker;
    }

    /** Starts another worker. Who calls it tells it what to do. */
    synchronized int add() {
        int number = links.size();
        links.add(null);
        lives.add(0);
        known.add(0);
        heard.add(System.nanoTime());
        links.set(number, pool.start(first + number, maker.recipe(number, 0), needs, this));
        countWorkers();
        return number;
    }

    /** Lets a worker go, with what it has yet to do, so that another run or worker may have its place. */
    void dismiss(int number) {
        WorkerLink link;
        synchronized (this) {
            link = links.set(number, null);
            lives.set(number, lives.get(number) + 1);
            dismissed.add(number);
            countWorkers();
        }
        if (link != null) {
            link.close();
        }
    }

    /** Starts a worker in the place of one that was dismissed. Who calls it tells it what to do. */
    synchronized void recall(int number) {
        if (!dismissed.remove(number)) {
            throw new IllegalStateException("worker " + number + " has not been dismissed.");
        }
        int life = lives.get(number);
        known.set(number, life);
        heard.set(number, System.nanoTime());
        links.set(number, pool.start(first + number, maker.recipe(number, life), needs, this));
        countWorkers();
    }

    /** One worker for each processor of the nodes that are there now; at least one. */
    static int processors(WorkerPool pool) {
        double cpus = 0;
        for (WorkerNode node : pool.nodes()) {
            cpus += node.offers().cpus();
        }
        return Math.max(1, (int) cpus);
    }

    /**
     * What each of so many workers needs: as many as there are processors take one each; a number that somebody has
     * chosen must have room on any node that is left.
     *
     * @param chosen how many were asked for; 0 for one per processor
     */
    static Resources share(int chosen) {
        return chosen == 0 ? Resources.ONE_CPU : Resources.cpus(1.0 / chosen);
    }

    /** Numbers the lives of environments over restarts of the run, where each worker's begin anew with it. */
    static long begun(long restarts, int life) {
        return (restarts << 20) + life;
    }

    /** How often the run had been restarted before such a life. */
    static long restarts(long begun) {
        return begun >> 20;
    }

    /** How many there are. */
    synchronized int size() {
        return links.size();
    }

    /** Workers lost so far. */
    synchronized long losses() {
        return losses;
    }

    /**
     * Sends a message to one. If it has just taken another's place, and {@link #take} has not told of that yet, the message
     * is dropped: who hears of the new one tells it everything from the beginning.
     */
    void send(int number, Message message) {
        WorkerLink link = link(number);
        if (link != null) {
            link.send(message);
            metrics.worker(number).sent(bytes(message));
        }
    }

    /** Threads of one process hand messages over as they are. */
    private long bytes(Message message) {
        return pool instanceof LocalPool ? 0 : MessageFormat.size(message);
    }

    /** Sends a message to all. */
    void broadcast(Message message) {
        List<WorkerLink> to = new ArrayList<>();
        long bytes = bytes(message);
        for (int number = 0; number < size(); number++) {
            WorkerLink link = link(number);
            if (link != null) {
                to.add(link);
                metrics.worker(number).sent(bytes);
            }
        }
        pool.broadcast(to, message);
    }

    private synchronized @Nullable WorkerLink link(int number) {
        return known.get(number).equals(lives.get(number)) ? links.get(number) : null;
    }

    private synchronized boolean isCurrent(Arrival arrival) {
        boolean current = arrival.life() == lives.get(arrival.worker());
        if (current) {
            known.set(arrival.worker(), arrival.life());
        }
        return current;
    }

    /**
     * The next thing that comes; waits for it.
     *
     * @throws RuntimeException what ended a worker
     */
    Arrival take() {
        Arrival arrival = poll(Long.MAX_VALUE);
        if (arrival == null) {
            throw new IllegalStateException("nothing came of workers for ever.");
        }
        return arrival;
    }

    /**
     * The next thing that comes, if it comes within so many milliseconds.
     *
     * @throws RuntimeException what ended a worker
     */
    @Nullable
    Arrival poll(long millis) {
        while (true) {
            Arrival arrival;
            try {
                arrival = arrivals.poll(millis, TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while waiting for workers.", e);
            }
            if (arrival == null) {
                return null;
            }
            if (isCurrent(arrival)) {
                Throwable failure = arrival.failure();
                if (failure instanceof RuntimeException exception) {
                    throw exception;
                } else if (failure != null) {
                    throw new IllegalStateException("worker " + arrival.worker() + " failed: " + failure, failure);
                }
                count(arrival);
                return arrival;
            }
        }
    }

    /** A worker has waited while it was not at work since something last came from it. */
    private synchronized void count(Arrival arrival) {
        metrics.queue(arrivals.size());
        countWorkers();
        long now = System.nanoTime();
        passed = now - heard.set(arrival.worker(), now);
        Message message = arrival.message();
        if (message != null) {
            metrics.worker(arrival.worker()).received(bytes(message));
            if (message instanceof Experience block) {
                worked(arrival.worker(), block.rollout().rows(), block.nanos());
            }
        }
    }

    /** Counts what a worker says that it did before what has just come of it. */
    void worked(int number, long steps, long nanos) {
        WorkerMetrics worker = metrics.worker(number);
        worker.collected(steps, nanos);
        worker.waited(Math.max(0, passed - nanos));
    }

    private void countWorkers() {
        int placed = 0;
        for (WorkerLink link : links) {
            placed += link != null && link.placed() ? 1 : 0;
        }
        metrics.population(placed, links.size() - dismissed.size() - placed);
    }

    /** How many things have come and wait. */
    int waiting() {
        return arrivals.size();
    }

    @Override
    public synchronized void received(WorkerLink from, Message message) {
        if (isKnown(from)) {
            arrivals.add(new Arrival(number(from), lives.get(number(from)), message, null));
        }
    }

    @Override
    public void event(WorkerLink from, RunEvent event) {
        Map<String, Object> details = new LinkedHashMap<>(event.details());
        details.put("worker", number(from));
        details.put("node", from.node());
        events.take(new RunEvent(event.type(), event.message(), details));
    }

    @Override
    public synchronized void lost(WorkerLink worker, String cause) {
        if (!isKnown(worker) || closed) {
            return;
        }
        int number = number(worker);
        losses++;
        metrics.workerLost();
        int life = lives.get(number) + 1;
        lives.set(number, life);
        events.take(new RunEvent(
                "worker/lost",
                "worker " + number + " on " + worker.node() + " is lost: " + cause + "; another takes its place",
                Map.of("worker", number, "node", worker.node(), "life", life)));
        links.set(number, null);
        links.set(number, pool.start(first + number, maker.recipe(number, life), needs, this));
        arrivals.add(new Arrival(number, life, null, null));
    }

    @Override
    public synchronized void failed(WorkerLink worker, Throwable cause) {
        if (isKnown(worker)) {
            arrivals.add(new Arrival(number(worker), lives.get(number(worker)), null, cause));
        }
    }

    private int number(WorkerLink link) {
        return link.number() - first;
    }

    private boolean isKnown(WorkerLink link) {
        WorkerLink now = links.get(number(link));
        // A worker may speak before the call that starts it has returned.
        return now == null ? !dismissed.contains(number(link)) : now.equals(link);
    }

    @Override
    public void close() {
        List<WorkerLink> all = new ArrayList<>();
        synchronized (this) {
            closed = true;
            for (WorkerLink link : links) {
                if (link != null) {
                    all.add(link);
                }
            }
        }
        all.forEach(WorkerLink::close);
    }
}
