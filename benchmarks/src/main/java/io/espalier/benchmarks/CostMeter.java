package io.espalier.benchmarks;

import io.espalier.core.Environment;
import io.espalier.core.EnvironmentSpec;
import io.espalier.core.RandomStream;
import io.espalier.core.Rollout;
import io.espalier.core.Seeds;
import io.espalier.core.State;
import io.espalier.policy.Policy;
import io.espalier.policy.RolloutAlgorithm;
import io.espalier.policy.TaskSpec;
import io.espalier.runtime.ExecutionMode;
import io.espalier.runtime.Trainer;
import io.espalier.runtime.TrainingResult;
import io.espalier.runtime.metrics.RunMetrics;
import io.espalier.runtime.workers.Experience;
import io.espalier.runtime.workers.Message;
import io.espalier.runtime.workers.MessageFormat;
import io.espalier.runtime.workers.PolicyUpdate;
import java.nio.ByteBuffer;

/** Measures, in this process, what the parts of a run cost. */
final class CostMeter {
    private static final int REPETITIONS = 300;

    private final RolloutAlgorithm algorithm;
    private final EnvironmentSpec environment;
    private final long steps;

    /**
     * @param steps environment steps of each measured run
     */
    CostMeter(RolloutAlgorithm algorithm, EnvironmentSpec environment, long steps) {
        this.algorithm = algorithm;
        this.environment = environment;
        this.steps = steps;
    }

    /** Costs of a block as the algorithm wants it, over a network of that latency and bandwidth. */
    ScalingCosts costs(double latency, double bandwidth) {
        run(1, "synchronous");
        Trainer trainer = trainer(1, "synchronous");
        trainer.run();
        RunMetrics metrics = trainer.metrics();
        double all = trainer.progress().environmentSteps();
        int rows = algorithm.rolloutSteps() * algorithm.environments();
        Policy policy;
        Rollout rollout;
        try (Environment one = environment.factory().get()) {
            TaskSpec task = new TaskSpec(one.observationSpace(), one.actionSpace(), false, steps);
            policy = algorithm.policy(task, Seeds.of(1));
            rollout = rollout(task, policy.stateSize());
        }
        Message block = new Experience(0, rollout, new State(), new State(), 0, 0);
        Message weights = PolicyUpdate.of(policy);
        byte[] written = MessageFormat.bytes(block);
        return new ScalingCosts(
                rows,
                metrics.worker(0).workingNanos() / 1e9 / all * rows,
                metrics.learningNanos() / 1e9 / all * rows,
                written.length,
                seconds(() -> MessageFormat.bytes(block)),
                seconds(() -> MessageFormat.read(ByteBuffer.wrap(written))),
                MessageFormat.size(weights),
                seconds(() -> MessageFormat.bytes(weights)),
                latency,
                bandwidth);
    }

    /** Environment steps a second of a whole run with so many workers that are threads of this process. */
    double threads(int workers) {
        return run(workers, "asynchronous(workers=" + workers + ", ahead=2)").stepsPerSecond();
    }

    private TrainingResult run(int threads, String mode) {
        return trainer(threads, mode).run();
    }

    private Trainer trainer(int threads, String mode) {
        return Trainer.of(algorithm, environment)
                .threads(threads)
                .mode(ExecutionMode.parse(mode))
                .environmentSteps(steps)
                .withoutFinalEvaluation();
    }

    /** A block like a real one: what a step reached is mostly what the next one acts on. */
    private Rollout rollout(TaskSpec task, int stateSize) {
        Rollout rollout = new Rollout(
                algorithm.rolloutSteps(),
                algorithm.environments(),
                task.observationSpace(),
                task.actionSpace(),
                false,
                stateSize);
        RandomStream random = Seeds.of(7).stream();
        for (int i = 0; i < rollout.observations.length; i++) {
            rollout.observations[i] = (float) random.nextDouble();
        }
        int row = rollout.environments * rollout.observationSize;
        int rest = rollout.observations.length - row;
        System.arraycopy(rollout.observations, row, rollout.reached, 0, rest);
        System.arraycopy(rollout.observations, 0, rollout.reached, rest, row);
        return rollout;
    }

    private static double seconds(Runnable work) {
        for (int i = 0; i < REPETITIONS; i++) {
            work.run();
        }
        long began = System.nanoTime();
        for (int i = 0; i < REPETITIONS; i++) {
            work.run();
        }
        return (System.nanoTime() - began) / 1e9 / REPETITIONS;
    }
}
