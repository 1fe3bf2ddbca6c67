package io.espalier.policy;

import io.espalier.core.Box;
import io.espalier.core.Discrete;
import io.espalier.core.RandomStream;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Runs single observations for callers from any thread. Each call takes the session of its thread's slot out, uses it and
 * puts it back; if two threads meet at a slot, one makes a session for the moment. So there are never more sessions
 * kept than slots, nobody waits, and no thread-local outlives the policy.
 */
final class SessionPool {
    static final boolean[] NO_MASK = new boolean[0];

    private static final RandomStream[] NO_STREAMS = new RandomStream[0];
    private static final float[] NO_FLOATS = new float[0];
    private static final int SLOTS = 64;

    private final Policy policy;
    private volatile @Nullable AtomicReferenceArray<@Nullable Slot> slots;

    /** A session and room for its action. */
    private static final class Slot {
        final PolicySession session;
        final float[] action;

        Slot(Policy policy) {
            session = policy.session(1);
            action = new float[policy.actionSpace().size()];
        }
    }

    SessionPool(Policy policy) {
        this.policy = policy;
    }

    void act(float[] observation, boolean[] mask, float[] action) {
        check(observation, mask);
        int place = place();
        Slot slot = take(place);
        run(slot, observation, mask);
        slot.session.toEnvironment(slot.action, 0, 1, action, 0);
        put(place, slot);
    }

    int actDiscrete(float[] observation, boolean[] mask) {
        if (!(policy.actionSpace() instanceof Discrete)) {
            throw new IllegalStateException("the action space ("
                    + policy.actionSpace().text() + ") must be discrete(n) for actDiscrete. Maybe call act.");
        }
        check(observation, mask);
        int place = place();
        Slot slot = take(place);
        run(slot, observation, mask);
        int action = (int) slot.action[0];
        put(place, slot);
        return action;
    }

    private static void run(Slot slot, float[] observation, boolean[] mask) {
        slot.session.act(observation, 0, 1, mask, 0, NO_STREAMS, 0, true, slot.action, 0, NO_FLOATS, NO_FLOATS, 0);
    }

    private static int place() {
        return (int) (Thread.currentThread().getId() & (SLOTS - 1));
    }

    private Slot take(int place) {
        AtomicReferenceArray<@Nullable Slot> now = slots;
        if (now == null) {
            now = new AtomicReferenceArray<>(SLOTS);
            slots = now;
        }
        Slot slot = now.getAndSet(place, null);
        return slot == null ? new Slot(policy) : slot;
    }

    private void put(int place, Slot slot) {
        AtomicReferenceArray<@Nullable Slot> now = slots;
        if (now != null) {
            now.setRelease(place, slot);
        }
    }

    private void check(float[] observation, boolean[] mask) {
        if (policy.stateSize() > 0) {
            throw new IllegalStateException(
                    "this policy remembers (" + policy.stateSize() + " floats), and a single call"
                            + " would forget. Maybe act through policy.episode(), which keeps what it remembers of an episode.");
        }
        check(policy, observation, mask);
    }

    /** Refuses what is no observation or mask of the policy's task. */
    static void check(Policy policy, float[] observation, boolean[] mask) {
        int size = policy.observationSpace().size();
        if (observation.length != size) {
            throw new IllegalArgumentException("observation (" + observation.length + " floats) must have " + size
                    + " for " + policy.observationSpace().text() + ". Maybe it is of another environment.");
        }
        if (policy.observationSpace() instanceof Box) {
            for (int i = 0; i < size; i++) {
                if (!Float.isFinite(observation[i])) {
                    throw new IllegalArgumentException("observation[" + i + "] (" + observation[i]
                            + ") must be finite. Maybe a sensor or a division failed.");
                }
            }
        }
        int choices = policy.actionSpace().choices();
        if (mask.length != choices && (mask.length > 0 || policy.masked())) {
            throw new IllegalArgumentException("mask (" + mask.length + " flags) must have " + choices + " for "
                    + policy.actionSpace().text() + ". Maybe pass what the environment allows now.");
        }
    }
}
