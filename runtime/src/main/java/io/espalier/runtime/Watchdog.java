package io.espalier.runtime;

import io.espalier.core.Environment;
import io.espalier.runtime.events.RunEvent;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Looks at every guarded environment a few times per deadline: one that is still in the same call after
 * {@code max(hangSeconds, hangFactor * its longest call)} is interrupted; if that does not help, its thread is given up
 * and {@link Rescue} lets another one go on. Also reports environments that have become much slower than the others.
 */
final class Watchdog implements AutoCloseable {
    private static final int SLOW_EVERY = 10;
    private static final int SLOW_IN_A_ROW = 3;
    private static final long SLOW_AT_LEAST_NANOS = 20_000;

    private final GuardSettings settings;
    private final RunEvent.Sink events;
    private final Rescue rescue;
    private final long periodNanos;
    private final List<EnvironmentGuard> guards = new CopyOnWriteArrayList<>();
    private final ExecutorService closer;
    private final Thread thread;
    private volatile boolean closed;
    private int ticks;

    /** Starts watching, on a daemon thread of its own. */
    Watchdog(GuardSettings settings, RunEvent.Sink events, Rescue rescue) {
        this.settings = settings;
        this.events = events;
        this.rescue = rescue;
        periodNanos = (long) (Math.min(0.5, settings.hangSeconds() / 10) * 1e9);
        closer = new ThreadPoolExecutor(0, 1, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>(4096), work -> {
            Thread made = new Thread(work, "espalier-closer");
            made.setDaemon(true);
            return made;
        });
        thread = new Thread(this::watch, "espalier-watchdog");
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    void watch(EnvironmentGuard guard) {
        guards.add(guard);
    }

    void forget(EnvironmentGuard guard) {
        guards.remove(guard);
    }

    /** Closes an environment, on a thread that nobody waits for. */
    void close(Environment environment) {
        try {
            closer.execute(() -> {
                try {
                    environment.close();
                } catch (RuntimeException | LinkageError | AssertionError e) {
                    events.take(RunEvent.of("environment/close", "closing an environment failed: " + e));
                }
            });
        } catch (RejectedExecutionException e) {
            if (closed) {
                // The run is over; this thread comes late from an environment, and nobody waits for it.
                environment.close();
                return;
            }
            events.take(RunEvent.of("environment/close", "an environment was not closed: " + closer + " is full."));
        }
    }

    /** Closes whatever is still watched: what was made before something failed, and belongs to nobody yet. */
    void closeAll() {
        guards.forEach(EnvironmentGuard::close);
    }

    /** Ends watching; gives environments that are being closed up to two seconds. */
    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        closer.shutdown();
        try {
            if (!closer.awaitTermination(2, TimeUnit.SECONDS)) {
                events.take(RunEvent.of("environment/close", "closing the environments takes too long; left behind."));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void watch() {
        long last = System.nanoTime();
        while (!closed) {
            try {
                TimeUnit.NANOSECONDS.sleep(periodNanos);
            } catch (InterruptedException e) {
                return;
            }
            long now = System.nanoTime();
            // If the whole process stood still, that is nobody's hang: a gap counts as two periods at most.
            tick(Math.min(now - last, 2 * periodNanos));
            last = now;
        }
    }

    /** One look at everything, that many nanoseconds after the last. */
    void tick(long nanos) {
        for (EnvironmentGuard guard : guards) {
            look(guard, nanos);
        }
        if (++ticks % SLOW_EVERY == 0) {
            lookForSlow();
        }
    }

    private void look(EnvironmentGuard guard, long nanos) {
        Sighting seen = guard.sighting;
        long state = guard.gate.watch();
        if (!CallGate.inside(state) || state != seen.state) {
            seen.longest = Math.max(seen.longest, seen.nanos);
            seen.state = state;
            seen.nanos = 0;
            seen.interrupted = false;
            return;
        }
        seen.nanos += nanos;
        long longest = Math.max(guard.times.slowestNanos(), seen.longest);
        double deadline = Math.max(settings.hangSeconds() * 1e9, settings.hangFactor() * longest);
        if (!seen.interrupted && seen.nanos > deadline) {
            seen.interrupted = true;
            seen.limit = seen.nanos + (long) Math.min(2e9, deadline / 4);
            guard.gate.interrupt(state);
        } else if (seen.interrupted && seen.nanos > seen.limit) {
            giveUp(guard, state, seen.nanos);
        }
    }

    private void giveUp(EnvironmentGuard guard, long state, long nanos) {
        Thread stuck = guard.gate.owner();
        String stack = stuck == null ? "" : stack(stuck);
        EnvironmentFault fault = guard.abandon(
                state,
                String.format(
                        Locale.ROOT,
                        "has not returned for %.1f s and ignores interruption; its thread %s is given up at %s",
                        nanos / 1e9,
                        stuck == null ? "" : stuck.getName(),
                        place(stack)));
        if (fault == null || stuck == null) {
            return;
        }
        guards.remove(guard);
        events.take(fault.event(stack));
        if (!guard.giveUpMaking(fault)) {
            rescue.giveUp(stuck, fault);
        }
    }

    /** The innermost frame that is not the JDK's. */
    private static String place(String stack) {
        return stack.lines()
                .filter(frame -> !frame.startsWith("java.") && !frame.startsWith("jdk."))
                .findFirst()
                .orElse("an unknown place");
    }

    private static String stack(Thread thread) {
        StringBuilder text = new StringBuilder();
        for (StackTraceElement frame : thread.getStackTrace()) {
            text.append(text.isEmpty() ? "" : "\n").append(frame);
        }
        return text.toString();
    }

    private void lookForSlow() {
        long[] typical = guards.stream()
                .mapToLong(guard -> guard.times.typicalNanos())
                .filter(nanos -> nanos > 0)
                .sorted()
                .toArray();
        long median = typical.length < 3 ? Long.MAX_VALUE : typical[typical.length / 2];
        for (EnvironmentGuard guard : guards) {
            Sighting seen = guard.sighting;
            long nanos = guard.times.typicalNanos();
            if (nanos == 0 || seen.slow < 0) {
                continue;
            }
            seen.fastest = Math.min(seen.fastest, nanos);
            long usual = Math.min(median, seen.fastest);
            boolean slow = nanos > SLOW_AT_LEAST_NANOS && nanos > settings.slowFactor() * usual;
            seen.slow = slow ? seen.slow + 1 : 0;
            if (seen.slow == SLOW_IN_A_ROW) {
                seen.slow = -1;
                events.take(guard.slow(String.format(
                                Locale.ROOT,
                                "is slow: %.0f microseconds per step, usual are %.1f",
                                nanos / 1e3,
                                usual / 1e3))
                        .event(""));
            }
        }
    }

    /** What was seen of a guard so far. */
    static final class Sighting {
        private long state;
        private long nanos;
        private long longest;
        private boolean interrupted;
        private long limit;
        private long fastest = Long.MAX_VALUE;
        private int slow;
    }

    /** Whoever can let a run go on without one of its threads. */
    interface Rescue {
        /** That thread is stuck for good in an environment; the fault says in which. */
        void giveUp(Thread stuck, EnvironmentFault fault);
    }
}
