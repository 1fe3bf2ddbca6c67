package io.espalier.runtime;

import io.espalier.runtime.events.RunEvent;
import io.espalier.runtime.workers.LocalPool;
import io.espalier.runtime.workers.Message;
import io.espalier.runtime.workers.Resources;
import io.espalier.runtime.workers.WorkerLink;
import io.espalier.runtime.workers.WorkerListener;
import io.espalier.runtime.workers.WorkerNode;
import io.espalier.runtime.workers.WorkerPool;
import io.espalier.runtime.workers.WorkerRecipe;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Nodes of one processor each that come and go when a test says so; a worker that finds none waits for one. */
final class NodesPool implements WorkerPool {
    private final LocalPool inner = new LocalPool();
    private final List<Runnable> listeners = new ArrayList<>();
    private final List<Placed> workers = new ArrayList<>();
    private int nodes;
    private int most;

    NodesPool(int nodes) {
        this.nodes = nodes;
    }

    /** The most workers that ever ran at a time. */
    synchronized int most() {
        return most;
    }

    void come() {
        synchronized (this) {
            nodes++;
            place();
        }
        List.copyOf(listeners).forEach(Runnable::run);
    }

    /** The node of the worker that was started last goes. */
    void go() {
        Placed victim = null;
        synchronized (this) {
            nodes--;
            List<Placed> running = running();
            if (running.size() > nodes) {
                victim = running.get(running.size() - 1);
                workers.remove(victim);
            }
        }
        if (victim != null) {
            victim.lose();
        }
        List.copyOf(listeners).forEach(Runnable::run);
    }

    private List<Placed> running() {
        return new ArrayList<>(
                workers.stream().filter(worker -> worker.link != null).toList());
    }

    private void place() {
        for (Placed worker : workers) {
            if (worker.link == null && running().size() < nodes) {
                worker.start();
            }
        }
        most = Math.max(most, running().size());
    }

    @Override
    public synchronized List<WorkerNode> nodes() {
        List<WorkerNode> list = new ArrayList<>();
        for (int i = 0; i < nodes; i++) {
            list.add(new WorkerNode("node " + i, Resources.ONE_CPU, Resources.ONE_CPU, Set.of()));
        }
        return list;
    }

    @Override
    public synchronized WorkerLink start(int number, WorkerRecipe recipe, Resources needs, WorkerListener listener) {
        Placed placed = new Placed(number, recipe, needs, listener);
        workers.add(placed);
        place();
        return placed;
    }

    @Override
    public void onChange(Runnable changed) {
        listeners.add(changed);
    }

    @Override
    public void close() {
        inner.close();
    }

    private final class Placed implements WorkerLink {
        private final int number;
        private final WorkerRecipe recipe;
        private final Resources needs;
        private final WorkerListener listener;
        private final List<Message> waiting = new ArrayList<>();
        private volatile @Nullable WorkerLink link;
        private volatile boolean gone;

        Placed(int number, WorkerRecipe recipe, Resources needs, WorkerListener listener) {
            this.number = number;
            this.recipe = recipe;
            this.needs = needs;
            this.listener = listener;
        }

        void start() {
            WorkerLink started = inner.start(number, recipe, needs, new Relay(this));
            link = started;
            waiting.forEach(started::send);
        }

        void lose() {
            gone = true;
            WorkerLink running = link;
            if (running != null) {
                running.close();
            }
            listener.lost(this, "its node has gone");
        }

        @Override
        public int number() {
            return number;
        }

        @Override
        public String node() {
            return "node";
        }

        @Override
        public void send(Message message) {
            synchronized (NodesPool.this) {
                WorkerLink running = link;
                if (running == null) {
                    waiting.add(message);
                } else {
                    running.send(message);
                }
            }
        }

        @Override
        public void close() {
            gone = true;
            synchronized (NodesPool.this) {
                workers.remove(this);
                WorkerLink running = link;
                if (running != null) {
                    running.close();
                }
                place();
            }
        }
    }

    /** Speaks in the name of a placed worker. */
    private record Relay(Placed placed) implements WorkerListener {
        @Override
        public void received(WorkerLink from, Message message) {
            if (!placed.gone) {
                placed.listener.received(placed, message);
            }
        }

        @Override
        public void event(WorkerLink from, RunEvent event) {
            placed.listener.event(placed, event);
        }

        @Override
        public void lost(WorkerLink worker, String cause) {
            placed.listener.lost(placed, cause);
        }

        @Override
        public void failed(WorkerLink worker, Throwable cause) {
            if (!placed.gone) {
                placed.listener.failed(placed, cause);
            }
        }
    }
}
