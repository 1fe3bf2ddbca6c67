package io.espalier.runtime;

import io.espalier.core.ReplayMemory;
import io.espalier.core.ReplaySpec;
import io.espalier.runtime.events.RunEvent;
import io.espalier.runtime.workers.WorkerPool;
import org.jspecify.annotations.Nullable;

/** Gives the one memory of a learner its place in shards. */
final class ShardPlace implements ReplayMemory.Place {
    private final Asynchronous.Settings settings;
    private final WorkerPool pool;
    private final RunEvent.Sink events;
    private @Nullable ShardedReplay made;
    private int count;

    ShardPlace(Asynchronous.Settings settings, WorkerPool pool, RunEvent.Sink events) {
        this.settings = settings;
        this.pool = pool;
        this.events = events;
    }

    @Override
    public ReplayMemory memory(ReplaySpec spec) {
        ShardedReplay replay = new ShardedReplay(spec, settings.shards(), settings.prefetch(), pool, events);
        made = replay;
        count++;
        return replay;
    }

    /**
     * The memory of a learner that has been made.
     *
     * @throws IllegalArgumentException if it has none, or several
     */
    ShardedReplay only(String algorithm) {
        ShardedReplay replay = made;
        if (replay == null || count != 1) {
            throw new IllegalArgumentException("shards (" + settings.shards()
                    + ") needs an algorithm that replays single transitions, as dqn and sac do, which " + algorithm
                    + " does not. Maybe leave it out.");
        }
        return replay;
    }
}
