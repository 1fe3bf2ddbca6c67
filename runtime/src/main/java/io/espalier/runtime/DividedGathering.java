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
import io.espalier.runtime.workers.MessageFormat;
import io.espalier.runtime.workers.PolicyUpdate;
import io.espalier.runtime.workers.Resources;
import io.espalier.runtime.workers.WorkerNode;
import io.espalier.runtime.workers.WorkerPool;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Gathers by blocks of steps, as {@link RolloutGathering} does, with the environments divided among workers. With each
 * block comes where its environments stand; when a worker is lost, the one in its place is given the last of these and
 * collects the same block again: the bits are those of a run that lost nobody.
 *
 * <p>Pipelined, the next block is asked for before the learner learns from this one, so it is collected with the weights
 * from before that update: always one update old, whatever the timing, and so still the same bits.
 */
final class DividedGathering implements Gathering {
    private static final String ACTING = "pipelined/acting";

    private final RolloutLearner learner;
    private final Rollout rollout;
    private final WorkerPool pool;
    private final boolean ownPool;
    private final boolean pipelined;
    private final Crew crew;
    private final int[] firsts;
    /** By worker: where its environments stood before the block under way; null at the very first. */
    private final State[] before;

    /**
     * By worker: the number of the block that is wanted of it. One that takes a lost one's place may have been asked
     * before it was told where to begin: what it answers then has another number.
     */
    private final long[] wanted;

    private final Episodes[] episodes;
    private final long[] faults;
    private final boolean[] came;
    private final long restarts;
    private long rounds;
    private Policy policy;
    /** The policy that collects the block under way. */
    private Policy acting;
    /** A resumed run's {@link #acting}; null if there is none. */
    private @Nullable Policy resumed;

    private boolean underWay;
    private long waitedNanos;
    private long workedNanos;
    private long longestNanos;
    private long measuredFrom = System.nanoTime();

    /**
     * @param ownPool whether the pool is closed with this
     * @param workers among how many, at most; 0 for one per processor
     */
    DividedGathering(
            RolloutAlgorithm algorithm,
            GatheringParts parts,
            WorkerPool pool,
            boolean ownPool,
            int workers,
            boolean pipelined) {
        this.pool = pool;
        this.ownPool = ownPool;
        this.pipelined = pipelined;
        RunPlan plan = parts.plan();
        Seeds seeds = Seeds.of(plan.seed());
        Policy initial = algorithm.policy(parts.task(), seeds.child("policy"));
        learner = algorithm.learner(parts.task(), initial, seeds.child("learner"), parts.cores());
        policy = learner.policy();
        acting = policy;
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
        int count = Math.min(environments, workers > 0 ? workers : processors(pool));
        firsts = new int[count + 1];
        Arrays.setAll(firsts, w -> (int) ((long) w * environments / count));
        before = new State[count];
        wanted = new long[count];
        episodes = new Episodes[count];
        Arrays.setAll(episodes, w -> new Episodes());
        faults = new long[count];
        came = new boolean[count];
        crew = new Crew(
                pool,
                Resources.ONE_CPU,
                parts.events(),
                (number, life) ->
                        new RolloutRecipe(plan, firsts[number], firsts[number + 1] - firsts[number], restarts));
    }

    /** One worker for each processor of the nodes. */
    static int processors(WorkerPool pool) {
        double cpus = 0;
        for (WorkerNode node : pool.nodes()) {
            cpus += node.offers().cpus();
        }
        return Math.max(1, (int) cpus);
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
        while (crew.size() < came.length) {
            restore(crew.add());
        }
        if (!underWay) {
            Policy before = resumed;
            ask(before == null ? newest : before);
            resumed = null;
        }
        rollout.weightsVersion = acting.weights().version();
        rollout.environmentStepsBefore = environmentSteps;
    }

    /** Asks all for their next block, which that policy collects. */
    private void ask(Policy by) {
        acting = by;
        underWay = true;
        longestNanos = 0;
        Arrays.fill(came, false);
        for (int worker = 0; worker < came.length; worker++) {
            ask(worker);
        }
    }

    private void ask(int worker) {
        crew.send(worker, PolicyUpdate.of(acting));
        crew.send(worker, RolloutStation.collect(++wanted[worker], true));
    }

    @Override
    public void run(int index, int thread) {
        int missing = 0;
        for (boolean here : came) {
            missing += here ? 0 : 1;
        }
        long began = System.nanoTime();
        while (missing > 0) {
            Crew.Arrival arrival = crew.take();
            int worker = arrival.worker();
            if (arrival.message() instanceof Experience block) {
                if (block.number() == wanted[worker] && !came[worker]) {
                    take(worker, block);
                    came[worker] = true;
                    missing--;
                }
            } else if (arrival.message() == null) {
                // It has just taken another's place, and must do what that one was asked for.
                restore(worker);
                if (!came[worker]) {
                    ask(worker);
                }
            }
        }
        waitedNanos += System.nanoTime() - began;
        underWay = false;
    }

    private void restore(int worker) {
        State stand = before[worker];
        if (stand != null) {
            crew.send(worker, RolloutStation.restore(stand));
        }
    }

    /** Nothing foreign is called here: there is nothing to get stuck in. */
    @Override
    public void resume(int index, int thread) {
        throw new IllegalStateException("waiting for workers cannot be given up.");
    }

    private void take(int worker, Experience block) {
        copy(block.rollout(), rollout, firsts[worker]);
        before[worker] = block.after();
        episodes[worker].load(block.episodes());
        faults[worker] = block.faults();
        workedNanos += block.nanos();
        longestNanos = Math.max(longestNanos, block.nanos());
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
        if (longestNanos > 0 && pipelined) {
            double waited = (double) waitedNanos / longestNanos;
            metrics.put("workers/overlap", Math.max(0, 1 - waited));
        }
        if (pipelined) {
            ask(policy);
        }
        metrics.put("workers/staleness", (double) (policy.weights().version() - rollout.weightsVersion));
        learner.update(rollout, metrics);
        rounds++;
        long now = System.nanoTime();
        double seconds = (now - measuredFrom) / 1e9;
        metrics.put("workers/samples-per-second", rollout.rows() / seconds / came.length);
        metrics.put("workers/waiting", Math.max(0, 1 - workedNanos / 1e9 / seconds / came.length));
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

    /**
     * The same entries as those of a {@link RolloutGathering}: either goes on where the other stopped. A block under way
     * is collected again, by the policy that was collecting it.
     */
    @Override
    public void save(State into, boolean settled) {
        boolean known = settled;
        for (State stand : before) {
            known &= stand != null;
        }
        if (known) {
            for (State stand : before) {
                stand.entries().forEach(into::put);
            }
            if (underWay) {
                into.put(ACTING, MessageFormat.bytes(PolicyUpdate.of(acting)));
            }
        }
        into.putLong("restarts", known || (rounds == 0 && settled) ? restarts : restarts + 1);
    }

    @Override
    public void load(State from) {
        policy = learner.policy();
        if (from.has("environment/0/episode")) {
            // Each takes the entries of its own environments from all of them.
            Arrays.fill(before, from);
            if (pipelined
                    && from.has(ACTING)
                    && MessageFormat.read(ByteBuffer.wrap(from.bytes(ACTING))) instanceof PolicyUpdate update) {
                resumed = update.onto(policy);
            }
        }
    }

    @Override
    public void close() {
        crew.close();
        if (ownPool) {
            pool.close();
        }
    }
}
