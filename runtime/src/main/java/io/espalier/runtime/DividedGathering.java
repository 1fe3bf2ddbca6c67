package io.espalier.runtime;

import io.espalier.core.MetricSink;
import io.espalier.core.Rollout;
import io.espalier.core.Seeds;
import io.espalier.core.State;
import io.espalier.policy.Learner;
import io.espalier.policy.Policy;
import io.espalier.policy.RolloutAlgorithm;
import io.espalier.policy.RolloutLearner;
import io.espalier.runtime.workers.Experience;
import io.espalier.runtime.workers.PolicyUpdate;
import io.espalier.runtime.workers.WorkerPool;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Gathers by blocks of steps, as {@link RolloutGathering} does, with the environments divided among workers. With each
 * block comes where its environments stand; when a worker is lost, the one in its place is given the last of these and
 * collects the same block again: the bits are those of a run that lost nobody.
 */
final class DividedGathering implements Gathering {
    /** How often those who wait look whether there are still nodes enough. */
    private static final long PATIENCE_MILLIS = 250;

    private final RolloutLearner learner;
    private final Rollout rollout;
    private final WorkerPool pool;
    private final RunEvent.Sink events;
    private final RunPlan plan;
    /** How many workers were asked for; 0 for one per processor, as nodes come and go. */
    private final int asked;

    private final long restarts;
    /** Nodes have come or gone since this was last looked at. */
    private volatile boolean changed;

    private @Nullable Crew crew;
    private int[] firsts = {0};
    /** Where all environments stood before the block under way; null at the very first. */
    private @Nullable State stand;
    /** By worker: where its environments stand after that block, if it has come. */
    private State[] after = {};

    private Episodes[] episodes = {};
    private long[] faults = {};
    private boolean[] came = {};
    private long losses;
    private long round;
    private Policy policy;
    private long waitedNanos;
    private long workedNanos;
    private long measuredFrom = System.nanoTime();

    DividedGathering(RolloutAlgorithm algorithm, GatheringParts parts, WorkerPool pool, int asked) {
        this.pool = pool;
        this.asked = asked;
        events = parts.events();
        plan = parts.plan();
        Seeds seeds = Seeds.of(plan.seed());
        Policy initial = algorithm.policy(parts.task(), seeds.child("policy"));
        learner = algorithm.learner(parts.task(), initial, seeds.child("learner"), parts.cores());
        policy = learner.policy();
        int environments = algorithm.environments();
        rollout = new Rollout(
                algorithm.rolloutSteps(),
                environments,
                parts.task().observationSpace(),
                parts.task().actionSpace(),
                parts.task().masked(),
                policy.stateSize());
        State from = plan.from();
        restarts = from != null && from.has("restarts") ? from.getLong("restarts") : 0;
        if (asked == 0) {
            pool.onChange(() -> changed = true);
        }
    }

    /** Divides the environments among so many workers as there should be now. */
    private Crew divide() {
        changed = false;
        Crew old = crew;
        if (old != null) {
            losses += old.losses();
            old.close();
        }
        int workers = wanted();
        int environments = rollout.environments;
        int[] from = new int[workers + 1];
        Arrays.setAll(from, w -> (int) ((long) w * environments / workers));
        firsts = from;
        after = new State[workers];
        episodes = new Episodes[workers];
        Arrays.setAll(episodes, w -> new Episodes());
        faults = new long[workers];
        came = new boolean[workers];
        Crew fresh = new Crew(
                pool,
                Crew.share(asked),
                events,
                (number, life) -> new RolloutRecipe(plan, from[number], from[number + 1] - from[number], restarts));
        crew = fresh;
        for (int worker = 0; worker < workers; worker++) {
            fresh.add();
            restore(fresh, worker);
        }
        return fresh;
    }

    private int wanted() {
        return Math.min(rollout.environments, asked > 0 ? asked : Crew.processors(pool));
    }

    @Override
    public Learner learner() {
        return learner;
    }

    /** The run's own thread only waits. */
    @Override
    public int tasks() {
        return 1;
    }

    @Override
    public void begin(Policy newest, long environmentSteps) {
        policy = newest;
        rollout.weightsVersion = newest.weights().version();
        rollout.environmentStepsBefore = environmentSteps;
        Crew now = crew;
        if (now == null || (changed && wanted() != came.length)) {
            now = divide();
        }
        order(now);
    }

    private void order(Crew now) {
        Arrays.fill(came, false);
        now.broadcast(PolicyUpdate.of(policy));
        now.broadcast(RolloutStation.collect(round, true));
    }

    @Override
    public void run(int index, int thread) {
        long began = System.nanoTime();
        Crew now = crew();
        int missing = came.length;
        while (missing > 0) {
            Crew.Arrival arrival = now.poll(PATIENCE_MILLIS);
            boolean waits = arrival == null || arrival.message() == null;
            if (waits && wanted() < came.length) {
                // There is no room for one that is lost: those that are left begin the round anew.
                now = divide();
                order(now);
                missing = came.length;
                continue;
            } else if (arrival == null) {
                continue;
            }
            int worker = arrival.worker();
            if (arrival.message() instanceof Experience block) {
                if (block.number() == round && !came[worker]) {
                    take(worker, block);
                    came[worker] = true;
                    missing--;
                }
            } else if (arrival.message() == null) {
                again(now, worker);
            }
        }
        waitedNanos += System.nanoTime() - began;
    }

    private Crew crew() {
        Crew now = crew;
        if (now == null) {
            throw new IllegalStateException("no round has begun.");
        }
        return now;
    }

    /** Tells one that has just taken another's place where to go on, and what that one had yet to do. */
    private void again(Crew now, int worker) {
        if (came[worker]) {
            now.send(worker, RolloutStation.restore(after[worker]));
            return;
        }
        restore(now, worker);
        now.send(worker, PolicyUpdate.of(policy));
        now.send(worker, RolloutStation.collect(round, true));
    }

    private void restore(Crew now, int worker) {
        State from = stand;
        if (from != null) {
            now.send(worker, RolloutStation.restore(part(from, firsts[worker], firsts[worker + 1])));
        }
    }

    /** The entries of some of the environments. */
    private static State part(State whole, int first, int end) {
        State part = new State();
        for (Map.Entry<String, Object> entry : whole.entries().entrySet()) {
            String[] words = entry.getKey().split("/", 3);
            if (words.length == 3 && (words[0].equals("environment") || words[0].equals("worker"))) {
                int number = Integer.parseInt(words[1]);
                if (number >= first && number < end) {
                    part.put(entry.getKey(), entry.getValue());
                }
            }
        }
        return part;
    }

    /** Nothing foreign is called here: there is nothing to get stuck in. */
    @Override
    public void resume(int index, int thread) {
        throw new IllegalStateException("waiting for workers cannot be given up.");
    }

    private void take(int worker, Experience block) {
        copy(block.rollout(), rollout, firsts[worker]);
        after[worker] = block.after();
        episodes[worker].load(block.episodes());
        faults[worker] = block.faults();
        workedNanos += block.nanos();
    }

    /** Writes a block into its columns of another. */
    private static void copy(Rollout from, Rollout into, int column) {
        int n = from.environments;
        for (int t = 0; t < from.steps; t++) {
            int row = t * n;
            int to = t * into.environments + column;
            rows(from.observations, row, into.observations, to, n, into.observationSize);
            rows(from.reached, row, into.reached, to, n, into.observationSize);
            rows(from.actions, row, into.actions, to, n, into.actionSize);
            rows(from.masks, row, into.masks, to, n, into.maskSize);
            rows(from.reachedMasks, row, into.reachedMasks, to, n, into.maskSize);
            rows(from.logProbabilities, row, into.logProbabilities, to, n, 1);
            rows(from.values, row, into.values, to, n, 1);
            rows(from.rewards, row, into.rewards, to, n, 1);
            rows(from.terminated, row, into.terminated, to, n, 1);
            rows(from.truncated, row, into.truncated, to, n, 1);
            rows(from.discarded, row, into.discarded, to, n, 1);
        }
        rows(from.finalMasks, 0, into.finalMasks, column, n, into.maskSize);
        rows(from.states, 0, into.states, column, n, into.stateSize);
        rows(from.begun, 0, into.begun, column, n, 1);
    }

    @SuppressWarnings("SuspiciousSystemArraycopy") // both are arrays of the same kind, as the two rollouts' fields are
    private static void rows(Object from, int row, Object into, int to, int rows, int size) {
        System.arraycopy(from, row * size, into, to * size, rows * size);
    }

    @Override
    public void tell(EpisodeRecorder recorder) {
        recorder.tell(rollout, episodes);
    }

    @Override
    public long learn(MetricSink metrics) {
        State whole = new State();
        for (State part : after) {
            part.entries().forEach(whole::put);
        }
        stand = whole;
        learner.update(rollout, metrics);
        round++;
        long now = System.nanoTime();
        double seconds = (now - measuredFrom) / 1e9;
        metrics.put("workers/samples-per-second", rollout.rows() / seconds / came.length);
        metrics.put("workers/waiting", Math.max(0, 1 - workedNanos / 1e9 / seconds / came.length));
        metrics.put("workers/lost", (double) (losses + crew().losses()));
        metrics.put("learner/waiting", waitedNanos / 1e9 / seconds);
        measuredFrom = now;
        waitedNanos = 0;
        workedNanos = 0;
        return rollout.rows();
    }

    @Override
    public long faults() {
        return Arrays.stream(faults).sum();
    }

    /** The same entries as those of a {@link RolloutGathering}: either goes on where the other stopped. */
    @Override
    public void save(State into, boolean settled) {
        State whole = stand;
        if (settled && whole != null) {
            whole.entries().forEach(into::put);
        }
        into.putLong("restarts", settled ? restarts : restarts + 1);
    }

    @Override
    public void load(State from) {
        stand = from.has("environment/0/episode") ? part(from, 0, rollout.environments) : null;
    }

    @Override
    public void close() {
        Crew now = crew;
        if (now != null) {
            now.close();
        }
    }
}
