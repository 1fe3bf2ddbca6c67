package io.espalier.benchmarks;

import io.espalier.cli.Catalog;
import io.espalier.core.Environment;
import io.espalier.core.EnvironmentSpec;
import io.espalier.core.Step;
import io.espalier.core.wrappers.EnvironmentWrapper;
import io.espalier.core.wrappers.TimeLimit;
import io.espalier.envs.CartPole;
import io.espalier.policy.Algorithm;
import io.espalier.policy.AlgorithmProvider;
import io.espalier.runtime.ExecutionMode;
import io.espalier.runtime.ResourceUse;
import io.espalier.runtime.SettingsBinder;
import io.espalier.runtime.Trainer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/**
 * A load of {@link ResourceStudy}: an algorithm in a mode, on CartPole whose steps cost what they are told to.
 *
 * @param computeMicros microseconds of a processor that a step takes
 * @param waitMicros microseconds that a step waits, as for a simulator on another machine
 * @param slowComputeMicros those of a processor after half of the run; the same for a steady load
 * @param slowWaitMicros those of waiting after half of the run
 */
record ResourceLoad(
        String name,
        String mode,
        String algorithm,
        Map<String, ?> settings,
        double computeMicros,
        double waitMicros,
        double slowComputeMicros,
        double slowWaitMicros) {
    private static final double ROUNDS_PER_MICROSECOND = 1000;

    /** One that stays as it is. */
    static ResourceLoad steady(
            String name, String mode, String algorithm, Map<String, ?> settings, double compute, double wait) {
        return new ResourceLoad(name, mode, algorithm, settings, compute, wait, compute, wait);
    }

    boolean changes() {
        return computeMicros != slowComputeMicros || waitMicros != slowWaitMicros;
    }

    private static volatile long rounds;
    private static volatile long waitNanos;
    private static volatile long spent;

    /** From now on steps cost that. One load at a time. */
    void set(boolean slow) {
        rounds = (long) ((slow ? slowComputeMicros : computeMicros) * ROUNDS_PER_MICROSECOND);
        waitNanos = (long) ((slow ? slowWaitMicros : waitMicros) * 1000);
    }

    /** A run that does not end by itself. */
    Trainer trainer(ResourceUse use, int workers, int threads) {
        boolean named = use == ResourceUse.FIXED && !mode.equals("synchronous");
        return Trainer.of(
                        create(Catalog.of(null).algorithm(algorithm)),
                        new EnvironmentSpec(
                                "CartPole at cost",
                                List.of(),
                                "",
                                () -> new TimeLimit(new AtCost(new CartPole()), 500),
                                475))
                .mode(ExecutionMode.parse(named ? mode + "(workers=" + workers + ")" : mode))
                .threads(threads)
                .resources(use)
                .environmentSteps(Long.MAX_VALUE / 4)
                .withoutFinalEvaluation();
    }

    private <S extends Record> Algorithm create(AlgorithmProvider<S> provider) {
        return provider.create(SettingsBinder.bind(provider.defaults(), settings));
    }

    private static final class AtCost extends EnvironmentWrapper {
        AtCost(Environment inner) {
            super(inner);
        }

        @Override
        public Step step(float[] actions, int at) {
            long sum = spent;
            long todo = rounds;
            for (long i = 0; i < todo; i++) {
                sum = sum * 6_364_136_223_846_793_005L + i;
            }
            if (todo > 0) {
                spent = sum;
            }
            long wait = waitNanos;
            if (wait > 0) {
                long until = System.nanoTime() + wait;
                for (long left = wait; left > 0; left = until - System.nanoTime()) {
                    LockSupport.parkNanos(left);
                }
            }
            return inner.step(actions, at);
        }
    }
}
