package io.espalier.runtime;

import io.espalier.core.GradientExchange;
import io.espalier.core.MetricSink;
import io.espalier.core.Seeds;
import io.espalier.core.State;
import io.espalier.policy.Learner;
import io.espalier.policy.Policy;
import io.espalier.policy.RolloutAlgorithm;
import io.espalier.runtime.events.RunEvent;
import io.espalier.runtime.metrics.RunMetrics;
import io.espalier.runtime.workers.Command;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The middle of {@link LocalSgd}: a round is what all replicas learn from their blocks, and its learner, which sees no
 * block itself, holds the average.
 */
final class LocalSgdGathering implements WaitingGathering {
    private final LocalSgd.Settings settings;
    private final RolloutAlgorithm algorithm;
    private final Learner learner;
    private final Workplace place;
    private final Crew crew;
    private final RunEvent.Sink events;
    private final long restarts;
    private final boolean moments;
    private final Episodes episodes = new Episodes();
    /** By worker: the number of its order, whether it is at it, and whether that is one of this round. */
    private final long[] wanted;

    private final boolean[] busy;
    private final boolean[] asked;
    private final long[] faults;
    /** By worker: what it reports in this round. */
    private final List<@Nullable Report> reports;
    /** What stragglers report of rounds that are over. */
    private final List<Report> late = new ArrayList<>();

    /** How many reports an average needs. */
    private final int quorum;

    /** How many were asked for this round, and how many of these have reported. */
    private int expected;

    private int came;
    private State average = new State();
    private long stepsBefore;
    private long askedAt;
    private final RunMetrics figures;
    private long dropped;
    private long droppedSamples;

    /** What a replica says of one order. */
    private record Report(State body, long rows, long samples, long nanos) {
        static Report of(State body) {
            long[] figures = body.longs(ReplicaStation.TRAINED);
            return new Report(body, figures[1], figures[2], figures[4]);
        }

        State learner() {
            State learner = new State();
            String prefix = "learner/";
            body.entries().forEach((name, value) -> {
                if (name.startsWith(prefix)) {
                    learner.put(name.substring(prefix.length()), value);
                }
            });
            return learner;
        }
    }

    LocalSgdGathering(RolloutAlgorithm algorithm, GatheringParts parts, LocalSgd.Settings settings) {
        this.settings = settings;
        this.algorithm = algorithm;
        RunPlan plan = parts.plan();
        figures = plan.metrics();
        Seeds seeds = Seeds.of(plan.seed());
        Policy initial = algorithm.policy(parts.task(), seeds.child("policy"));
        learner = algorithm.learner(
                parts.task(), initial, seeds.child("learner"), parts.coresWith(GradientExchange.NONE));
        moments = settings.optimizer() == LocalSgd.Optimizers.AVERAGED;
        Averaging.share(state(), moments, algorithm.name());
        place = Workplace.of(parts);
        int chosen = place.chosen(settings.workers(), plan.threads());
        int workers = place.workers(chosen);
        restarts = plan.restarts();
        quorum = (int) Math.ceil(settings.waitFor() * workers);
        wanted = new long[workers];
        busy = new boolean[workers];
        asked = new boolean[workers];
        faults = new long[workers];
        reports = new ArrayList<@Nullable Report>(Collections.<@Nullable Report>nCopies(workers, null));
        events = parts.events();
        crew = new Crew(
                place.pool(),
                Crew.share(chosen),
                events,
                figures,
                (number, life) -> new ReplicaRecipe(plan, number, Crew.begun(restarts, life)));
    }

    private State state() {
        State state = new State();
        learner.save(state);
        return state;
    }

    @Override
    public Learner learner() {
        return learner;
    }

    @Override
    public void begin(Policy newest, long environmentSteps) {
        stepsBefore = environmentSteps;
        average = Averaging.share(state(), moments, algorithm.name());
        Collections.fill(reports, null);
        late.clear();
        Arrays.fill(asked, false);
        expected = 0;
        askedAt = System.nanoTime();
        while (crew.size() < busy.length) {
            crew.add();
        }
        for (int worker = 0; worker < busy.length; worker++) {
            if (!busy[worker]) {
                ask(worker);
            }
        }
    }

    private void ask(int worker) {
        busy[worker] = true;
        asked[worker] = true;
        expected++;
        long perBlock = (long) algorithm.rolloutSteps() * algorithm.environments() * busy.length;
        crew.send(worker, ReplicaStation.average(average));
        crew.send(
                worker,
                new ReplicaStation.Order(
                                ++wanted[worker], settings.blocks(), stepsBefore, perBlock, settings.optimizer())
                        .command());
    }

    @Override
    public void run(int index, int thread) {
        long began = System.nanoTime();
        long allowed = Long.MAX_VALUE;
        came = 0;
        while (came < expected || came < quorum) {
            long left = allowed == Long.MAX_VALUE ? allowed : allowed - (System.nanoTime() - askedAt);
            Crew.Arrival arrival = left > 0 ? crew.poll(left / 1_000_000 + 1) : null;
            if (arrival == null) {
                break;
            }
            take(arrival);
            if (came >= quorum && allowed == Long.MAX_VALUE) {
                allowed = (long) (settings.patience() * (System.nanoTime() - askedAt));
            }
        }
        figures.learnerWaited(System.nanoTime() - began);
    }

    private void take(Crew.Arrival arrival) {
        int worker = arrival.worker();
        if (arrival.message() instanceof Command command
                && command.name().equals(ReplicaStation.TRAINED)
                && command.body().longs(ReplicaStation.TRAINED)[0] == wanted[worker]
                && busy[worker]) {
            busy[worker] = false;
            faults[worker] = command.body().longs(ReplicaStation.TRAINED)[3];
            Report report = Report.of(command.body());
            crew.worked(worker, report.rows(), report.nanos());
            if (asked[worker]) {
                reports.set(worker, report);
                came++;
            } else {
                late.add(report);
                if (came < quorum) {
                    // The round may not come about without it: those that were asked may be the slow ones by now.
                    ask(worker);
                }
            }
        } else if (arrival.message() == null && busy[worker]) {
            // What the lost one was at is begun again from the last average, or, if that round is over, given up.
            busy[worker] = false;
            expected -= asked[worker] ? 1 : 0;
            if (asked[worker] || came < quorum) {
                ask(worker);
            }
        }
    }

    @Override
    public void tell(EpisodeRecorder recorder) {
        for (int block = 0; block < settings.blocks(); block++) {
            for (Report report : reports) {
                tell(report, block, recorder);
            }
        }
        for (int block = 0; block < settings.blocks(); block++) {
            for (Report report : late) {
                tell(report, block, recorder);
            }
        }
    }

    private void tell(@Nullable Report report, int block, EpisodeRecorder recorder) {
        if (report != null) {
            episodes.load(report.body().child("episodes", block));
            long perStep = (long) algorithm.environments() * busy.length;
            for (int i = 0; i < episodes.count(); i++) {
                long before = (long) block * algorithm.rolloutSteps() + episodes.step(i) + 1;
                recorder.tell(episodes, i, before * perStep);
            }
        }
    }

    @Override
    public long learn(MetricSink metrics) {
        List<State> states = new ArrayList<>();
        List<Report> counted = new ArrayList<>();
        long rows = 0;
        for (int worker = 0; worker < busy.length; worker++) {
            Report report = reports.get(worker);
            if (report == null) {
                dropped += asked[worker] ? 1 : 0;
                continue;
            }
            rows += report.rows();
            State shared = report.learner();
            if (Averaging.finite(shared)) {
                states.add(shared);
                counted.add(report);
            } else {
                metrics.put("update/skipped", 1);
                events.take(RunEvent.of(
                        "worker/not-finite",
                        "the parameters of worker " + worker + " have become NaN or infinite; it takes the average"));
            }
            MetricMeans means = new MetricMeans();
            means.load(report.body().child("metrics"));
            means.drain(metrics);
        }
        for (Report report : late) {
            rows += report.rows();
            droppedSamples += report.samples();
            figures.dropped(report.samples());
        }
        long began = System.nanoTime();
        average(states, counted, metrics);
        figures.learned(System.nanoTime() - began);
        metrics.put("workers/stragglers", (double) dropped);
        metrics.put("workers/dropped-samples", (double) droppedSamples);
        return rows;
    }

    private void average(List<State> states, List<Report> counted, MetricSink metrics) {
        double[] weights = new double[states.size()];
        Arrays.setAll(
                weights,
                i -> settings.weighting() == LocalSgd.Weighting.EQUAL
                        ? 1
                        : counted.get(i).samples());
        if (Arrays.stream(weights).sum() > 0) {
            State mean = Averaging.mean(state(), states, weights);
            learner.load(mean);
            double drift = 0;
            for (State state : states) {
                drift += Averaging.drift(state, mean) / states.size();
            }
            metrics.put("workers/drift", drift);
        }
    }

    @Override
    public long faults() {
        return Arrays.stream(faults).sum();
    }

    /** What replicas have of their own is not kept: resumed, they go on from the average, in new episodes. */
    @Override
    public void save(State into, boolean settled) {
        into.putLong("restarts", restarts + 1);
        into.put("stragglers", new long[] {dropped, droppedSamples});
    }

    @Override
    public void load(State from) {
        if (from.has("stragglers")) {
            dropped = from.longs("stragglers")[0];
            droppedSamples = from.longs("stragglers")[1];
        }
    }

    @Override
    public void close() {
        crew.close();
        place.close();
    }
}
