package io.espalier.runtime;

import io.espalier.core.Environment;
import io.espalier.core.EnvironmentSpec;
import io.espalier.core.State;
import io.espalier.policy.Algorithm;
import io.espalier.runtime.events.RunEvent;
import io.espalier.runtime.metrics.RunMetrics;
import io.espalier.runtime.resources.SearchSettings;
import io.espalier.runtime.workers.WorkerPool;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Trains a policy until a stop rule holds.
 *
 * <pre>{@code
 * TrainingResult result = Trainer.of(algorithm, CartPole::new)
 *         .seed(1)
 *         .threads(2)
 *         .stop(StopRule.targetReturn(475, 20))
 *         .run();
 * }</pre>
 *
 * <p>The same algorithm, environment and seed give the same weights, bit for bit, for any number of threads. Not for
 * use by several threads at once, except {@link #progress} and {@link #requestStop}.
 */
public final class Trainer {
    private final Algorithm algorithm;
    private final String environmentName;
    private final Supplier<Environment> factory;
    private final List<TrainingListener> listeners = new ArrayList<>();
    private final Progress progress = new Progress();
    private final RunMetrics metrics = new RunMetrics();
    private double solvedAt;
    private long seed = 1;
    private int threads = 1;
    private long environmentSteps = 1_000_000;
    private @Nullable StopRule stop;
    private EvaluationSettings evaluation = EvaluationSettings.DEFAULT;
    private boolean evaluateAtEnd = true;
    private GuardSettings guard = GuardSettings.DEFAULT;
    private CheckpointSettings checkpoints = CheckpointSettings.DEFAULT;
    private ExecutionMode mode = ExecutionMode.synchronous();
    private @Nullable WorkerPool workers;
    private LearnerPlacement placement = LearnerPlacement.HERE;
    private ResourceUse resources = ResourceUse.FIXED;
    private SearchSettings search = SearchSettings.DEFAULT;
    private @Nullable RunDirectory directory;
    private boolean resumes;
    private final Map<String, Object> notes = new LinkedHashMap<>();
    private Disk disk = Disk.atomic();
    private volatile @Nullable Sitting sitting;
    private volatile @Nullable String requested;
    private volatile double grace = Double.POSITIVE_INFINITY;

    private Trainer(Algorithm algorithm, String environmentName, Supplier<Environment> factory, double solvedAt) {
        this.algorithm = algorithm;
        this.environmentName = environmentName;
        this.factory = factory;
        this.solvedAt = solvedAt;
    }

    /** Trains on an environment that has a name. */
    public static Trainer of(Algorithm algorithm, EnvironmentSpec environment) {
        return new Trainer(algorithm, environment.name(), environment.factory(), environment.solvedAt());
    }

    /** Trains on whatever the factory makes; each call must make a new, equal environment. */
    public static Trainer of(Algorithm algorithm, Supplier<? extends Environment> factory) {
        return new Trainer(algorithm, "unnamed", factory::get, Double.NaN);
    }

    /**
     * Trains as such a configuration says; algorithm and environment are found by name.
     *
     * @throws IllegalArgumentException if one is not known, or a setting is not valid
     */
    public static Trainer of(RunConfig config, Registry registry) {
        return of(
                config,
                config.create(registry.algorithm(config.algorithm())),
                registry.environment(config.environment()));
    }

    private static Trainer of(RunConfig config, Algorithm algorithm, EnvironmentSpec environment) {
        RunConfig.Main main = config.main();
        Trainer trainer = new Trainer(algorithm, environment.name(), environment.factory(), main.solvedAt());
        trainer.seed = main.seed();
        trainer.notes.putAll(config.notes());
        trainer.threads(main.threads())
                .mode(ExecutionMode.parse(main.mode()))
                .resources(ResourceUse.parse(main.resources()))
                .environmentSteps(main.environmentSteps())
                .evaluation(config.evaluation())
                .guard(config.guard())
                .checkpoints(config.checkpoints());
        trainer.evaluateAtEnd = main.evaluateAtEnd();
        StopRule.besidesBudget(main.stop()).ifPresent(trainer::stop);
        return trainer;
    }

    /**
     * Goes on with a run where its newest good checkpoint stands, with the settings that it was started with; algorithm
     * and environment are found by name. The result is the same, bit for bit, as if it had never stopped.
     *
     * @throws IllegalArgumentException if the directory is not a run, or one of its names is not known
     */
    public static Trainer resume(Path run) {
        RunDirectory directory = RunDirectory.open(run);
        RunConfig config = RunConfig.read(directory);
        Registry registry = Registry.here();
        return resume(
                directory,
                config.create(registry.algorithm(config.algorithm())),
                registry.environment(config.environment()));
    }

    /**
     * Goes on with a run of this algorithm and this environment; see {@link RunConfig#create} for the algorithm with the
     * run's settings.
     *
     * @throws IllegalArgumentException if the run's settings are not valid, or those of the algorithm are not the run's
     */
    public static Trainer resume(RunDirectory directory, Algorithm algorithm, EnvironmentSpec environment) {
        RunConfig config = RunConfig.read(directory);
        if (!algorithm.name().equals(config.algorithm())) {
            throw new IllegalArgumentException("The run in " + directory.path() + " is one of " + config.algorithm()
                    + ", not of " + algorithm.name() + ".");
        }
        Trainer trainer = of(config, algorithm, environment);
        trainer.directory = directory;
        trainer.resumes = true;
        return trainer;
    }

    /** The root of all randomness; 1 unless said otherwise. */
    public Trainer seed(long root) {
        seed = root;
        return this;
    }

    /** How many threads to use; 1 unless said otherwise. Has no influence on the result. */
    public Trainer threads(int count) {
        if (count < 1 || count > 1024) {
            throw new IllegalArgumentException("threads (" + count + ") must be from 1 to 1024. Maybe "
                    + Runtime.getRuntime().availableProcessors() + ", the number of processors here.");
        }
        threads = count;
        return this;
    }

    /** The budget: schedules run along it, and the run stops when it is used up; a million unless said otherwise. */
    public Trainer environmentSteps(long budget) {
        if (budget < 1) {
            throw new IllegalArgumentException("environmentSteps (" + budget + ") must be at least 1.");
        }
        environmentSteps = budget;
        return this;
    }

    /** Stops also when this rule holds, besides those given before and the budget. */
    public Trainer stop(StopRule rule) {
        StopRule before = stop;
        stop = before == null ? rule : before.or(rule);
        return this;
    }

    /** The mean return from which the task counts as solved. */
    public Trainer solvedAt(double meanReturn) {
        solvedAt = meanReturn;
        return this;
    }

    /** How the policy is evaluated. */
    public Trainer evaluation(EvaluationSettings settings) {
        evaluation = settings;
        return this;
    }

    /** Leaves out the evaluation at the end. */
    public Trainer withoutFinalEvaluation() {
        evaluateAtEnd = false;
        return this;
    }

    /** How much environments may misbehave. */
    public Trainer guard(GuardSettings settings) {
        guard = settings;
        return this;
    }

    /** When the run is saved. */
    public Trainer checkpoints(CheckpointSettings settings) {
        checkpoints = settings;
        return this;
    }

    /** Keeps the run in this new directory: settings, provenance, metrics, checkpoints, the policy, the result. */
    public Trainer directory(RunDirectory fresh) {
        directory = fresh;
        return this;
    }

    /** As {@link #directory(RunDirectory)}, in a directory that does not exist yet or is empty. */
    public Trainer directory(Path fresh) {
        return directory(RunDirectory.create(fresh));
    }

    /** Writes something more into the run's {@code config.yaml}, under "notes". */
    public Trainer note(String key, Object value) {
        notes.put(key, value);
        return this;
    }

    /** How checkpoints and records come to the disk; {@linkplain Disk#atomic whole or not at all} unless said otherwise. */
    public Trainer disk(Disk other) {
        disk = other;
        return this;
    }

    /** How workers and learner are joined; {@linkplain ExecutionMode#synchronous synchronous} unless said otherwise. */
    public Trainer mode(ExecutionMode how) {
        mode = how;
        return this;
    }

    /** Where workers run that the mode has beside the run's own threads; the pool is the caller's to close. */
    public Trainer workers(WorkerPool pool) {
        workers = pool;
        return this;
    }

    /** Where the learner's work is done; {@linkplain LearnerPlacement#HERE here} unless said otherwise. */
    public Trainer learnerPlacement(LearnerPlacement where) {
        placement = where;
        return this;
    }

    /** Whether threads are divided anew while the run goes on; {@link ResourceUse#FIXED} unless said otherwise. */
    public Trainer resources(ResourceUse use) {
        resources = use;
        return this;
    }

    /** How carefully that is done. */
    Trainer search(SearchSettings settings) {
        search = settings;
        return this;
    }

    /** Tells this listener, too, how the run goes. */
    public Trainer listen(TrainingListener listener) {
        listeners.add(listener);
        return this;
    }

    /** What the {@code config.yaml} of this run would say: enough to start it again, here or elsewhere. */
    public RunConfig config() {
        StopRule rule = stop;
        return RunConfig.of(
                plan(rule == null ? StopRule.environmentSteps(environmentSteps) : rule, null),
                rule == null ? "budget" : rule.text(),
                notes);
    }

    /** How far the run has come; may be read from any thread, while it runs. */
    public Progress progress() {
        return progress;
    }

    /** What workers and learner do with their time; may be read from any thread, while the run goes on. */
    public RunMetrics metrics() {
        return metrics;
    }

    /** Lets the run finish its round, save and return; from any thread. */
    public void requestStop(String reason) {
        requestStop(reason, Double.POSITIVE_INFINITY);
    }

    /**
     * As {@link #requestStop(String)}, for those who cannot wait: if an environment lets the run not finish its round in
     * time, the round is dropped, and what was saved is the state after the last complete one. Resumed from there, the
     * environments begin new episodes, so the run is then no longer the same as one that was never stopped.
     *
     * @param graceSeconds how long the round may take
     */
    public void requestStop(String reason, double graceSeconds) {
        if (!(graceSeconds >= 0)) {
            throw new IllegalArgumentException("graceSeconds (" + graceSeconds + ") must be at least 0.");
        }
        grace = graceSeconds;
        requested = reason;
        Sitting now = sitting;
        if (now != null) {
            now.request(reason, graceSeconds);
        }
    }

    /**
     * Trains. Works on threads of its own and waits for them. If environments fail, the directory holds a checkpoint and
     * the policy as they were after the last complete round.
     *
     * @throws IllegalArgumentException if algorithm and environment do not fit
     * @throws EnvironmentFailure if environments fail too often, or not even the first can be made
     * @throws DivergenceException if learning keeps producing NaN or infinities
     */
    public TrainingResult run() {
        if (sitting != null) {
            throw new IllegalStateException("this trainer has run already. Maybe make a new one.");
        }
        StopRule rule = stop == null ? StopRule.environmentSteps(environmentSteps) : stop;
        RunDirectory home = directory;
        try {
            State from = null;
            Checkpoints saved = null;
            List<String> problems = new ArrayList<>();
            if (home != null && resumes) {
                Checkpoints.Saved newest = Checkpoints.newest(home.checkpoints(), problems);
                if (newest != null) {
                    from = newest.state();
                    progress.load(from.child("progress"));
                } else if (!problems.isEmpty()) {
                    throw new IllegalStateException("No checkpoint in " + home.checkpoints() + " is good: "
                            + String.join("; ", problems) + ". Maybe start the run anew in another directory.");
                }
            }
            RunPlan plan = plan(rule, from);
            RunFiles files = null;
            if (home != null) {
                files = new RunFiles(home, progress.environmentSteps(), progress.episodes(), disk);
                saved = new Checkpoints(home.checkpoints(), checkpoints.keep(), disk);
                if (!resumes) {
                    home.writeConfig(config().toMap());
                    Map<String, Object> facts = Provenance.collect();
                    facts.put("seed", seed);
                    facts.put("command", System.getProperty("sun.java.command", "unknown"));
                    home.writeProvenance(facts);
                }
            }
            try (RunRecords records = new RunRecords(plan.listeners(), progress, files, saved)) {
                for (String problem : problems) {
                    records.event(RunEvent.of("checkpoint/corrupt", problem));
                }
                return sit(plan, records);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("The directory of the run cannot be used.", e);
        }
    }

    private TrainingResult sit(RunPlan plan, RunRecords records) {
        Sitting now = new Sitting(plan, progress, records);
        sitting = now;
        String early = requested;
        if (early != null) {
            now.request(early, grace);
        }
        return now.run();
    }

    private RunPlan plan(StopRule rule, @Nullable State from) {
        return new RunPlan(
                algorithm,
                environmentName,
                factory,
                solvedAt,
                seed,
                threads,
                environmentSteps,
                rule,
                evaluation,
                evaluateAtEnd,
                guard,
                checkpoints,
                mode,
                workers,
                placement,
                resources,
                search,
                List.copyOf(listeners),
                metrics,
                from);
    }
}
