package io.espalier.runtime;

import io.espalier.core.Rollout;
import io.espalier.core.Seeds;
import io.espalier.core.State;
import io.espalier.policy.Learner;
import io.espalier.policy.Policy;
import io.espalier.policy.TaskSpec;
import java.util.LinkedHashMap;
import java.util.List;
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
    private final EnvironmentSource source;
    private final Learner learner;
    private final Divergence divergence;
    private final Rollout rollout;
    private final RolloutWorker[] workers;
    private final Evaluator evaluator;
    private final StopRule.Watch stop;
    private final MetricMeans means = new MetricMeans();
    private final FigureNames figureNames;
    private final Collecting collecting = new Collecting();
    private final long metricsEvery;
    private Policy policy;
    private boolean tooManyFigures;
    private double skipped;
    private long nextMetrics;
    private long nextEvaluation;
    private long nextCheckpoint;
    private double nextCheckpointSeconds;
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
        Seeds seeds = Seeds.of(plan.seed());
        source = new EnvironmentSource(plan.factory(), "environment", plan.guard(), watchdog, records::event);
        TaskSpec task =
                new TaskSpec(source.observationSpace(), source.actionSpace(), source.masked(), plan.environmentSteps());
        Policy initial = plan.algorithm().policy(task, seeds.child("policy"));
        learner = plan.algorithm().learner(task, initial, seeds.child("learner"), cores);
        policy = learner.policy();
        int environments = plan.algorithm().environments();
        rollout = new Rollout(
                plan.algorithm().rolloutSteps(),
                environments,
                source.observationSpace(),
                source.actionSpace(),
                source.masked());
        workers = new RolloutWorker[Math.min(plan.threads(), environments)];
        for (int w = 0; w < workers.length; w++) {
            int from = (int) ((long) w * environments / workers.length);
            int to = (int) ((w + 1L) * environments / workers.length);
            workers[w] = new RolloutWorker(from, to, source, policy, seeds);
        }
        evaluator = new Evaluator(
                source.called("evaluation environment"),
                plan.evaluation(),
                policy,
                seeds.child("evaluation"),
                cores.count());
        figureNames = new FigureNames(
                "episode/",
                source.reportsSuccess() ? List.of("return", "length", "success") : List.of("return", "length"));
        stop = plan.stop().watch();
        metricsEvery = Math.max(1, plan.environmentSteps() / 1000);
        nextMetrics = metricsEvery;
        nextEvaluation = plan.evaluation().everyEnvironmentSteps();
        nextCheckpoint = plan.checkpoints().everyEnvironmentSteps();
        State from = plan.from();
        if (from != null) {
            load(from);
        }
        divergence = new Divergence(learner, records::event);
        progress.start();
        nextCheckpointSeconds = progress.wallSeconds() + plan.checkpoints().everySeconds();
    }

    /** Fills the rollout with the newest policy's experience. */
    void collect() {
        if (!cores.running()) {
            for (RolloutWorker worker : workers) {
                worker.begin(policy);
            }
            rollout.weightsVersion = policy.weights().version();
            rollout.environmentStepsBefore = progress.environmentSteps();
        }
        guarded(workers.length, collecting);
        tellEpisodes();
    }

    /** Learns from the rollout. */
    void learn() {
        skipped = 0;
        learner.update(rollout, this::metric);
        policy = divergence.check(skipped);
        progress.round(rollout.rows(), learner.updates());
        if (progress.environmentSteps() >= nextMetrics) {
            nextMetrics = next(progress.environmentSteps(), metricsEvery);
            long faults = 0;
            for (RolloutWorker worker : workers) {
                faults += worker.faults();
            }
            means.put("environment/faults", (double) faults);
            records.metrics(means);
        }
    }

    /** Evaluates the newest policy, if enough environment steps have passed since the last time. */
    void evaluateIfDue() {
        if (!cores.running()) {
            if (plan.evaluation().everyEnvironmentSteps() == 0 || progress.environmentSteps() < nextEvaluation) {
                return;
            }
            nextEvaluation = next(progress.environmentSteps(), plan.evaluation().everyEnvironmentSteps());
            evaluator.begin(policy);
        }
        guarded(evaluator.tasks(), evaluator);
        EvaluationResult result = evaluator.result();
        progress.evaluated(result);
        records.evaluation(result);
    }

    /** Whether the run goes on; saves it if that is due. */
    boolean goesOn() {
        records.round();
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
        if (stopReason != null) {
            return false;
        }
        saveIfDue();
        return true;
    }

    /** Saves the run and evaluates the final policy. */
    TrainingResult finish() {
        if (!saved) {
            progress.stop();
            if (records.saves()) {
                records.save(progress.environmentSteps(), state(), true);
            }
            saved = true;
        }
        if (plan.evaluateAtEnd() && (cores.running() || requested == null)) {
            if (!cores.running()) {
                evaluator.begin(policy);
            }
            guarded(evaluator.tasks(), evaluator);
            last = evaluator.result();
            records.evaluation(last);
        }
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

    private void tellEpisodes() {
        // In order of steps, then of environments, whatever the grouping.
        int[] at = new int[workers.length];
        for (int t = 0; t < rollout.steps; t++) {
            for (int w = 0; w < workers.length; w++) {
                Episodes of = workers[w].episodes();
                while (at[w] < of.count() && of.step(at[w]) == t) {
                    int i = at[w]++;
                    progress.episode(of.episodeReturn(i));
                    means.put("episode/return", of.episodeReturn(i));
                    means.put("episode/length", of.length(i));
                    if (source.reportsSuccess()) {
                        means.put("episode/success", of.success(i) ? 1 : 0);
                    }
                    tellFigures(of, i);
                    long steps = progress.environmentSteps() + (t + 1L) * rollout.environments;
                    records.episode(steps, of.environment(i), of.episodeReturn(i), of.length(i), of.success(i));
                }
            }
        }
    }

    /** What the environment itself has put to an episode. */
    private void tellFigures(Episodes of, int episode) {
        for (int i = of.figuresFrom(episode); i < of.figuresTo(episode); i++) {
            String column = figureNames.column(of.name(i));
            if (column != null) {
                means.put(column, of.value(i));
            } else if (!tooManyFigures) {
                tooManyFigures = true;
                records.event(RunEvent.of(
                        "metrics/too-many",
                        "the environments report figures of more than " + FigureNames.MOST + " names; \"" + of.name(i)
                                + "\" and further ones are not recorded. Maybe a name holds a number"));
            }
        }
    }

    private void saveIfDue() {
        CheckpointSettings when = plan.checkpoints();
        boolean stepsDue = when.everyEnvironmentSteps() > 0 && progress.environmentSteps() >= nextCheckpoint;
        boolean secondsDue = when.everySeconds() > 0 && progress.wallSeconds() >= nextCheckpointSeconds;
        if (stepsDue || secondsDue) {
            if (when.everyEnvironmentSteps() > 0) {
                nextCheckpoint = next(progress.environmentSteps(), when.everyEnvironmentSteps());
            }
            nextCheckpointSeconds = progress.wallSeconds() + when.everySeconds();
            State state = state();
            divergence.good(state.child("learner"));
            records.save(progress.environmentSteps(), state, false);
        }
    }

    private State state() {
        State state = new State();
        learner.save(state.child("learner"));
        for (RolloutWorker worker : workers) {
            worker.save(state);
        }
        progress.save(state.child("progress"));
        stop.save(state.child("stop"));
        means.save(state.child("means"));
        state.put("schedule", new long[] {nextMetrics, nextEvaluation});
        return state;
    }

    private void load(State from) {
        learner.load(from.child("learner"));
        policy = learner.policy();
        for (RolloutWorker worker : workers) {
            worker.load(from);
        }
        progress.load(from.child("progress"));
        stop.load(from.child("stop"));
        means.load(from.child("means"));
        long[] schedule = from.longs("schedule");
        nextMetrics = schedule[0];
        nextEvaluation = schedule[1];
        if (plan.checkpoints().everyEnvironmentSteps() > 0) {
            nextCheckpoint =
                    next(progress.environmentSteps(), plan.checkpoints().everyEnvironmentSteps());
        }
    }

    private void guarded(int tasks, SpinCores.Resumable task) {
        if (cores.running()) {
            cores.goOn();
        } else {
            cores.run(tasks, task);
        }
    }

    private static long next(long steps, long every) {
        return (steps / every + 1) * every;
    }

    @Override
    public void close() {
        for (RolloutWorker worker : workers) {
            worker.close();
        }
        evaluator.close();
    }

    private final class Collecting implements SpinCores.Resumable {
        @Override
        public void run(int index, int thread) {
            workers[index].collect(rollout);
        }

        @Override
        public void resume(int index, int thread) {
            workers[index].resume(rollout);
        }
    }
}
