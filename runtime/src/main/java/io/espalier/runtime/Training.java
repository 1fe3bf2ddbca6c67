package io.espalier.runtime;

import io.espalier.core.AbandonedCall;
import io.espalier.core.Seeds;
import io.espalier.core.State;
import io.espalier.policy.Learner;
import io.espalier.policy.Policy;
import io.espalier.policy.TaskSpec;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The parts of one run, and what an {@link ExecutionMode} may do with them. Used by the run's own thread; when that is
 * given up, stuck in an environment, by its successor: everything is kept in fields, and {@link #collect},
 * {@link #evaluateIfDue} and {@link #finish} go on where they were left when they are called again.
 */
final class Training implements AutoCloseable {
    private static final String SKIPPED = "update/skipped";

    private final RunPlan plan;
    private final Progress progress;
    private final RunRecords records;
    private final SpinCores cores;
    private final Gathering gathering;
    private final Learner learner;
    private final Divergence divergence;
    private final Evaluator evaluator;
    private final StopRule.Watch stop;
    private final MetricMeans means = new MetricMeans();
    private final EpisodeRecorder episodes;
    private final long metricsEvery;
    private final SaveSchedule saving;
    private final Custody custody = new Custody();
    private final LiveDivision division;
    /** Whether the environments stand between two rounds and may be asked for their state. */
    private boolean settled = true;

    private long faultsBefore;
    private Policy policy;
    private double skipped;
    private long nextMetrics;
    private long nextEvaluation;
    private long evaluationBegan;
    private volatile @Nullable String requested;
    private @Nullable String stopReason;
    private boolean ruleReached;
    private boolean saved;
    private @Nullable EvaluationResult last;

    /** Makes all parts; on the run's own thread. */
    Training(RunPlan plan, Progress progress, RunRecords records, SpinCores cores, Watchdog watchdog) {
        this.plan = plan;
        this.progress = progress;
        this.records = records;
        this.cores = cores;
        EnvironmentSource source = new EnvironmentSource(
                plan.factory(), "environment", plan.environmentName(), plan.guard(), watchdog, records::event);
        TaskSpec task =
                new TaskSpec(source.observationSpace(), source.actionSpace(), source.masked(), plan.environmentSteps());
        LearnerThreads learnerThreads = new LearnerThreads(cores);
        gathering = plan.mode()
                .gathering(new GatheringParts(
                        plan, source, task, cores, learnerThreads, plan.workers(), records::event, records));
        division = new LiveDivision(plan, learnerThreads, records::event);
        learner = gathering.learner();
        policy = learner.policy();
        evaluator = new Evaluator(
                source.called("evaluation environment"),
                plan.evaluation(),
                policy,
                Seeds.of(plan.seed()).child("evaluation"),
                cores.count());
        episodes = new EpisodeRecorder(progress, records, means, source.reportsSuccess());
        stop = plan.stop().watch();
        metricsEvery = Math.max(1, plan.environmentSteps() / 1000);
        nextMetrics = metricsEvery;
        nextEvaluation = plan.evaluation().everyEnvironmentSteps();
        State from = plan.from();
        if (from != null) {
            load(from);
        }
        divergence = new Divergence(learner, records::event);
        progress.start();
        saving = new SaveSchedule(plan.checkpoints(), progress);
    }

    /** Gathers a round of experience with the newest policy. */
    void collect() {
        if (!cores.running()) {
            gathering.begin(policy, progress.environmentSteps());
            settled = false;
        }
        guarded(gathering.tasks(), gathering);
        settled = true;
        gathering.tell(episodes);
    }

    /** Learns from the round. */
    void learn() {
        skipped = 0;
        long steps = gathering.learn(this::metric);
        plan.placement().report(this::metric);
        policy = divergence.check(skipped);
        progress.round(steps, learner.updates());
        division.round(gathering.redivisible(), steps);
        if (progress.environmentSteps() >= nextMetrics) {
            nextMetrics = next(progress.environmentSteps(), metricsEvery);
            means.put("environment/faults", (double) faults());
            plan.metrics().figures(means);
            records.metrics(means);
        }
    }

    /** Evaluates the newest policy, if enough environment steps have passed since the last time. */
    void evaluateIfDue() {
        if (!cores.running()) {
            if (plan.evaluation().everyEnvironmentSteps() == 0 || progress.environmentSteps() < nextEvaluation) {
                return;
            }
            evaluationBegan = System.nanoTime();
            evaluator.begin(policy);
        }
        guarded(evaluator.tasks(), evaluator);
        plan.metrics().evaluated(System.nanoTime() - evaluationBegan);
        nextEvaluation = next(progress.environmentSteps(), plan.evaluation().everyEnvironmentSteps());
        EvaluationResult result = evaluator.result();
        progress.evaluated(result);
        records.evaluation(result);
    }

    /** Whether there is anything to do: a run that is resumed may have come to its end, but not to its result. */
    boolean begins() {
        return progress.rounds() == 0 || !over();
    }

    /** Whether the run goes on; saves it if that is due. */
    boolean goesOn() {
        records.round();
        if (over()) {
            return false;
        }
        saveIfDue();
        return true;
    }

    private boolean over() {
        Optional<String> reason = stop.reason(progress);
        long steps = progress.environmentSteps();
        double budget = Math.min(1.0, (double) steps / plan.environmentSteps());
        progress.rule(plan.stop().text(), Math.max(budget, stop.fraction(progress)));
        ruleReached = reason.isPresent();
        if (ruleReached) {
            stopReason = reason.get();
        } else if (steps >= plan.environmentSteps()) {
            stopReason = "the budget of " + plan.environmentSteps() + " environment steps is used up";
        } else {
            stopReason = requested;
        }
        return stopReason != null;
    }

    /** Saves the run and evaluates the final policy. */
    TrainingResult finish() {
        saveLast();
        if (plan.evaluateAtEnd() && (cores.running() || requested == null)) {
            if (!cores.running()) {
                evaluator.begin(policy);
            }
            guarded(evaluator.tasks(), evaluator);
            last = evaluator.result();
            records.evaluation(last);
        }
        return wrapUp();
    }

    /**
     * Takes what the run knows from a thread that is in an environment, as far as the last complete round; that thread
     * unwinds when it comes back. From any thread.
     *
     * @return false if the run's own thread holds it
     */
    boolean claim() {
        return custody.claim();
    }

    /** After {@link #claim}: saves what was learned up to the last complete round, and the policy, for the run fails. */
    void salvage() {
        // Not where they stand now: to begin again right before what has failed would be to fail again.
        settled = false;
        saveLast();
        records.policy(policy.withProvenance(provenance()));
    }

    /** After {@link #claim}: ends the run without the rest of the round, or of the evaluation, that is under way. */
    TrainingResult cutShort() {
        stopReason = requested;
        saveLast();
        return wrapUp();
    }

    private void saveLast() {
        if (!saved) {
            progress.stop();
            if (records.saves()) {
                records.save(progress.environmentSteps(), state(), true);
            }
            saved = true;
        }
    }

    private TrainingResult wrapUp() {
        TrainingResult result = result();
        records.finished(result);
        records.tell();
        return result;
    }

    private TrainingResult result() {
        EvaluationResult evaluated = last;
        double mean = evaluated == null ? progress.meanReturn(100) : evaluated.mean();
        double seconds = progress.wallSeconds();
        return new TrainingResult(
                mean >= plan.solvedAt(),
                mean,
                evaluated == null ? progress.stdReturn(100) : evaluated.std(),
                progress.episodes(),
                progress.environmentSteps(),
                progress.updates(),
                seconds,
                progress.environmentSteps() / seconds,
                policy.weights().digest(),
                records.path(),
                stopReason == null ? "" : stopReason,
                ruleReached,
                evaluated,
                policy.withProvenance(provenance()));
    }

    private Map<String, String> provenance() {
        Map<String, String> facts = new LinkedHashMap<>(policy.provenance());
        facts.put("environment", plan.environmentName());
        facts.put("algorithm", plan.algorithm().name());
        facts.put("seed", Long.toString(plan.seed()));
        facts.put("environmentSteps", Long.toString(progress.environmentSteps()));
        facts.put("espalier", Provenance.version());
        return facts;
    }

    /** Lets the run end after this round; from any thread. */
    void request(String reason) {
        requested = reason;
    }

    private void metric(String name, double value) {
        if (name.equals(SKIPPED)) {
            skipped += value;
        }
        means.put(name, value);
    }

    private void saveIfDue() {
        if (saving.due(progress)) {
            State state = state();
            divergence.good(state.child("learner"));
            records.save(progress.environmentSteps(), state, false);
            saving.saved(progress);
        }
    }

    private State state() {
        State state = new State();
        learner.save(state.child("learner"));
        saveGathering(state);
        state.putLong("faults", faults());
        progress.save(state.child("progress"));
        stop.save(state.child("stop"));
        means.save(state.child("means"));
        state.put("schedule", new long[] {nextMetrics, nextEvaluation});
        return state;
    }

    private void saveGathering(State state) {
        boolean asks = settled;
        boolean mine = asks && !custody.claimed();
        settled = false;
        if (mine) {
            leave();
        }
        gathering.save(state, asks);
        if (mine) {
            comeBack();
        }
        settled = asks;
    }

    private void load(State from) {
        learner.load(from.child("learner"));
        policy = learner.policy();
        gathering.load(from);
        faultsBefore = from.has("faults") ? from.getLong("faults") - gathering.faults() : 0;
        progress.load(from.child("progress"));
        stop.load(from.child("stop"));
        means.load(from.child("means"));
        long[] schedule = from.longs("schedule");
        nextMetrics = schedule[0];
        nextEvaluation = schedule[1];
    }

    private long faults() {
        return faultsBefore + gathering.faults();
    }

    private void guarded(int tasks, SpinCores.Resumable task) {
        leave();
        if (cores.running()) {
            cores.goOn();
        } else {
            cores.run(tasks, task);
        }
        comeBack();
    }

    private void leave() {
        if (!custody.leave()) {
            throw new AbandonedCall("the run was ended while a thread before this one was in an environment");
        }
    }

    private void comeBack() {
        if (!custody.comeBack()) {
            // The run has ended meanwhile, and has left the environments to the thread that was using them.
            close();
            throw new AbandonedCall("the run was ended while this thread was in an environment");
        }
    }

    private static long next(long steps, long every) {
        return (steps / every + 1) * every;
    }

    @Override
    public void close() {
        gathering.close();
        evaluator.close();
    }
}
