package io.espalier.benchmarks;

import io.espalier.runtime.events.RunEvent;
import io.espalier.runtime.workers.Command;
import io.espalier.runtime.workers.Experience;
import io.espalier.runtime.workers.Message;
import io.espalier.runtime.workers.Resources;
import io.espalier.runtime.workers.WorkerLink;
import io.espalier.runtime.workers.WorkerListener;
import io.espalier.runtime.workers.WorkerNode;
import io.espalier.runtime.workers.WorkerPool;
import io.espalier.runtime.workers.WorkerRecipe;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Counts what an employer hears from a pool of workers: blocks of experience, those that came twice, and what came of
 * workers that had been called lost. It can also take away one of the things that protect a run, to show that a study
 * notices.
 */
final class WatchingPool implements WorkerPool {
    /** Losses are not told: nobody is replaced. */
    static final String SILENT = "silent";

    /** Who takes another's place is not told where that one stood. */
    static final String FORGETFUL = "forgetful";

    /** Each block comes twice. */
    static final String DOUBLING = "doubling";

    /** What a lost worker sent last comes after its loss. */
    static final String LATE = "late";

    private final WorkerPool inner;
    private final String mutant;
    private final AtomicLong blocks = new AtomicLong();
    private final AtomicLong doubled = new AtomicLong();
    private final AtomicLong late = new AtomicLong();
    private final Map<String, Long> rows = new LinkedHashMap<>();

    WatchingPool(WorkerPool inner, String mutant) {
        this.inner = inner;
        this.mutant = mutant;
    }

    /** "BLOCKS DOUBLED LATE". */
    String tally() {
        return blocks + " " + doubled + " " + late;
    }

    @Override
    public List<WorkerNode> nodes() {
        return inner.nodes();
    }

    @Override
    public WorkerLink start(int number, WorkerRecipe recipe, Resources needs, WorkerListener listener) {
        return new Link(inner.start(number, recipe, needs, new Ear(listener)));
    }

    @Override
    public void broadcast(Collection<? extends WorkerLink> to, Message message) {
        inner.broadcast(to.stream().map(link -> ((Link) link).inner).toList(), message);
    }

    @Override
    public void onChange(Runnable changed) {
        inner.onChange(changed);
    }

    @Override
    public void close() {
        inner.close();
    }

    private final class Link implements WorkerLink {
        private final WorkerLink inner;

        Link(WorkerLink inner) {
            this.inner = inner;
        }

        @Override
        public int number() {
            return inner.number();
        }

        @Override
        public String node() {
            return inner.node();
        }

        @Override
        public void send(Message message) {
            if (mutant.equals(FORGETFUL)
                    && message instanceof Command command
                    && command.name().equals("restore")) {
                return;
            }
            inner.send(message);
        }

        @Override
        public void close() {
            inner.close();
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Link link && link.inner.equals(inner);
        }

        @Override
        public int hashCode() {
            return inner.hashCode();
        }
    }

    /** Hears one worker. */
    private final class Ear implements WorkerListener {
        private final WorkerListener listener;
        private final Set<Long> heard = new HashSet<>();
        private @Nullable Message last;
        private boolean gone;

        Ear(WorkerListener listener) {
            this.listener = listener;
        }

        @Override
        public void received(WorkerLink from, Message message) {
            count(from, message);
            last = message;
            listener.received(new Link(from), message);
            if (mutant.equals(DOUBLING) && message instanceof Experience) {
                count(from, message);
                listener.received(new Link(from), message);
            }
        }

        private synchronized void count(WorkerLink from, Message message) {
            if (gone) {
                late.incrementAndGet();
            }
            if (message instanceof Experience block) {
                blocks.incrementAndGet();
                if (!heard.add(block.number())) {
                    doubled.incrementAndGet();
                }
                synchronized (rows) {
                    rows.merge(from.node(), (long) block.rollout().rows(), Long::sum);
                }
            }
        }

        @Override
        public void event(WorkerLink from, RunEvent event) {
            listener.event(new Link(from), event);
        }

        @Override
        public void lost(WorkerLink worker, String cause) {
            gone = true;
            synchronized (rows) {
                Lines.say("lost " + worker.number() + " " + rows.getOrDefault(worker.node(), 0L) + " " + cause);
            }
            if (!mutant.equals(SILENT)) {
                listener.lost(new Link(worker), cause);
            }
            Message sent = last;
            if (mutant.equals(LATE) && sent != null) {
                count(worker, sent);
                listener.received(new Link(worker), sent);
            }
        }

        @Override
        public void failed(WorkerLink worker, Throwable cause) {
            Lines.say("failed " + worker.number() + " " + cause);
            listener.failed(new Link(worker), cause);
        }
    }
}
