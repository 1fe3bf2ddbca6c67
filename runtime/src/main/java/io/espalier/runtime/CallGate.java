package io.espalier.runtime;

import io.espalier.core.AbandonedCall;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * What one thread passes on its way into foreign code and out again, and what the {@link Watchdog} looks at meanwhile. A
 * call costs one compare-and-set, on the way out; no clock is read.
 *
 * <p>The state is even outside a call and odd inside, and grows by two with each call, so the watchdog sees whether a
 * call is still the same one. It adds {@link #INTERRUPTED} before it interrupts, and sets {@link #ABANDONED} to give the
 * call up; either makes the compare-and-set on the way out fail, and the slow path sorts it out.
 */
final class CallGate {
    private static final VarHandle STATE;
    private static final long INTERRUPTED = 1L << 62;
    private static final long ABANDONED = -1;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(CallGate.class, "state", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final String name;
    private volatile long state;
    private @Nullable Thread owner;
    private long interruptedCall = -1;

    /** The gate of an environment of that name. */
    CallGate(String name) {
        this.name = name;
    }

    /** Begins a call; its number must be given to {@link #leave}. */
    long enter() {
        long call = state + 1;
        if ((call & 1) == 0) {
            throw new IllegalStateException(
                    name + " is in use by another thread, or was given up. Maybe two threads share it.");
        }
        Thread thread = Thread.currentThread();
        if (owner != thread) {
            // Storing a reference costs more than looking at it.
            owner = thread;
        }
        STATE.setRelease(this, call);
        return call;
    }

    /**
     * Ends a call.
     *
     * @throws AbandonedCall if it was given up meanwhile: another thread has taken over, nothing may be touched
     */
    void leave(long call) {
        if (!STATE.compareAndSet(this, call, call + 1)) {
            leaveLate(call);
        }
    }

    private synchronized void leaveLate(long call) {
        if (state == ABANDONED) {
            throw new AbandonedCall(name + " returned after it was given up");
        }
        // The watchdog has interrupted this thread, and the call came back.
        Thread.interrupted();
        interruptedCall = call;
        state = call + 1;
    }

    /** Whether the watchdog interrupted that call, before it came back. */
    boolean interrupted(long call) {
        return interruptedCall == call;
    }

    /** The state, as the watchdog sees it; whoever sees it sees all that was written before. */
    long watch() {
        return (long) STATE.getAcquire(this) & ~INTERRUPTED;
    }

    /** Whether that state is inside a call. */
    static boolean inside(long state) {
        return (state & 1) != 0 && state > 0;
    }

    /** The thread that came in last. */
    @Nullable
    Thread owner() {
        return owner;
    }

    /** Interrupts the thread, if it is still in that call. */
    synchronized void interrupt(long call) {
        Thread thread = owner;
        if (thread != null && STATE.compareAndSet(this, call, call | INTERRUPTED)) {
            thread.interrupt();
        }
    }

    /** Gives up a call that was interrupted in vain; false if it has come back. */
    synchronized boolean abandon(long call) {
        return STATE.compareAndSet(this, call | INTERRUPTED, ABANDONED);
    }

    /** Whether a call was given up. */
    boolean abandoned() {
        return state == ABANDONED;
    }
}
