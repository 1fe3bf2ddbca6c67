package io.espalier.runtime;

import io.espalier.core.MetricSink;
import io.espalier.core.Rollout;
import io.espalier.core.Seeds;
import io.espalier.core.State;
import io.espalier.policy.Learner;
import io.espalier.policy.Policy;
import io.espalier.policy.RolloutAlgorithm;
import io.espalier.policy.RolloutLearner;
import io.espalier.runtime.metrics.RunMetrics;
import io.espalier.runtime.workers.Experience;
import io.espalier.runtime.workers.PolicyUpdate;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The learner's side of {@link Asynchronous}: a round is the next block that is not too old. */
final class AsynchronousGathering implements WaitingGathering {
    private final Asynchronous.Settings settings;
    private final RolloutLearner learner;
    private final Workplace place;
    private final Crew crew;
    private final RunMetrics figures;
    private volatile boolean changed;
    private int workers;
    private final int environments;
    private final Episodes[] episodes = {new Episodes()};
    private long[] faults;
    private final long restarts;
    /** By worker: the number of the next block to ask for. */
    private long[] asked;

    private @Nullable Experience taken;
    private int from;
    private long version;
    private long environmentSteps;
    private Policy policy;
    private final ExplorationLadder ladder;
    private final RunRecords records;
    private final BlockDigest digest = new BlockDigest();
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
        learner = algorithm.learner(parts.task(), initial, seeds.child("learner"), parts.learnerCores());
        policy = learner.policy();
        environments = algorithm.environments();
        place = Workplace.of(parts);
        int chosen = place.chosen(settings.workers(), plan.threads());
        workers = place.workers(chosen);
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
        asked = new long[workers];
        faults = new long[workers];
        if (chosen > 0) {
            figures.atMost(workers);
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
        if (crew.size() == 0) {
            while (crew.size() < workers) {
                start(crew.add());
            }
            return;
        }
        if (moved) {
            tellAll(newest);
        }
        if (taken != null) {
            ask(from);
            taken = null;
        }
        if (changed) {
            grow();
        }
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

    /** More nodes, more workers; where nodes go, those that were there wait for another. */
    private void grow() {
        changed = false;
        workers = Math.max(workers, place.workers(0));
        asked = Arrays.copyOf(asked, workers);
        faults = Arrays.copyOf(faults, workers);
        while (crew.size() < workers) {
            start(crew.add());
        }
    }

    private void start(int worker) {
        crew.send(worker, PolicyUpdate.of(ladder.of(policy, worker)));
        for (int i = 0; i < settings.ahead(); i++) {
            ask(worker);
        }
    }

    private void ask(int worker) {
        crew.send(worker, RolloutStation.collect(asked[worker]++, false));
    }

    @Override
    public void run(int index, int thread) {
        long began = System.nanoTime();
        while (taken == null) {
            Crew.Arrival arrival = crew.take();
            if (arrival.message() == null) {
                start(arrival.worker());
            } else if (arrival.message() instanceof Experience block) {
                faults[arrival.worker()] = block.faults();
                boolean accepted = version - block.rollout().weightsVersion <= settings.maxStaleness();
                log(arrival, block, accepted);
                if (!accepted) {
                    dropped++;
                    figures.dropped(block.rollout().rows());
                    ask(arrival.worker());
                } else {
                    from = arrival.worker();
                    taken = block;
                }
            }
        }
        figures.learnerWaited(System.nanoTime() - began);
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
        rollout.joined = workers == 1;
        figures.stale(version - rollout.weightsVersion);
        long began = System.nanoTime();
        learner.update(rollout, metrics);
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
        place.close();
    }
}
