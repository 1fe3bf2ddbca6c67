package io.espalier.runtime;

import io.espalier.core.Environment;
import io.espalier.core.Seeds;
import io.espalier.policy.Policy;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Plays whole episodes with a policy and says how well it does. Episode {@code e} starts from a seed of its own, so the
 * result depends on the seed alone, not on the number of threads; and a policy is played as it stands, with its
 * observation statistics frozen.
 */
public final class Evaluation {
    private final Policy policy;
    private final EvaluationSettings settings;
    private final GuardSettings guard;
    private final Supplier<Environment> factory;
    private final BooleanSupplier cancelled;
    private final Seeds seeds;
    private final RunRecords records = new RunRecords(List.of(), new Progress(), null, null);
    private final Lifeline lifeline;
    private final SpinCores cores;
    private final Watchdog watchdog;
    private @Nullable Evaluator evaluator;
    private volatile @Nullable EvaluationResult result;

    private Evaluation(
            Policy policy,
            Supplier<Environment> factory,
            EvaluationSettings settings,
            GuardSettings guard,
            long seed,
            int threads,
            BooleanSupplier cancelled) {
        this.policy = policy;
        this.cancelled = cancelled;
        this.settings = settings;
        this.guard = guard;
        this.factory = factory;
        seeds = Seeds.of(seed).child("evaluation");
        lifeline = new Lifeline("espalier-evaluation", this::live);
        cores = new SpinCores(threads, lifeline::replace);
        watchdog = new Watchdog(guard, records::event, this::giveUp);
    }

    /**
     * Evaluates a policy.
     *
     * @param factory makes environments; each call a new, equal one
     * @param seed the root of all randomness; a run with the same seed evaluates on the same episodes
     * @throws IllegalArgumentException if the policy is made for other spaces
     * @throws EnvironmentFailure if environments fail too often
     */
    public static EvaluationResult of(
            Policy policy,
            Supplier<? extends Environment> factory,
            EvaluationSettings settings,
            long seed,
            int threads) {
        return of(policy, factory, settings, GuardSettings.DEFAULT, seed, threads);
    }

    /** As {@link #of(Policy, Supplier, EvaluationSettings, long, int)}, with other limits for environments. */
    public static EvaluationResult of(
            Policy policy,
            Supplier<? extends Environment> factory,
            EvaluationSettings settings,
            GuardSettings guard,
            long seed,
            int threads) {
        return of(policy, factory, settings, guard, seed, threads, () -> false);
    }

    /**
     * As {@link #of(Policy, Supplier, EvaluationSettings, GuardSettings, long, int)}, until it is no longer wanted.
     *
     * @param cancelled is asked before each episode, from any thread
     * @throws CancellationException if it has said yes
     */
    public static EvaluationResult of(
            Policy policy,
            Supplier<? extends Environment> factory,
            EvaluationSettings settings,
            GuardSettings guard,
            long seed,
            int threads,
            BooleanSupplier cancelled) {
        return new Evaluation(policy, factory::get, settings, guard, seed, threads, cancelled).run();
    }

    private EvaluationResult run() {
        watchdog.start();
        try {
            lifeline.run(() -> {});
        } finally {
            Evaluator parts = evaluator;
            if (parts != null) {
                parts.close();
            }
            watchdog.close();
            cores.close();
            records.close();
        }
        EvaluationResult found = result;
        if (found == null) {
            throw new IllegalStateException("the evaluation ended without a result.");
        }
        return found;
    }

    private void live() {
        Evaluator parts = evaluator;
        if (parts == null) {
            EnvironmentSource source = new EnvironmentSource(
                    factory, "evaluation environment", "the evaluation", guard, watchdog, records::event);
            requireFit(source);
            parts = new Evaluator(source, settings, policy, seeds, cores.count());
            evaluator = parts;
            parts.begin(policy);
            cores.run(parts.tasks(), new Wanted(parts, cancelled));
        } else {
            cores.goOn();
        }
        result = parts.result();
    }

    private void requireFit(EnvironmentSource source) {
        if (!policy.observationSpace().equals(source.observationSpace())
                || !policy.actionSpace().equals(source.actionSpace())
                || policy.masked() != source.masked()) {
            throw new IllegalArgumentException("The policy is made for observations " + policy.observationSpace()
                    + " and actions " + policy.actionSpace() + (policy.masked() ? " with masks" : "")
                    + "; the environment has " + source.observationSpace() + " and " + source.actionSpace()
                    + (source.masked() ? " with masks" : "") + ". Maybe it was trained on another environment.");
        }
    }

    private void giveUp(Thread stuck, EnvironmentFault fault) {
        if (!cores.takeOver(stuck)) {
            lifeline.fail(
                    new EnvironmentFailure("An environment hung where nobody can go on: " + fault.message(), fault));
        }
    }

    /** Plays episodes as long as somebody wants them. */
    private record Wanted(Evaluator episodes, BooleanSupplier cancelled) implements SpinCores.Resumable {
        @Override
        public void run(int episode, int thread) {
            if (cancelled.getAsBoolean()) {
                throw new CancellationException("the evaluation was cancelled");
            }
            episodes.run(episode, thread);
        }

        @Override
        public void resume(int episode, int thread) {
            episodes.resume(episode, thread);
        }
    }
}
