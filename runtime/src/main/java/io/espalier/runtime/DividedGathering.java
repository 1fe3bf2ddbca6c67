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
import io.espalier.runtime.workers.Resources;
import io.espalier.runtime.workers.WorkerNode;
import io.espalier.runtime.workers.WorkerPool;
import java.util.Arrays;

/**
 * Gathers by blocks of steps, as {@link RolloutGathering} does, with the environments divided among workers. With each
 * block comes where its environments stand; when a worker is lost, the one in its place is given the last of these and
 * collects the same block again: the bits are those of a run that lost nobody.
 */
final class DividedGathering implements Gathering {
    private final RolloutLearner learner;
    private final Rollout rollout;
    private final Crew crew;
    private final int[] firsts;
    /** By worker: where its environments stood before the block under way; null at the very first. */
    private final State[] before;

    private final Episodes[] episodes;
    private final long[] faults;
    private final boolean[] came;
    private final long restarts;
    private long round;
    private Policy policy;
    private long waitedNanos;
    private long workedNanos;
    private long measuredFrom = System.nanoTime();

    DividedGathering(RolloutAlgorithm algorithm, GatheringParts parts, WorkerPool pool, int asked) {
        RunPlan plan = parts.plan();
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
        int workers = Math.min(environments, asked > 0 ? asked : processors(pool));
        firsts = new int[workers + 1];
        Arrays.setAll(firsts, w -> (int) ((long) w * environments / workers));
        before = new State[workers];
        episodes = new Episodes[workers];
        Arrays.setAll(episodes, w -> new Episodes());
        faults = new long[workers];
        came = new boolean[workers];
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
        rollout.weightsVersion = newest.weights().version();
        rollout.environmentStepsBefore = environmentSteps;
        Arrays.fill(came, false);
        while (crew.size() < came.length) {
            int worker = crew.add();
            State stand = before[worker];
            if (stand != null) {
                crew.send(worker, RolloutStation.restore(stand));
            }
        }
        crew.broadcast(PolicyUpdate.of(newest));
        crew.broadcast(RolloutStation.collect(round, true));
    }

    @Override
    public void run(int index, int thread) {
        int missing = came.length;
        long began = System.nanoTime();
        while (missing > 0) {
            Crew.Arrival arrival = crew.take();
            int worker = arrival.worker();
            if (arrival.message() instanceof Experience block) {
                if (block.number() == round && !came[worker]) {
                    take(worker, block);
                    came[worker] = true;
                    missing--;
                }
            } else if (arrival.message() == null && !came[worker]) {
                again(worker);
            } else if (arrival.message() == null) {
                restore(worker);
            }
        }
        waitedNanos += System.nanoTime() - began;
    }

    /** Lets one that has just taken another's place do what that one was asked for. */
    private void again(int worker) {
        restore(worker);
        crew.send(worker, PolicyUpdate.of(policy));
        crew.send(worker, RolloutStation.collect(round, true));
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
        learner.update(rollout, metrics);
        round++;
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

    /** The same entries as those of a {@link RolloutGathering}: either goes on where the other stopped. */
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
        }
        into.putLong("restarts", known || (round == 0 && settled) ? restarts : restarts + 1);
    }

    @Override
    public void load(State from) {
        if (from.has("environment/0/episode")) {
            // Each takes the entries of its own environments from all of them.
            Arrays.fill(before, from);
        }
    }

    @Override
    public void close() {
        crew.close();
    }
}
