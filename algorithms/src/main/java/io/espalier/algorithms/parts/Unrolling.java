package io.espalier.algorithms.parts;

import io.espalier.core.Cores;
import io.espalier.core.Rollout;
import io.espalier.core.Space;
import io.espalier.policy.Policy;
import io.espalier.policy.PolicySession;
import java.util.Arrays;

/**
 * What a policy with memory remembered on its way through a rollout: the policy that acted goes through it once more, step
 * after step, from the states that the rollout holds, and comes by the same bits again. On the way it leaves the states
 * with which each sequence of {@code length} steps begins, and values what was reached where nobody else does.
 */
public final class Unrolling {
    /** Environments of one task; fixed, and without influence on what comes out. */
    private static final int CHUNK = 8;

    private final Cores cores;
    private final int steps;
    private final int environments;
    private final int length;
    private final int stateSize;
    private final float[] begins;
    private final boolean[] needed;
    private final float[] current;
    private final PolicySession[] sessions;
    private final float[][] reached;
    private final float[][] reachedStates;
    private final float[][] values;
    private final Cores.Task task = this::chunk;

    private Rollout rollout;
    private float[] nextValues = {};

    /**
     * @param space of the observations
     * @param policy of the structure that all later ones will have
     * @param steps of each rollout
     * @param length of the sequences; divides steps
     */
    public Unrolling(Space space, Policy policy, int steps, int environments, int length, Cores cores) {
        this.cores = cores;
        this.steps = steps;
        this.environments = environments;
        this.length = length;
        stateSize = policy.stateSize();
        begins = new float[Math.multiplyExact(steps / length * environments, stateSize)];
        needed = new boolean[steps * environments];
        current = new float[environments * stateSize];
        sessions = new PolicySession[cores.count()];
        Arrays.setAll(sessions, i -> policy.session(CHUNK));
        reached = new float[sessions.length][CHUNK * space.size()];
        reachedStates = new float[sessions.length][CHUNK * stateSize];
        values = new float[sessions.length][CHUNK];
        rollout = new Rollout(1, 1, space, policy.actionSpace(), policy.masked());
    }

    /** Takes the policy that acted. */
    void load(Policy policy) {
        for (PolicySession session : sessions) {
            session.load(policy);
        }
    }

    /** [steps, environments]: where a value is wanted of what was reached; to be filled before {@link #run}. */
    boolean[] needed() {
        return needed;
    }

    /**
     * Goes through a rollout.
     *
     * @param into receives the values that are {@link #needed}
     */
    void run(Rollout taken, float[] into) {
        rollout = taken;
        nextValues = into;
        cores.run((environments + CHUNK - 1) / CHUNK, task);
    }

    private void chunk(int index, int thread) {
        int first = index * CHUNK;
        int count = Math.min(CHUNK, environments - first);
        System.arraycopy(rollout.states, first * stateSize, current, first * stateSize, count * stateSize);
        for (int t = 0; t < steps; t++) {
            int row = t * environments + first;
            for (int i = 0; i < count; i++) {
                if (rollout.begins(row + i)) {
                    int state = (first + i) * stateSize;
                    Arrays.fill(current, state, state + stateSize, 0f);
                }
            }
            if (t % length == 0) {
                int sequence = t / length * environments + first;
                System.arraycopy(current, first * stateSize, begins, sequence * stateSize, count * stateSize);
            }
            int size = rollout.observationSize;
            sessions[thread].remember(rollout.observations, row * size, count, current, first * stateSize);
            value(row, first, count, thread);
        }
    }

    private void value(int row, int first, int count, int thread) {
        int size = rollout.observationSize;
        int wanted = 0;
        for (int i = 0; i < count; i++) {
            if (needed[row + i]) {
                System.arraycopy(rollout.reached, (row + i) * size, reached[thread], wanted * size, size);
                System.arraycopy(
                        current, (first + i) * stateSize, reachedStates[thread], wanted * stateSize, stateSize);
                wanted++;
            }
        }
        if (wanted == 0) {
            return;
        }
        sessions[thread].values(reached[thread], 0, wanted, reachedStates[thread], 0, values[thread], 0);
        int next = 0;
        for (int i = 0; i < count; i++) {
            if (needed[row + i]) {
                nextValues[row + i] = values[thread][next++];
            }
        }
    }

    /** Floats of one state. */
    int stateSize() {
        return stateSize;
    }

    /** [sequences, state]: what was remembered before each; sequence {@code block * environments + i}. */
    float[] begins() {
        return begins;
    }
}
