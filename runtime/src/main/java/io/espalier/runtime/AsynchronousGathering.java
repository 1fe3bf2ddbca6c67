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
import io.espalier.runtime.metrics.RunMetrics;
import io.espalier.runtime.resources.Room;
import io.espalier.runtime.workers.Experience;
import io.espalier.runtime.workers.PolicyUpdate;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The learner's side of {@link Asynchronous}: a round is the next block that is not too old. */
final class AsynchronousGathering implements WaitingGathering, Redivisible {
    private final Asynchronous.Settings settings;
    private final RolloutLearner learner;
    private final Workplace place;
    private final Crew crew;
    private final RunMetrics figures;
    private volatile boolean changed;
    /** Whether how many workers collect is decided while the run goes on. */
    private final boolean divided;
    /** Whether workers are on nodes that come and go. */
    private final boolean elastic;
    /** How many workers collect; those beyond have nothing to do, or are dismissed. */
    private int workers;

    private final int environments;
    private final Episodes[] episodes = {new Episodes()};
    private long[] faults;
    private final long restarts;
    /** By worker: the number of the next block to ask for. */
    private long[] asked;
    /** From this one on workers are not there. */
    private int dismissed = Integer.MAX_VALUE;

    private @Nullable Experience taken;
    private long version;
    private long environmentSteps;
    private Policy policy;
    private final ExplorationLadder ladder;
    private final RunRecords records;
    private final BlockDigest digest = new BlockDigest();
    /** The replay, if it is cut into shards. */
    private final @Nullable ShardedReplay shards;

    private final Credits credits;
    private final Succession succession = new Succession();
    private boolean follows;
    private int from;
    /** Blocks that have come, and had come when the learner learned last. */
    private long arrivals;

    private long learned;
    private long dropped;

    AsynchronousGathering(RolloutAlgorithm algorithm, GatheringParts parts, Asynchronous.Settings settings) {
        this.settings = settings;
        RunPlan plan = parts.plan();
        figures = plan.metrics();
        Seeds seeds = Seeds.of(plan.seed());
        Policy initial = algorithm.policy(parts.task(), seeds.child("policy"));
        place = Workplace.of(parts);
        int chosen = place.chosen(settings.workers(), plan.threads());
        workers = place.workers(chosen);
        Asynchronous.Settings.shardsFor(settings.shards(), workers);
        ShardPlace cut = settings.shards() == 0 ? null : new ShardPlace(settings, place.pool(), parts.events());
        Cores cores = cut == null ? parts.learnerCores() : parts.coresWithReplay(cut);
        learner = algorithm.learner(parts.task(), initial, seeds.child("learner"), cores);
        shards = cut == null ? null : cut.only(algorithm.name());
        policy = learner.policy();
        environments = algorithm.environments();
        restarts = plan.restarts();
        State before = plan.from();
        ladder = new ExplorationLadder(workers, settings.ladder());
        ladder.check(policy);
        records = parts.records();
        arrivals = before != null && before.has("arrivals") ? before.getLong("arrivals") : 0;
        learned = arrivals;
        if (settings.log()) {
            records.logArrivals(arrivals - 1);
        }
        elastic = chosen == 0;
        divided = plan.resources() == ResourceUse.AUTO
                && settings.workers() == 0
                // A ladder has a rung for each worker, a shard its workers, and a log is replayed with those there
                // were.
                && settings.ladder() == 0
                && settings.shards() == 0
                && !settings.log();
        asked = new long[workers];
        credits = new Credits(settings.ahead(), settings.maxStaleness());
        faults = new long[workers];
        if (!elastic) {
            figures.atMost(divided ? Workplace.most() : workers);
        } else {
            place.pool().onChange(() -> changed = true);
        }
        crew = new Crew(
                place.pool(),
                Crew.share(chosen),
                parts.events(),
                figures,
                // Environments that begin anew must not begin as they did before.
                (number, life) ->
                        new RolloutRecipe(plan, number * environments, environments, Crew.begun(restarts, life)));
    }

    @Override
    public Learner learner() {
        return learner;
    }

    @Override
    public void begin(Policy newest, long steps) {
        boolean moved = newest.weights().version() != policy.weights().version();
        policy = newest;
        version = newest.weights().version();
        environmentSteps = steps;
        if (moved && crew.size() > 0) {
            tellAll(newest);
        }
        taken = null;
        if (changed && !divided) {
            changed = false;
            // More nodes, more workers; where nodes go, those that were there wait for another.
            workers = Math.max(workers, place.workers(0));
        }
        employ();
    }

    /** Gives all who should collect their work. */
    private void employ() {
        if (asked.length < workers) {
            asked = Arrays.copyOf(asked, workers);
            faults = Arrays.copyOf(faults, workers);
        }
        credits.workers(workers);
        for (int worker = Math.min(crew.size(), dismissed); worker < workers; worker++) {
            if (worker == crew.size()) {
                start(crew.add());
            } else {
                crew.recall(worker);
                start(worker);
            }
        }
        dismissed = Math.max(dismissed, workers);
        order();
    }

    private void tellAll(Policy newest) {
        if (settings.ladder() == 0) {
            crew.broadcast(PolicyUpdate.of(newest));
        } else {
            for (int worker = 0; worker < crew.size(); worker++) {
                crew.send(worker, PolicyUpdate.of(ladder.of(newest, worker)));
            }
        }
    }

    /** Tells one that has just begun everything but what to collect. */
    private void start(int worker) {
        crew.send(worker, PolicyUpdate.of(ladder.of(policy, worker)));
        credits.begun(worker);
    }

    private void order() {
        for (int worker = credits.next(); worker >= 0; worker = credits.next()) {
            crew.send(worker, RolloutStation.collect(asked[worker]++, false));
        }
    }

    @Override
    public Redivisible redivisible() {
        return divided ? this : Redivisible.NOT;
    }

    @Override
    public int workers() {
        return workers;
    }

    @Override
    public Room room(int learnerThreads) {
        return elastic
                ? new Room(place.workers(0), learnerThreads, 0, credits.mostEach())
                : new Room(
                        Workplace.most(),
                        learnerThreads,
                        Runtime.getRuntime().availableProcessors(),
                        credits.mostEach());
    }

    /** Threads of this process stay at hand, with their environments; places on nodes are given back. */
    @Override
    public void workers(int count, boolean forGood) {
        workers = count;
        if (forGood && elastic) {
            int from = Math.min(dismissed, crew.size());
            for (int worker = count; worker < from; worker++) {
                crew.dismiss(worker);
                credits.begun(worker);
            }
            dismissed = Math.min(from, count);
        }
    }

    @Override
    public boolean elastic() {
        return elastic;
    }

    @Override
    public void run(int index, int thread) {
        long began = System.nanoTime();
        boolean waited = crew.waiting() == 0;
        while (taken == null) {
            Crew.Arrival arrival = crew.take();
            if (arrival.message() == null) {
                start(arrival.worker());
                order();
            } else if (arrival.message() instanceof Experience block) {
                take(arrival, block, waited);
            }
        }
        figures.learnerWaited(System.nanoTime() - began);
    }

    private void take(Crew.Arrival arrival, Experience block, boolean waited) {
        int worker = arrival.worker();
        faults[worker] = block.faults();
        credits.came(worker);
        boolean accepted = version - block.rollout().weightsVersion <= settings.maxStaleness();
        log(arrival, block, accepted);
        if (accepted) {
            taken = block;
            from = worker;
            follows = succession.follows(worker, arrival.life(), block.number());
            credits.taken(waited, crew.waiting());
        } else {
            dropped++;
            figures.dropped(block.rollout().rows());
            credits.dropped();
            order();
        }
    }

    private void log(Crew.Arrival arrival, Experience block, boolean accepted) {
        if (settings.log()) {
            records.arrival(new ArrivalLog.Row(
                    arrivals,
                    arrival.worker(),
                    Crew.begun(restarts, arrival.life()),
                    block.number(),
                    block.rollout().weightsVersion,
                    version,
                    accepted,
                    workers,
                    digest.of(block.rollout())));
        }
        arrivals++;
    }

    /** Leaves a gap, by which the log is refused: when a shard was lost is not in it. */
    private void endLog() {
        records.arrival(new ArrivalLog.Row(arrivals + 1, 0, 0, 0, version, version, false, workers, 0));
        arrivals += 2;
    }

    private Experience taken() {
        Experience block = taken;
        if (block == null) {
            throw new IllegalStateException("no block has been taken.");
        }
        return block;
    }

    @Override
    public void tell(EpisodeRecorder recorder) {
        episodes[0].load(taken().episodes());
        recorder.tell(taken().rollout(), episodes);
    }

    @Override
    public long learn(MetricSink metrics) {
        Rollout rollout = taken().rollout();
        rollout.environmentStepsBefore = environmentSteps;
        rollout.joined = crew.size() == 1 && follows;
        figures.stale(version - rollout.weightsVersion);
        long began = System.nanoTime();
        ShardedReplay replay = shards;
        if (replay == null) {
            learner.update(rollout, metrics);
        } else {
            long losses = replay.shards().losses();
            replay.next(from, follows);
            learner.update(rollout, metrics);
            replay.report(metrics, System.nanoTime() - began);
            if (settings.log() && replay.shards().losses() > losses) {
                endLog();
            }
        }
        learned = arrivals;
        figures.learned(System.nanoTime() - began);
        return rollout.rows();
    }

    @Override
    public long faults() {
        long sum = 0;
        for (long each : faults) {
            sum += each;
        }
        return sum;
    }

    /** Blocks under way are not kept: resumed, the environments begin new episodes. */
    @Override
    public void save(State into, boolean settled) {
        into.putLong("restarts", restarts + 1);
        into.putLong("dropped", dropped);
        into.putLong("arrivals", learned);
    }

    @Override
    public void load(State from) {
        dropped = from.has("dropped") ? from.getLong("dropped") : 0;
    }

    @Override
    public void close() {
        crew.close();
        if (shards != null) {
            shards.close();
        }
        place.close();
    }
}
