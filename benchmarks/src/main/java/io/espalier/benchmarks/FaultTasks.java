package io.espalier.benchmarks;

import io.espalier.core.Environment;
import io.espalier.core.EnvironmentProvider;
import io.espalier.core.EnvironmentSpec;
import io.espalier.core.RandomStream;
import io.espalier.core.Step;
import io.espalier.core.wrappers.EnvironmentWrapper;
import io.espalier.core.wrappers.TimeLimit;
import io.espalier.envs.CartPole;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;

/** CartPole as the studies of clusters need it: at a pace of its own, costly, or shaky. Same steps, same bits. */
public final class FaultTasks implements EnvironmentProvider {
    /** A step takes a millisecond, however busy the machine is with something else. */
    static final String PACED = "PacedCartPole-v0";

    /** A step takes some 100 microseconds of a processor, as a simulator does. */
    static final String COSTLY = "CostlyCartPole-v0";

    /** As the paced one; one episode in a thousand throws, and as many hang for 3 seconds. */
    static final String SHAKY = "ShakyCartPole-v0";

    /** Environment steps that this process has begun. */
    static final AtomicLong STEPS = new AtomicLong();

    private static final long PACE_NANOS = 1_000_000;
    private static final long HANG_NANOS = 3_000_000_000L;
    private static final int COST_ROUNDS = 90_000;
    private static final int FAULTY_IN = 1000;

    @Override
    public List<EnvironmentSpec> environments() {
        return List.of(spec(PACED, Paced::new), spec(COSTLY, Costly::new), spec(SHAKY, Shaky::new));
    }

    private static EnvironmentSpec spec(String name, UnaryOperator<Environment> wrapper) {
        return new EnvironmentSpec(
                name,
                List.of(),
                "CartPole for studies of clusters",
                () -> new TimeLimit(wrapper.apply(new CartPole()), 500),
                475);
    }

    private static void pause(long nanos) {
        long until = System.nanoTime() + nanos;
        long left = nanos;
        while (left > 0) {
            LockSupport.parkNanos(left);
            left = until - System.nanoTime();
        }
    }

    private static class Paced extends EnvironmentWrapper {
        Paced(Environment inner) {
            super(inner);
        }

        @Override
        public Step step(float[] actions, int at) {
            STEPS.incrementAndGet();
            pause(PACE_NANOS);
            return inner.step(actions, at);
        }
    }

    private static final class Costly extends EnvironmentWrapper {
        private static volatile long spent;

        Costly(Environment inner) {
            super(inner);
        }

        @Override
        public Step step(float[] actions, int at) {
            STEPS.incrementAndGet();
            long sum = spent;
            for (int i = 0; i < COST_ROUNDS; i++) {
                sum = sum * 6_364_136_223_846_793_005L + i;
            }
            spent = sum;
            return inner.step(actions, at);
        }
    }

    private static final class Shaky extends Paced {
        private final RandomStream random = new RandomStream(0);
        private int until;
        private boolean hangs;

        Shaky(Environment inner) {
            super(inner);
        }

        @Override
        public void reset(long seed) {
            random.reseed(seed);
            int drawn = random.nextInt(FAULTY_IN);
            hangs = drawn == 0;
            until = drawn < 2 ? 1 + random.nextInt(8) : -1;
            inner.reset(seed);
        }

        @Override
        public Step step(float[] actions, int at) {
            if (until > 0 && --until == 0) {
                if (!hangs) {
                    throw new ArithmeticException("fault on purpose");
                }
                pause(HANG_NANOS);
            }
            return super.step(actions, at);
        }
    }
}
