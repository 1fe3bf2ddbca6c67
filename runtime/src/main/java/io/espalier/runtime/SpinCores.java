package io.espalier.runtime;

import io.espalier.core.AbandonedCall;
import io.espalier.core.Cores;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A fixed number of threads that wait for work by spinning a few microseconds, then yielding their processor for some
 * more, then parking; handing work over costs about a microsecond until they park. Task {@code i} is done by thread
 * {@code i % count}; the calling thread is thread 0, and does all of it where {@linkplain Sharing sharing} has been slower
 * of late. A run allocates nothing. One thread at a time may call {@link #run}, and a task must not.
 *
 * <p>A thread that is stuck in foreign code can be {@linkplain #takeOver given up}: where it stood is kept in fields, so
 * another one goes on from there.
 */
public final class SpinCores implements Cores, AutoCloseable {
    /*
     * Hand-over. The caller writes task and tasks, then the round (volatile); a worker that sees the new round sees
     * them. The worker does its share, then writes its finished round (volatile); the caller that sees it sees the
     * share. Whoever waits says so in a volatile flag before it looks a last time and parks; whoever announces looks at
     * the flag after announcing. As both are volatile, one of the two sees the other.
     *
     * At an element for each thread the arrays are strided so that no two threads write the same cache line.
     */
    private static final int STRIDE = 16;

    private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);
    private static final long SPIN_NANOS = 20_000;
    private static final long CROWDED_SPIN_NANOS = 1_000;

    /**
     * How long a thread waits before it parks. A parked one takes some 50 microseconds to come back: a partner that waits
     * less would park meanwhile, and so the two would go on for ever.
     */
    private static final long PATIENCE_NANOS = 100_000;

    private static final Task NOTHING = (index, thread) -> {};

    private final int count;
    private final long spinNanos;
    private final int[] misses;
    private final long[] round = new long[3 * STRIDE];
    private final long[] finished;
    private final long[] waiting;
    private final int[] current;
    private final @Nullable Throwable[] failures;
    private final Thread[] threads;
    private final @Nullable Runnable caller;
    private Task task = NOTHING;
    private int tasks;
    private boolean running;
    /** Whether the run under way is shared with the other threads. */
    private boolean divided;

    private final Sharing sharing = new Sharing();
    /** How long each thread was busy with its share. */
    private final long[] busy;

    private volatile boolean closed;

    /** Threads for a caller that cannot be given up. */
    public SpinCores(int count) {
        this(count, null);
    }

    /**
     * Starts {@code count - 1} daemon threads.
     *
     * @param caller starts a thread that will call {@link #goOn}, when the calling thread itself is given up; null if
     *     that cannot be
     * @throws IllegalArgumentException if count is outside 1 to 1024
     */
    SpinCores(int count, @Nullable Runnable caller) {
        if (count < 1 || count > 1024) {
            throw new IllegalArgumentException("threads (" + count + ") must be from 1 to 1024. Maybe "
                    + Runtime.getRuntime().availableProcessors() + ", the number of processors here.");
        }
        this.count = count;
        this.caller = caller;
        // With more threads than processors, a spinning thread holds up the one it waits for.
        spinNanos = count <= Runtime.getRuntime().availableProcessors() ? SPIN_NANOS : CROWDED_SPIN_NANOS;
        finished = new long[(count + 2) * STRIDE];
        waiting = new long[(count + 2) * STRIDE];
        current = new int[(count + 2) * STRIDE];
        misses = new int[(count + 2) * STRIDE];
        busy = new long[(count + 2) * STRIDE];
        failures = new Throwable[count];
        threads = new Thread[count];
        threads[0] = Thread.currentThread();
        for (int slot = 1; slot < count; slot++) {
            threads[slot] = thread(slot, false);
        }
        for (int slot = 1; slot < count; slot++) {
            threads[slot].start();
        }
    }

    @Override
    public int count() {
        return count;
    }

    @Override
    public void run(int taskCount, Task work) {
        if (running || closed) {
            throw new IllegalStateException(
                    closed ? "these cores are closed." : "run() was called inside a task, or by two threads at once.");
        }
        running = true;
        threads[0] = Thread.currentThread();
        task = work;
        tasks = taskCount;
        divided = false;
        if (count > 1 && taskCount > 1) {
            int known = sharing.number(work);
            long began = System.nanoTime();
            divided = sharing.worth(known, began);
            if (divided) {
                announce();
                timedShare(0, 0);
                awaitAll();
                sharing.took(known, System.nanoTime() - began, busyNanos());
            }
        }
        if (!divided) {
            // Too little to divide, or the others would be late: they need not wake.
            current[at(0)] = 0;
            alone(0);
        }
        complete();
    }

    private void timedShare(int slot, int from) {
        long began = System.nanoTime();
        share(slot, from);
        busy[at(slot)] = System.nanoTime() - began;
    }

    private long busyNanos() {
        long sum = 0;
        for (int slot = 0; slot < count; slot++) {
            sum += busy[at(slot)];
        }
        return sum;
    }

    /** Whether a run is under way; for the thread that calls {@link #run} or succeeds it. */
    boolean running() {
        return running;
    }

    /**
     * What is left of a run whose calling thread was given up: the new thread does the interrupted task's rest, then
     * that thread's other tasks, and returns when all are done.
     */
    void goOn() {
        threads[0] = Thread.currentThread();
        int interrupted = current[at(0)];
        resume(interrupted, 0);
        if (divided) {
            share(0, interrupted + count);
            awaitAll();
        } else {
            alone(interrupted + 1);
        }
        complete();
    }

    /**
     * Gives up a thread that is stuck in a task and lets a new one go on where it stood; the stuck one must unwind with
     * {@link AbandonedCall} should it ever return. To be called by a thread that has seen what the stuck one wrote last.
     *
     * @return false if the thread is not one of these, is not in a task, or is a caller that cannot be given up
     */
    boolean takeOver(Thread stuck) {
        if (!running) {
            return false;
        }
        for (int slot = 0; slot < count; slot++) {
            if (threads[slot] == stuck) {
                if (slot == 0) {
                    if (caller == null) {
                        return false;
                    }
                    caller.run();
                } else {
                    Thread successor = thread(slot, true);
                    threads[slot] = successor;
                    successor.start();
                }
                return true;
            }
        }
        return false;
    }

    /** Lets the threads end; waits for none of them. */
    @Override
    public void close() {
        closed = true;
        for (int slot = 1; slot < count; slot++) {
            LockSupport.unpark(threads[slot]);
        }
    }

    private Thread thread(int slot, boolean successor) {
        long seen = successor ? (long) LONGS.getVolatile(round, STRIDE) - 1 : 0;
        Thread thread = new Thread(() -> work(slot, seen, successor), "espalier-core-" + slot);
        thread.setDaemon(true);
        return thread;
    }

    private void work(int slot, long before, boolean successor) {
        try {
            long done = before;
            if (successor) {
                int interrupted = current[at(slot)];
                resume(interrupted, slot);
                share(slot, interrupted + count);
                finish(slot, ++done);
            }
            while (awaitRound(slot, done)) {
                done = (long) LONGS.getVolatile(round, STRIDE);
                timedShare(slot, slot);
                finish(slot, done);
            }
        } catch (AbandonedCall e) {
            // Somebody else is this thread now: leave without touching anything.
            return;
        }
    }

    private void announce() {
        LONGS.setVolatile(round, STRIDE, (long) LONGS.get(round, STRIDE) + 1);
        for (int slot = 1; slot < count; slot++) {
            if ((long) LONGS.getVolatile(waiting, at(slot)) != 0) {
                LockSupport.unpark(threads[slot]);
            }
        }
    }

    private void finish(int slot, long done) {
        LONGS.setVolatile(finished, at(slot), done);
        if ((long) LONGS.getVolatile(waiting, at(0)) != 0) {
            LockSupport.unpark(threads[0]);
        }
    }

    private void share(int slot, int from) {
        Task work = task;
        int n = tasks;
        int index = from;
        try {
            while (index < n) {
                current[at(slot)] = index;
                work.run(index, slot);
                index += count;
            }
        } catch (AbandonedCall e) {
            throw e;
        } catch (Throwable e) {
            failures[slot] = e;
        }
    }

    private void alone(int from) {
        Task work = task;
        int n = tasks;
        try {
            for (int index = from; index < n; index++) {
                current[at(0)] = index;
                work.run(index, 0);
            }
        } catch (AbandonedCall e) {
            throw e;
        } catch (Throwable e) {
            failures[0] = e;
        }
    }

    private void resume(int index, int slot) {
        try {
            ((Resumable) task).resume(index, slot);
        } catch (AbandonedCall e) {
            throw e;
        } catch (Throwable e) {
            failures[slot] = e;
        }
    }

    private void complete() {
        running = false;
        task = NOTHING;
        Throwable first = null;
        for (int slot = 0; slot < count; slot++) {
            Throwable failure = failures[slot];
            failures[slot] = null;
            if (first == null) {
                first = failure;
            } else if (failure != null && failure != first) {
                first.addSuppressed(failure);
            }
        }
        if (first instanceof Error error) {
            throw error;
        } else if (first instanceof RuntimeException exception) {
            throw exception;
        } else if (first != null) {
            throw new IllegalStateException("a task threw a checked exception", first);
        }
    }

    private boolean awaitRound(int slot, long done) {
        long start = System.nanoTime();
        long patience = patience(slot);
        boolean parked = false;
        int turns = 0;
        while ((long) LONGS.getVolatile(round, STRIDE) == done && !closed) {
            if (!idle(++turns, start, patience)) {
                parked = true;
                LONGS.setVolatile(waiting, at(slot), 1L);
                while ((long) LONGS.getVolatile(round, STRIDE) == done && !closed) {
                    LockSupport.park(this);
                    // An interrupt that came too late must not keep the thread from parking.
                    Thread.interrupted();
                }
                LONGS.setVolatile(waiting, at(slot), 0L);
            }
        }
        waited(slot, parked);
        return !closed;
    }

    private void awaitAll() {
        long wanted = (long) LONGS.get(round, STRIDE);
        long start = System.nanoTime();
        long patience = patience(0);
        boolean interrupted = false;
        boolean parked = false;
        int turns = 0;
        for (int slot = 1; slot < count; slot++) {
            while ((long) LONGS.getVolatile(finished, at(slot)) != wanted) {
                if (!idle(++turns, start, patience)) {
                    parked = true;
                    LONGS.setVolatile(waiting, at(0), 1L);
                    while ((long) LONGS.getVolatile(finished, at(slot)) != wanted) {
                        LockSupport.park(this);
                        interrupted |= Thread.interrupted();
                    }
                    LONGS.setVolatile(waiting, at(0), 0L);
                }
            }
        }
        waited(0, parked);
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * How long to wait before parking: on a crowded machine the other thread may be waiting for this very processor. So
     * after a few waits in a row that ended in parking, wait in full only now and then, to see whether it has become
     * quiet.
     */
    private long patience(int slot) {
        int missed = misses[at(slot)];
        return missed < 4 || missed % 16 == 0 ? PATIENCE_NANOS : CROWDED_SPIN_NANOS;
    }

    private void waited(int slot, boolean parked) {
        misses[at(slot)] = parked ? (misses[at(slot)] + 1) & 0xFFFF : 0;
    }

    /** Passes a moment of waiting; false when it has become so long that the thread should park. */
    @SuppressWarnings("ThreadPriorityCheck") // correctness does not hang on yielding, only the time it takes
    private boolean idle(int turns, long start, long patience) {
        if ((turns & 15) != 0) {
            Thread.onSpinWait();
            return true;
        }
        long waited = System.nanoTime() - start;
        if (waited > spinNanos) {
            Thread.yield();
        }
        return waited < patience;
    }

    private static int at(int slot) {
        return (slot + 1) * STRIDE;
    }

    /** Work that may get stuck in foreign code, and keeps its progress in fields. */
    interface Resumable extends Task {
        /** Does what is left of a piece after the thread that did it was given up. */
        void resume(int index, int thread);
    }
}
