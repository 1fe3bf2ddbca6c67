package io.espalier.runtime;

import io.espalier.core.Environment;
import io.espalier.core.EnvironmentSpec;
import io.espalier.policy.Algorithm;
import java.util.ArrayList;
import java.util.List;
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
    private volatile @Nullable Sitting sitting;
    private volatile @Nullable String requested;

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

    /** How workers and learner are joined; {@linkplain ExecutionMode#synchronous synchronous} unless said otherwise. */
    public Trainer mode(ExecutionMode how) {
        mode = how;
        return this;
    }

    /** Tells this listener, too, how the run goes. */
    public Trainer listen(TrainingListener listener) {
        listeners.add(listener);
        return this;
    }

    /** How far the run has come; may be read from any thread, while it runs. */
    public Progress progress() {
        return progress;
    }

    /** Lets the run finish its round, save and return; from any thread. */
    public void requestStop(String reason) {
        requested = reason;
        Sitting now = sitting;
        if (now != null) {
            now.request(reason);
        }
    }

    /**
     * Trains. Works on threads of its own and waits for them.
     *
     * @throws IllegalArgumentException if algorithm and environment do not fit
     * @throws EnvironmentFailure if environments fail too often
     * @throws EnvironmentFault if not even the first environment can be made
     * @throws DivergenceException if learning keeps producing NaN or infinities
     */
    public TrainingResult run() {
        if (sitting != null) {
            throw new IllegalStateException("this trainer has run already. Maybe make a new one.");
        }
        StopRule rule = stop == null ? StopRule.environmentSteps(environmentSteps) : stop;
        RunPlan plan = new RunPlan(
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
                List.copyOf(listeners),
                null);
        try (RunRecords records = new RunRecords(plan.listeners())) {
            Sitting now = new Sitting(plan, progress, records);
            sitting = now;
            String early = requested;
            if (early != null) {
                now.request(early);
            }
            return now.run();
        }
    }
}
