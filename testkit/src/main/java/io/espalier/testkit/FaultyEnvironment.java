package io.espalier.testkit;

import io.espalier.core.Box;
import io.espalier.core.CopyableEnvironment;
import io.espalier.core.Environment;
import io.espalier.core.Space;
import io.espalier.core.Step;
import io.espalier.core.wrappers.EnvironmentWrapper;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongPredicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** An environment that fails in one of eight ways from a chosen step of its life on. */
public final class FaultyEnvironment extends EnvironmentWrapper {
    /** The ways to fail. */
    public enum Fault {
        /** A step throws an {@link ArithmeticException}. */
        EXCEPTION,
        /** A step does not return until {@link #release}; interrupts do not help. */
        HANG,
        /** The observation holds a NaN. */
        NAN_OBSERVATION,
        /** The reward is infinite. */
        INFINITE_REWARD,
        /** The observation is outside its space. */
        OUT_OF_SPACE,
        /** The observation is one float too long. */
        WRONG_SHAPE,
        /** Episodes have no end: where one would end, the next begins unannounced. */
        NEVER_DONE,
        /** A step takes a hundred times as long as it should. */
        SLOW
    }

    private static final long LEAST_NANOSECONDS = 10_000;

    private final Fault fault;
    private final LongPredicate when;
    private final CountDownLatch released = new CountDownLatch(1);
    private long lived;
    private boolean fails;
    private long seed;

    /** Fails once: at that step, counted from 1 over all its episodes; 0 is what it shows before the first. */
    public static FaultyEnvironment once(Environment inner, Fault fault, long step) {
        FaultyEnvironment faulty = when(inner, fault, lived -> lived == step);
        faulty.fails = step == 0;
        return faulty;
    }

    /** Fails from that step on, counted from 1 over all its episodes; 0 is what it shows before the first. */
    public static FaultyEnvironment from(Environment inner, Fault fault, long step) {
        FaultyEnvironment faulty = when(inner, fault, lived -> lived >= step);
        faulty.fails = step <= 0;
        return faulty;
    }

    /** Fails in those steps, counted from 1 over all its episodes, for which the predicate, asked once, says so. */
    public static FaultyEnvironment when(Environment inner, Fault fault, LongPredicate steps) {
        return new FaultyEnvironment(inner, fault, steps);
    }

    /**
     * A factory whose product number {@code copy}, from 0, fails once, at that step. Products made later, as
     * replacements, are sound.
     */
    public static Supplier<Environment> inCopy(
            Supplier<? extends Environment> factory, int copy, Fault fault, long step) {
        AtomicInteger made = new AtomicInteger();
        return () -> {
            Environment sound = factory.get();
            return made.getAndIncrement() == copy ? once(sound, fault, step) : sound;
        };
    }

    private FaultyEnvironment(Environment inner, Fault fault, LongPredicate when) {
        super(inner);
        this.fault = fault;
        this.when = when;
    }

    /** Lets whatever hangs in this environment go on. */
    public void release() {
        released.countDown();
    }

    private boolean failing(Fault kind) {
        return fault == kind && fails;
    }

    @Override
    public void reset(long seed) {
        this.seed = seed;
        inner.reset(seed);
    }

    @Override
    public Step step(float[] actions, int at) {
        fails = when.test(++lived);
        long began = System.nanoTime();
        if (failing(Fault.EXCEPTION)) {
            throw new ArithmeticException("fault on purpose at step " + lived);
        }
        if (failing(Fault.HANG)) {
            hang();
        }
        Step step = inner.step(actions, at);
        if (failing(Fault.INFINITE_REWARD)) {
            return step.withReward(Double.POSITIVE_INFINITY);
        }
        if (failing(Fault.NEVER_DONE) && step.last()) {
            inner.reset(seed);
            return Step.transition(step.reward());
        }
        if (failing(Fault.SLOW)) {
            long now = System.nanoTime();
            long end = began + 100 * Math.max(LEAST_NANOSECONDS, now - began);
            while (System.nanoTime() < end) {
                Thread.onSpinWait();
            }
        }
        return step;
    }

    /** A copy of what is wrapped, without the fault. */
    @Override
    public @Nullable CopyableEnvironment searchCopy() {
        return inner.searchCopy();
    }

    private void hang() {
        boolean interrupted = false;
        while (released.getCount() > 0) {
            try {
                released.await();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void observe(float[] into, int at) {
        inner.observe(into, at);
        if (failing(Fault.NAN_OBSERVATION)) {
            into[at] = Float.NaN;
        } else if (failing(Fault.OUT_OF_SPACE)) {
            into[at] = beyond(inner.observationSpace());
        } else if (failing(Fault.WRONG_SHAPE)) {
            into[at + inner.observationSpace().size()] = 0;
        }
    }

    private static float beyond(Space space) {
        if (space instanceof Box box) {
            return box.high(0) < Float.MAX_VALUE ? Math.nextUp(box.high(0)) : Float.POSITIVE_INFINITY;
        }
        return -1;
    }
}
