package io.espalier.runtime;

import io.espalier.core.Cores;
import io.espalier.core.MetricSink;
import io.espalier.core.Rollout;
import io.espalier.core.Seeds;
import io.espalier.core.State;
import io.espalier.policy.Learner;
import io.espalier.policy.Policy;
import io.espalier.policy.RolloutAlgorithm;
import io.espalier.policy.RolloutLearner;
import io.espalier.runtime.workers.LocalPool;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Lives through an asynchronous run again, on the run's own thread: every block of the {@link ArrivalLog} is collected
 * anew, in the order in which they came, with the version of the weights that collected it then, and learned from or not
 * as it was then. So the weights are those of that run, bit for bit. A block that does not have the digest in the log ends
 * it: nothing that follows could be the same.
 */
final class ReplayedGathering implements Gathering {
    private final GatheringParts parts;
    private final RolloutAlgorithm algorithm;
    private final Asynchronous.Settings settings;
    private final RolloutLearner learner;
    private final ArrivalLog log;
    /** The replay memory, if it is cut into shards, and where these are. */
    private final @Nullable ShardedReplay shards;

    private final LocalPool pool = new LocalPool();
    private boolean follows;
    private long restarts;
    /** How many versions behind the newest are kept. */
    private final long lag;

    private final TreeMap<Long, Policy> policies = new TreeMap<>();
    private final Map<Integer, Station> stations = new HashMap<>();
    private final BlockDigest digest = new BlockDigest();
    private final Succession succession = new Succession();
    private ArrivalLog.@Nullable Row current;
    private @Nullable Station taken;
    private long version;
    private long environmentSteps;
    private long dropped;
    private boolean joined;
    /** How many workers the run began with; 0 before the first arrival. */
    private int rungs;

    /** The environments of one worker. */
    private static final class Station {
        final long life;
        final int number;
        final RolloutWorker worker;
        Rollout rollout;

        Station(long life, int number, RolloutWorker worker, Rollout rollout) {
            this.life = life;
            this.number = number;
            this.worker = worker;
            this.rollout = rollout;
        }
    }

    ReplayedGathering(RolloutAlgorithm algorithm, GatheringParts parts, Asynchronous.Settings settings) {
        this.algorithm = algorithm;
        this.parts = parts;
        this.settings = settings;
        if (parts.plan().from() != null) {
            throw new IllegalStateException("a replay is not resumed, since its environments are not kept."
                    + " Maybe replay again from the beginning.");
        }
        Seeds seeds = Seeds.of(parts.plan().seed());
        Policy initial = algorithm.policy(parts.task(), seeds.child("policy"));
        ShardPlace cut = settings.shards() == 0 ? null : new ShardPlace(settings, pool, parts.events());
        Cores cores = cut == null ? parts.learnerCores() : parts.coresWithReplay(cut);
        learner = algorithm.learner(parts.task(), initial, seeds.child("learner"), cores);
        shards = cut == null ? null : cut.only(algorithm.name());
        Path path = Path.of(settings.replay());
        lag = ArrivalLog.greatestLag(path);
        log = new ArrivalLog(path);
    }

    @Override
    public Learner learner() {
        return learner;
    }

    @Override
    public int tasks() {
        return 1;
    }

    @Override
    public void begin(Policy newest, long steps) {
        version = newest.weights().version();
        environmentSteps = steps;
        policies.put(version, newest);
        policies.headMap(version - lag).clear();
        taken = null;
    }

    @Override
    public void run(int index, int thread) {
        while (taken == null) {
            ArrivalLog.Row row = log.next();
            if (row == null) {
                throw new IllegalStateException(log.file() + " ends after " + environmentSteps
                        + " environment steps, before this run does. Maybe let it stop there: --stop"
                        + " \"environment-steps " + environmentSteps + "\".");
            }
            Policy policy = policies.get(row.version());
            if (row.newest() != version || policy == null) {
                throw diverged(
                        row,
                        "came when the weights had version " + row.newest() + " and was collected with version "
                                + row.version() + "; here they have version " + version);
            }
            current = row;
            Station station = station(row);
            if (shards != null) {
                // The one before it is the shard's now.
                station.rollout = fresh();
            }
            rungs = rungs == 0 ? row.workers() : rungs;
            station.worker.begin(new ExplorationLadder(rungs, settings.ladder()).of(policy, row.worker()));
            station.worker.collect(station.rollout);
            finish(row, station);
        }
    }

    @Override
    public void resume(int index, int thread) {
        ArrivalLog.Row row = current;
        if (row == null) {
            throw new IllegalStateException("no environment of a replay was given up.");
        }
        Station station = station(row);
        station.worker.resume(station.rollout);
        finish(row, station);
        run(index, thread);
    }

    /** Who had that number in that life; its environments begin as those did. */
    private Station station(ArrivalLog.Row row) {
        Station known = stations.get(row.worker());
        if (known != null && known.life == row.life()) {
            return known;
        }
        if (known != null) {
            known.worker.close();
        }
        int environments = algorithm.environments();
        int first = Math.multiplyExact(row.worker(), environments);
        Seeds seeds = Seeds.of(parts.plan().seed());
        Seeds played = row.life() == 0 ? seeds : seeds.child("restart", row.life());
        Policy policy = learner.policy();
        Station fresh = new Station(
                row.life(),
                row.worker(),
                new RolloutWorker(first, environments, parts.source(), policy, played),
                fresh());
        stations.put(row.worker(), fresh);
        return fresh;
    }

    private Rollout fresh() {
        return new Rollout(
                algorithm.rolloutSteps(),
                algorithm.environments(),
                parts.task().observationSpace(),
                parts.task().actionSpace(),
                parts.task().masked(),
                learner.policy().stateSize());
    }

    private void finish(ArrivalLog.Row row, Station station) {
        current = null;
        long found = digest.of(station.rollout);
        if (found != row.digest()) {
            throw diverged(
                    row,
                    "block " + row.block() + " of worker " + row.worker() + ", has the digest " + row.digest()
                            + " in the log and " + found + " here");
        }
        station.rollout.weightsVersion = row.version();
        if (row.accepted()) {
            taken = station;
            follows = succession.follows(row.worker(), row.life(), row.block());
            joined = row.workers() == 1 && follows;
        } else {
            dropped++;
        }
    }

    private IllegalStateException diverged(ArrivalLog.Row row, String how) {
        return new IllegalStateException("The replay is not the run that wrote " + log.file() + ": arrival "
                + row.arrival() + ", " + how
                + ". Maybe algorithm, settings, environment, budget or seed are not those of"
                + " that run, an environment failed in it, or a line was changed.");
    }

    private Station taken() {
        Station station = taken;
        if (station == null) {
            throw new IllegalStateException("no block has been taken.");
        }
        return station;
    }

    @Override
    public void tell(EpisodeRecorder recorder) {
        Station station = taken();
        recorder.tell(station.rollout, new Episodes[] {station.worker.episodes()});
    }

    @Override
    public long learn(MetricSink metrics) {
        Rollout rollout = taken().rollout;
        rollout.environmentStepsBefore = environmentSteps;
        rollout.joined = joined;
        if (shards != null) {
            long sitting = Crew.restarts(taken().life);
            if (sitting > restarts) {
                shards.restart();
                restarts = sitting;
            }
            shards.next(taken().number, follows);
        }
        learner.update(rollout, metrics);
        metrics.put("workers/staleness/mean", (double) (version - rollout.weightsVersion));
        metrics.put("workers/dropped", (double) dropped);
        metrics.put("replay/policies", policies.size());
        return rollout.rows();
    }

    @Override
    public long faults() {
        return stations.values().stream()
                .mapToLong(station -> station.worker.faults())
                .sum();
    }

    @Override
    public void save(State into, boolean settled) {
        into.putLong("restarts", 0);
    }

    @Override
    public void load(State from) {
        throw new IllegalStateException("a replay is not resumed. Maybe replay again from the beginning.");
    }

    @Override
    public void close() {
        log.close();
        if (shards != null) {
            shards.close();
        }
        pool.close();
        stations.values().forEach(station -> station.worker.close());
    }
}
