package io.espalier.runtime;

import io.espalier.core.MetricSink;
import io.espalier.core.Rollout;
import io.espalier.core.Seeds;
import io.espalier.core.State;
import io.espalier.policy.Learner;
import io.espalier.policy.Policy;
import io.espalier.policy.RolloutAlgorithm;
import io.espalier.policy.RolloutLearner;
import io.espalier.runtime.events.RunEvent;
import io.espalier.runtime.resources.Room;
import io.espalier.runtime.workers.Experience;
import io.espalier.runtime.workers.MessageFormat;
import io.espalier.runtime.workers.PolicyUpdate;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Gathers by blocks of steps, as {@link RolloutGathering} does, with the environments divided among workers. With each
 * block comes where its environments stand; when a worker is lost, the one in its place is given the last of these and
 * collects the same block again: the bits are those of a run that lost nobody.
 *
 * <p>Pipelined, the next block is asked for before the learner learns from this one, so it is collected with the weights
 * from before that update: always one update old, whatever the timing, and so still the same bits.
 */
final class DividedGathering implements WaitingGathering, Redivisible {
    /** How often those who wait look whether there are still nodes enough. */
    private static final long PATIENCE_MILLIS = 250;

    private static final String ACTING = "pipelined/acting";

    private final RolloutLearner learner;
    private final Rollout rollout;
    private final Workplace place;
    private final boolean pipelined;
    private final RunEvent.Sink events;
    private final RunPlan plan;
    /** How many workers were asked for; 0 for one per processor, as nodes come and go. */
    private final int asked;
    /** Whether that is decided while the run goes on. */
    private final boolean divided;
    /** How many workers there should be, if so. */
    private int target;

    private final long restarts;
    /** Nodes have come or gone since this was last looked at. */
    private volatile boolean changed;

    private @Nullable Crew crew;
    private int[] firsts = {0};
    /** Where all environments stood before the block under way, those of each in one of these; none at the very first. */
    private List<State> stands = List.of();
    /** By worker: where its environments stand after that block, if it has come. */
    private State[] after = {};

    private Episodes[] episodes = {};
    private long[] faults = {};
    private boolean[] came = {};
    /** The number of the block under way. */
    private long block;

    private Policy policy;
    /** The policy that collects the block under way. */
    private Policy acting;
    /** A resumed run's {@link #acting}; null if there is none. */
    private @Nullable Policy resumed;

    private boolean underWay;
    private long waitedNanos;
    private long longestNanos;

    /**
     * @param place is closed with this
     * @param open whether the mode's settings leave open how many workers there are
     */
    DividedGathering(
            RolloutAlgorithm algorithm,
            GatheringParts parts,
            Workplace place,
            boolean open,
            int asked,
            boolean pipelined) {
        this.place = place;
        this.pipelined = pipelined;
        this.asked = asked;
        events = parts.events();
        plan = parts.plan();
        Seeds seeds = Seeds.of(plan.seed());
        Policy initial = algorithm.policy(parts.task(), seeds.child("policy"));
        learner = LeadingLearner.of(algorithm, parts, seeds, initial);
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
        restarts = plan.restarts();
        divided = open && plan.resources() == ResourceUse.AUTO;
        target = Math.min(environments, place.workers(asked));
        plan.metrics().atMost(asked > 0 && !divided ? Math.min(asked, environments) : environments);
        if (asked == 0) {
            place.pool().onChange(() -> changed = true);
        }
    }

    /** Divides the environments among so many workers as there should be now. */
    private Crew divide() {
        changed = false;
        Crew old = crew;
        if (old != null) {
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
        // Until blocks come and tell.
        long known = faults();
        faults = new long[workers];
        faults[0] = known;
        came = new boolean[workers];
        Crew fresh = new Crew(
                place.pool(),
                Crew.share(asked),
                events,
                plan.metrics(),
                (number, life) -> new RolloutRecipe(plan, from[number], from[number + 1] - from[number], restarts));
        crew = fresh;
        for (int worker = 0; worker < workers; worker++) {
            fresh.add();
            restore(fresh, worker);
        }
        return fresh;
    }

    private int wanted() {
        return divided ? Math.min(target, places()) : places();
    }

    private int places() {
        return Math.min(rollout.environments, divided && asked > 0 ? Workplace.most() : place.workers(asked));
    }

    @Override
    public Redivisible redivisible() {
        return divided ? this : Redivisible.NOT;
    }

    @Override
    public int workers() {
        return wanted();
    }

    @Override
    public Room room(int learnerThreads) {
        return new Room(
                places(), learnerThreads, elastic() ? 0 : Runtime.getRuntime().availableProcessors(), 0);
    }

    @Override
    public void workers(int count, boolean forGood) {
        target = count;
    }

    @Override
    public boolean elastic() {
        return asked == 0;
    }

    private Crew crew() {
        Crew now = crew;
        if (now == null) {
            throw new IllegalStateException("no round has begun.");
        }
        return now;
    }

    @Override
    public Learner learner() {
        return learner;
    }

    @Override
    public void begin(Policy newest, long environmentSteps) {
        policy = newest;
        if (crew == null || ((changed || (divided && !underWay)) && wanted() != came.length)) {
            divide();
            if (underWay) {
                order();
            }
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
        block++;
        order();
    }

    private void order() {
        longestNanos = 0;
        Arrays.fill(came, false);
        crew().broadcast(PolicyUpdate.of(acting));
        crew().broadcast(RolloutStation.collect(block, true));
    }

    @Override
    public void run(int index, int thread) {
        long began = System.nanoTime();
        while (missing()) {
            Crew.Arrival arrival = crew().poll(PATIENCE_MILLIS);
            boolean waits = arrival == null || arrival.message() == null;
            if (waits && places() < came.length) {
                // There is no room for one that is lost: those that are left begin the block anew.
                divide();
                order();
            } else if (arrival != null && arrival.message() == null) {
                again(arrival.worker());
            } else if (arrival != null
                    && arrival.message() instanceof Experience experience
                    && experience.number() == block
                    && !came[arrival.worker()]) {
                take(arrival.worker(), experience);
            }
        }
        waitedNanos = System.nanoTime() - began;
        plan.metrics().learnerWaited(waitedNanos);
        underWay = false;
        stands = List.of(after.clone());
    }

    private boolean missing() {
        for (boolean here : came) {
            if (!here) {
                return true;
            }
        }
        return false;
    }

    /** Tells one that has just taken another's place where to go on, and what that one had yet to do. */
    private void again(int worker) {
        if (came[worker]) {
            crew().send(worker, RolloutStation.restore(after[worker]));
            return;
        }
        restore(crew(), worker);
        crew().send(worker, PolicyUpdate.of(acting));
        crew().send(worker, RolloutStation.collect(block, true));
    }

    private void restore(Crew to, int worker) {
        if (!stands.isEmpty()) {
            to.send(worker, RolloutStation.restore(part(stands, firsts[worker], firsts[worker + 1])));
        }
    }

    /** The entries of some of the environments. */
    private static State part(List<State> all, int first, int end) {
        State part = new State();
        for (State some : all) {
            some.entries().forEach((name, value) -> {
                String[] words = name.split("/", 3);
                if (words.length == 3 && (words[0].equals("environment") || words[0].equals("worker"))) {
                    int number = Integer.parseInt(words[1]);
                    if (number >= first && number < end) {
                        part.put(name, value);
                    }
                }
            });
        }
        return part;
    }

    private void take(int worker, Experience experience) {
        rollout.take(experience.rollout(), firsts[worker]);
        after[worker] = experience.after();
        episodes[worker].load(experience.episodes());
        faults[worker] = experience.faults();
        longestNanos = Math.max(longestNanos, experience.nanos());
        came[worker] = true;
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
            if (divided && wanted() != came.length) {
                divide();
            }
            ask(policy);
        }
        plan.metrics().stale(policy.weights().version() - rollout.weightsVersion);
        long began = System.nanoTime();
        learner.update(rollout, metrics);
        plan.metrics().learned(System.nanoTime() - began);
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
        if (settled && !stands.isEmpty()) {
            for (State stand : stands) {
                stand.entries().forEach(into::put);
            }
            if (underWay) {
                into.put(ACTING, MessageFormat.bytes(PolicyUpdate.of(acting)));
            }
        }
        into.putLong("restarts", settled ? restarts : restarts + 1);
    }

    @Override
    public void load(State from) {
        policy = learner.policy();
        if (from.has("environment/0/episode")) {
            stands = List.of(part(List.of(from), 0, rollout.environments));
            if (pipelined
                    && from.has(ACTING)
                    && MessageFormat.read(ByteBuffer.wrap(from.bytes(ACTING))) instanceof PolicyUpdate update) {
                resumed = update.onto(policy);
            }
        }
    }

    @Override
    public void close() {
        LeadingLearner.close(learner);
        Crew now = crew;
        if (now != null) {
            now.close();
        }
        place.close();
    }
}
