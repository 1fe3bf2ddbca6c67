package io.espalier.runtime;

import io.espalier.core.MetricSink;
import io.espalier.core.RandomStream;
import io.espalier.core.ReplayBuffer;
import io.espalier.core.ReplayMemory;
import io.espalier.core.ReplaySpec;
import io.espalier.core.Rollout;
import io.espalier.core.State;
import io.espalier.runtime.events.RunEvent;
import io.espalier.runtime.workers.Command;
import io.espalier.runtime.workers.WorkerPool;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A replay that is cut into {@link ReplayShard}s, as the one learner sees it. With M_s the mass of shard s as it last said,
 * M their sum, pᵢ the priority of row i and M′_s the mass of its shard when it was drawn:
 *
 * <pre>
 *   P(i) = M_s / M · pᵢ / M′_s,   wᵢ = (min over the batch of P / P(i))^β
 * </pre>
 *
 * <p>One row is drawn from each of B equal slices of M, in which the shards lie one after the other: the very rows that one
 * {@link io.espalier.core.PrioritizedReplayBuffer} would give that held theirs in that order, as long as M_s is M′_s. Where it
 * is not any more, the weights know. Rows that are drawn uniformly have M_s = how many a shard holds, which is always exact.
 *
 * <p>Samples are asked for ahead of their use, so that the learner need not wait; what it says of one is known in those that
 * are asked for later. Whatever is decided here hangs on the order of calls and the content of answers, never on when they
 * come: so given the same blocks in the same order the samples are the same, bit for bit, as long as no shard is lost.
 *
 * <p>Horgan et al., "Distributed prioritized experience replay", arXiv:1803.00933, Algorithm 2. Other than there, new rows
 * have the greatest priority so far (Schaul et al., arXiv:1511.05952, Algorithm 1), since an algorithm alone knows its errors.
 */
final class ShardedReplay implements ReplayMemory, ReplayShards.Listener, AutoCloseable {
    private final ReplaySpec spec;
    private final WorkerPool pool;
    private final RunEvent.Sink events;
    private ReplayShards shards;
    private final int prefetch;
    private final boolean prioritized;
    private final int least;
    private final double[] mass;
    /** The greatest error so far, and the one that each shard knows of. */
    private double greatest;

    private final double[] told;
    private final Deque<ShardSample> asked = new ArrayDeque<>();
    private @Nullable ShardSample drawn;
    private long samples;
    private boolean refilling;
    private int rows = 1;
    private int worker;
    private boolean follows;
    private long waitedNanos;

    /**
     * @param count how many shards
     * @param prefetch samples that are asked for before they are needed
     */
    ShardedReplay(ReplaySpec spec, int count, int prefetch, WorkerPool pool, RunEvent.Sink events) {
        this.spec = spec;
        this.pool = pool;
        this.events = events;
        this.prefetch = prefetch;
        prioritized = spec.alpha() > 0;
        least = (int) Math.max(1, Math.min(spec.learningStarts(), spec.capacity()));
        mass = new double[count];
        told = new double[count];
        shards = new ReplayShards(spec, count, pool, events, this);
    }

    /** Says whose the block is that is stored next, and whether it goes on where that worker's last one stopped. */
    void next(int whose, boolean goesOn) {
        worker = whose;
        follows = goesOn;
    }

    ReplayShards shards() {
        return shards;
    }

    /** Begins anew with empty shards, as a run does that is resumed. */
    void restart() {
        boolean held = size() > 0;
        shards.close();
        shards = new ReplayShards(spec, mass.length, pool, events, this);
        Arrays.fill(mass, 0);
        Arrays.fill(told, 0);
        asked.clear();
        drawn = null;
        refilling = held;
    }

    @Override
    public int size() {
        return shards.held();
    }

    /** The block is the shard's from now on. */
    @Override
    public void add(Rollout rollout) {
        for (int s = 0; s < told.length; s++) {
            if (shards.present(s) && told[s] < greatest) {
                shards.send(s, ShardMessages.update(new long[0], new double[0], greatest));
                told[s] = greatest;
            }
        }
        shards.store(worker, follows, rollout);
    }

    @Override
    public ReplayBuffer.Batch batch(int count) {
        rows = count;
        return spec.batch(count);
    }

    @Override
    public boolean draw(RandomStream random, double beta, ReplayBuffer.Batch into) {
        shards.hearWhatCame();
        while (ready()) {
            if (prioritized && asked.isEmpty() && Arrays.stream(mass).sum() == 0) {
                // Just for how things stand; without rows it takes no random numbers.
                ask(0, random);
                complete();
                continue;
            }
            while (asked.size() < Math.max(1, prefetch)) {
                ask(rows, random);
            }
            ShardSample sample = complete();
            if (sample != null) {
                sample.fill(into, prioritized, beta);
                drawn = sample;
                while (asked.size() < prefetch) {
                    ask(rows, random);
                }
                return true;
            }
        }
        return false;
    }

    /** Whether there is enough to draw from; after a loss as much as before the learner first drew. */
    private boolean ready() {
        refilling &= size() < least;
        return size() > 0 && !refilling;
    }

    /** Asks for the next sample. */
    private void ask(int count, RandomStream random) {
        if (!prioritized) {
            Arrays.setAll(mass, shards::held);
        }
        ShardSample sample = new ShardSample(samples++, mass, count, random);
        for (int s = 0; s < mass.length; s++) {
            if (shards.present(s)) {
                shards.send(s, sample.ask(s, shards.life(s)));
            }
        }
        asked.add(sample);
    }

    /** Waits for the sample that was asked for first; null if it was lost. */
    private @Nullable ShardSample complete() {
        ShardSample sample = asked.element();
        long began = System.nanoTime();
        while (!sample.complete() && asked.peek() == sample) {
            shards.hear();
        }
        waitedNanos += System.nanoTime() - began;
        if (asked.peek() != sample) {
            return null;
        }
        asked.remove();
        Arrays.setAll(mass, sample::mass);
        return sample;
    }

    @Override
    public void drawn(int shard, Command rows) {
        asked.forEach(sample -> sample.take(shard, rows));
    }

    /** Whatever was asked for is asked for again, of those that are left. */
    @Override
    public void lost(int shard) {
        mass[shard] = 0;
        told[shard] = 0;
        asked.clear();
        refilling |= size() < least;
    }

    /** The rows came with the answers. */
    @Override
    public void gather(ReplayBuffer.Batch into, int from, int to) {}

    @Override
    public void update(ReplayBuffer.Batch batch, double[] errors) {
        ShardSample sample = drawn;
        if (!prioritized || sample == null) {
            return;
        }
        for (int i = 0; i < batch.rows; i++) {
            if (!(Math.abs(errors[i]) < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException("errors[" + i + "] (" + errors[i] + ") must be finite.");
            }
            greatest = Math.max(greatest, Math.abs(errors[i]));
        }
        for (int s = 0; s < mass.length; s++) {
            Command update = shards.present(s) ? sample.errors(s, shards.life(s), errors, greatest) : null;
            if (update != null) {
                shards.send(s, update);
                told[s] = greatest;
            }
        }
        drawn = null;
    }

    /** Puts the figures of a round that took so long. */
    void report(MetricSink metrics, long nanos) {
        metrics.put("replay/waiting", nanos == 0 ? 0 : (double) waitedNanos / nanos);
        metrics.put("replay/lost", (double) shards.lostTransitions());
        metrics.put("replay/bytes", (double) shards.newBytes());
        waitedNanos = 0;
    }

    /** Not what the shards hold: that may be more than the learner's process has room for. */
    @Override
    public void save(State into) {
        into.putLong("held", size());
        into.putDouble("greatest", greatest);
    }

    /** What the shards hold stays; if that is nothing, they fill up before the learner draws again. */
    @Override
    public void load(State from) {
        if (!from.has("held")) {
            throw new IllegalArgumentException(
                    "The checkpoint is of a replay that is not cut into shards. Maybe go on with" + " shards=0.");
        }
        greatest = from.getDouble("greatest");
        Arrays.fill(told, 0);
        long held = from.getLong("held");
        refilling = size() == 0 && held > 0;
        if (refilling) {
            events.take(new RunEvent(
                    "replay/empty",
                    "the replay's shards begin empty, since no checkpoint keeps what they held (" + held
                            + " transitions); learning goes on when they hold " + least,
                    Map.of("transitions", held, "needed", least)));
        }
    }

    @Override
    public void close() {
        shards.close();
    }
}
