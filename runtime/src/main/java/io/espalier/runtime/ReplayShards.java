package io.espalier.runtime;

import io.espalier.core.ReplaySpec;
import io.espalier.core.Rollout;
import io.espalier.core.State;
import io.espalier.runtime.events.RunEvent;
import io.espalier.runtime.metrics.RunMetrics;
import io.espalier.runtime.workers.Command;
import io.espalier.runtime.workers.Experience;
import io.espalier.runtime.workers.Message;
import io.espalier.runtime.workers.Resources;
import io.espalier.runtime.workers.WorkerPool;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The {@link ReplayShard}s of a run as its learner sees them: which are there, what each holds, and how many blocks are under
 * way to each. One that is lost is begun anew, empty; until it is there, its workers' blocks go to the next.
 */
final class ReplayShards implements AutoCloseable {
    /** Numbers above those of all workers that collect. */
    private static final int FIRST = 10_000;

    private final Crew crew;
    private final RunMetrics traffic = new RunMetrics();
    private final RunEvent.Sink events;
    private final int count;
    private final int capacity;
    private final Listener listener;
    private final Map<Integer, String> causes = new ConcurrentHashMap<>();
    /** By worker: the shard that has its last block. */
    private final Map<Integer, Integer> last = new HashMap<>();

    private final boolean[] present;
    private final int[] life;
    private final long[] held;
    private final long[] sent;
    private final long[] taken;
    private long losses;
    private long lostTransitions;
    private long bytes;

    /** Hears of what is not about stores. */
    interface Listener {
        /** A shard answers. */
        void drawn(int shard, Command rows);

        /** A shard is lost, with all it held and whatever it was asked for. */
        void lost(int shard);
    }

    ReplayShards(ReplaySpec spec, int count, WorkerPool pool, RunEvent.Sink events, Listener listener) {
        this.count = count;
        this.events = events;
        this.listener = listener;
        capacity = (spec.capacity() + count - 1) / count;
        ReplaySpec each = spec.withCapacity(capacity);
        present = new boolean[count];
        life = new int[count];
        held = new long[count];
        sent = new long[count];
        taken = new long[count];
        // They take memory, not time: no processor is kept for them.
        crew = new Crew(pool, FIRST, Resources.cpus(0), this::event, traffic, (number, lived) -> new ShardRecipe(each));
    }

    /** Tells of a loss only when it is known what was lost. */
    private void event(RunEvent event) {
        if (event.type().equals("worker/lost") && event.details().get("worker") instanceof Integer shard) {
            causes.put(shard, event.message());
        } else {
            events.take(event);
        }
    }

    int count() {
        return count;
    }

    /** Starts them, and waits until all are there; those of a run begin in the same way every time. */
    private void start() {
        while (crew.size() < count) {
            crew.add();
        }
        boolean[] all = new boolean[count];
        Arrays.fill(all, true);
        while (!Arrays.equals(present, all)) {
            hear();
        }
    }

    /** Hears all that has come. */
    void hearWhatCame() {
        for (Crew.Arrival arrival = crew.poll(0); arrival != null; arrival = crew.poll(0)) {
            take(arrival);
        }
    }

    /** Waits for the next thing that comes. */
    void hear() {
        take(crew.take());
    }

    private void take(Crew.Arrival arrival) {
        int shard = arrival.worker();
        Message message = arrival.message();
        if (message == null) {
            lost(shard, arrival.life());
        } else if (message instanceof Command command) {
            if (command.name().equals(ShardMessages.TAKEN)) {
                present[shard] = true;
                taken[shard] = command.number();
            } else {
                listener.drawn(shard, command);
            }
        }
    }

    private void lost(int shard, int lives) {
        losses++;
        lostTransitions += held[shard];
        String cause = causes.getOrDefault(shard, "it is gone");
        events.take(new RunEvent(
                "replay/shard-lost",
                "shard " + shard + " of the replay is lost with " + held[shard]
                        + " transitions and begins anew, empty: " + cause,
                Map.of("shard", shard, "transitions", held[shard])));
        life[shard] = lives;
        present[shard] = false;
        held[shard] = 0;
        sent[shard] = 0;
        taken[shard] = 0;
        listener.lost(shard);
    }

    /**
     * Stores a worker's block in its shard; where that is not there, in the next; where none is, nowhere.
     *
     * @param follows whether it goes on where the worker's last one stopped
     */
    void store(int worker, boolean follows, Rollout rollout) {
        if (crew.size() < count) {
            start();
        }
        hearWhatCame();
        int shard = shardOf(worker);
        while (shard >= 0 && sent[shard] - taken[shard] >= ShardMessages.MOST_UNDER_WAY) {
            hear();
            shard = shardOf(worker);
        }
        int rows = stored(rollout);
        if (shard < 0) {
            lostTransitions += rows;
            return;
        }
        Integer before = last.put(worker, shard);
        rollout.joined = follows && before != null && before == shard;
        crew.send(shard, new Experience(worker, rollout, new State(), new State(), 0, 0));
        sent[shard]++;
        held[shard] = Math.min(capacity, held[shard] + rows);
    }

    private int shardOf(int worker) {
        for (int i = 0; i < count; i++) {
            int shard = (worker + i) % count;
            if (present[shard]) {
                return shard;
            }
        }
        return -1;
    }

    /** Of how many rows a transition is stored. */
    private static int stored(Rollout rollout) {
        int rows = 0;
        for (int row = 0; row < rollout.rows(); row++) {
            rows += rollout.discarded[row] || !Double.isFinite(rollout.rewards[row]) ? 0 : 1;
        }
        return rows;
    }

    void send(int shard, Command command) {
        crew.send(shard, command);
    }

    boolean present(int shard) {
        return present[shard];
    }

    /** Which of those with its number it is. */
    int life(int shard) {
        return life[shard];
    }

    /** Transitions that a shard holds. */
    long held(int shard) {
        return held[shard];
    }

    /** Transitions that all hold. */
    int held() {
        return (int) Arrays.stream(held).sum();
    }

    /** Shards lost so far. */
    long losses() {
        return losses;
    }

    /** Transitions lost with them so far. */
    long lostTransitions() {
        return lostTransitions;
    }

    /** Bytes that crossed to and from other processes since this was last asked. */
    long newBytes() {
        long before = bytes;
        bytes = traffic.workers().values().stream()
                .mapToLong(each -> each.sentBytes() + each.receivedBytes())
                .sum();
        return bytes - before;
    }

    @Override
    public void close() {
        crew.close();
    }
}
