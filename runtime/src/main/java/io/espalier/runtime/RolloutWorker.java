package io.espalier.runtime;

import io.espalier.core.DefaultVectorEnvironment;
import io.espalier.core.Environment;
import io.espalier.core.RandomStream;
import io.espalier.core.Rollout;
import io.espalier.core.Seeds;
import io.espalier.core.State;
import io.espalier.core.Stateful;
import io.espalier.policy.Policy;
import io.espalier.policy.PolicySession;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Steps a contiguous group of a run's environments with a policy and fills a {@link Rollout} of theirs. What an
 * environment lives through and what is drawn for it depends on its number alone, not on how environments are grouped.
 *
 * <p>How far it has come is kept in fields: when a thread is stuck in an environment and has been given up, another one
 * calls {@link #resume}.
 */
final class RolloutWorker implements Stateful, AutoCloseable {
    private enum Phase {
        BEGIN,
        ACT,
        STEP,
        RECORD
    }

    private static final float[] NOBODY = {};

    private final int first;
    private final int size;
    private final EnvironmentSource source;
    private final DefaultVectorEnvironment environments;
    private final EnvironmentGuard[] guards;
    private final FaultHistory[] histories;
    private final RandomStream[] streams;
    private final PolicySession session;
    /** Takes the values of a whole block at its end; null where each step's come with its actions. */
    private final @Nullable BlockValues values;

    private final float[] actions;
    /** [size, state]: what the policy remembers of each environment. */
    private final float[] states;
    /** [size]: whether an episode begins with the next step. */
    private final boolean[] begins;

    private final Episodes episodes = new Episodes();
    private Phase phase = Phase.BEGIN;
    private int t;

    /**
     * Makes environments {@code first} to {@code first + size - 1}.
     *
     * @param policy decides the sizes; another of the same structure may be given to {@link #begin}
     */
    RolloutWorker(int first, int size, EnvironmentSource source, Policy policy, Seeds seeds) {
        this.first = first;
        this.size = size;
        this.source = source;
        guards = new EnvironmentGuard[size];
        histories = new FaultHistory[size];
        streams = new RandomStream[size];
        List<Environment> copies = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            histories[i] = new FaultHistory(source.settings());
            streams[i] = seeds.child("action", first + i).stream();
            guards[i] = source.guard(first + i);
            try {
                source.open(guards[i]);
            } catch (EnvironmentFault e) {
                replace(first + i, guards[i], e);
            }
            copies.add(guards[i]);
        }
        environments = new DefaultVectorEnvironment(copies, seeds, first, this::replace);
        environments.onEpisode(episodes);
        values = policy.valuesApart() ? new BlockValues(policy) : null;
        session = policy.session(size);
        actions = new float[size * policy.actionSpace().size()];
        states = new float[size * policy.stateSize()];
        begins = new boolean[size];
        Arrays.fill(begins, true);
    }

    /** The number of its first environment. */
    int first() {
        return first;
    }

    /** How many environments it has. */
    int size() {
        return size;
    }

    /** Takes a policy for the rollout to come, and goes to its start. */
    void begin(Policy policy) {
        session.load(policy);
        if (values != null) {
            values.load(policy);
        }
        episodes.clear();
        t = 0;
    }

    /** Fills a block of just its environments, from wherever it stands. */
    void collect(Rollout rollout) {
        if (phase == Phase.BEGIN) {
            environments.reset();
            phase = Phase.ACT;
        }
        while (t < rollout.steps) {
            if (phase == Phase.ACT) {
                if (t == 0) {
                    System.arraycopy(states, 0, rollout.states, 0, states.length);
                    System.arraycopy(begins, 0, rollout.begun, 0, size);
                }
                act(rollout, t * size);
                episodes.at(t);
                phase = Phase.STEP;
            }
            if (phase == Phase.STEP) {
                environments.step(actions);
                phase = Phase.RECORD;
            }
            record(rollout, t * size);
            t++;
            phase = Phase.ACT;
        }
        if (values != null) {
            values.fill(rollout);
        }
        System.arraycopy(environments.actionMasks(), 0, rollout.finalMasks, 0, size * rollout.maskSize);
    }

    /** Does the rest after the thread that did it was given up, stuck in one of the environments. */
    void resume(Rollout rollout) {
        EnvironmentFault fault = null;
        for (EnvironmentGuard guard : guards) {
            if (guard.abandoned()) {
                fault = guard.fault();
            }
        }
        if (fault == null) {
            throw new IllegalStateException("no environment of this worker was given up.");
        }
        environments.takeOver(fault);
        phase = phase == Phase.BEGIN ? Phase.ACT : Phase.RECORD;
        collect(rollout);
    }

    private void act(Rollout rollout, int row) {
        System.arraycopy(
                environments.observations(),
                0,
                rollout.observations,
                row * rollout.observationSize,
                size * rollout.observationSize);
        System.arraycopy(environments.actionMasks(), 0, rollout.masks, row * rollout.maskSize, size * rollout.maskSize);
        session.act(
                environments.observations(),
                0,
                size,
                environments.actionMasks(),
                0,
                streams,
                0,
                false,
                rollout.actions,
                row * rollout.actionSize,
                rollout.logProbabilities,
                values == null ? rollout.values : NOBODY,
                row,
                states,
                0);
        session.toEnvironment(rollout.actions, row * rollout.actionSize, size, actions, 0);
    }

    private void record(Rollout rollout, int row) {
        System.arraycopy(
                environments.reached(),
                0,
                rollout.reached,
                row * rollout.observationSize,
                size * rollout.observationSize);
        System.arraycopy(
                environments.reachedMasks(), 0, rollout.reachedMasks, row * rollout.maskSize, size * rollout.maskSize);
        System.arraycopy(environments.rewards(), 0, rollout.rewards, row, size);
        System.arraycopy(environments.terminated(), 0, rollout.terminated, row, size);
        System.arraycopy(environments.truncated(), 0, rollout.truncated, row, size);
        System.arraycopy(environments.discarded(), 0, rollout.discarded, row, size);
        for (int i = 0; i < size; i++) {
            begins[i] = rollout.last(row + i) || rollout.discarded[row + i];
            if (begins[i]) {
                Arrays.fill(states, i * rollout.stateSize, (i + 1) * rollout.stateSize, 0f);
            }
        }
    }

    private int stateSize() {
        return states.length / size;
    }

    private Environment replace(int number, Environment failed, Throwable cause) {
        int i = number - first;
        EnvironmentGuard old = guards[i];
        EnvironmentFault fault = source.report(old, cause);
        histories[i].add(fault, old.takeGoodSteps());
        old.close();
        EnvironmentGuard fresh = source.guard(number);
        guards[i] = fresh;
        try {
            source.open(fresh);
        } catch (EnvironmentFault again) {
            return replace(number, fresh, again);
        }
        return fresh;
    }

    /** The episodes that ended in the last rollout. */
    Episodes episodes() {
        return episodes;
    }

    /** All faults of this group's environments so far. */
    long faults() {
        long sum = 0;
        for (FaultHistory history : histories) {
            sum += history.faults();
        }
        return sum;
    }

    /** Writes each environment, its streams and its faults under its number. */
    @Override
    public void save(State into) {
        environments.save(into);
        long[] stream = new long[3];
        for (int i = 0; i < size; i++) {
            streams[i].save(stream, 0);
            State state = into.child("worker", first + i);
            state.put("stream", stream);
            state.put("begins", new int[] {begins[i] ? 1 : 0});
            if (states.length > 0) {
                state.put("memory", Arrays.copyOfRange(states, i * stateSize(), (i + 1) * stateSize()));
            }
            histories[i].save(state);
        }
    }

    @Override
    public void load(State from) {
        environments.load(from);
        for (int i = 0; i < size; i++) {
            State state = from.child("worker", first + i);
            streams[i].load(state.longs("stream"), 0);
            begins[i] = state.has("begins") && state.ints("begins")[0] != 0;
            if (states.length > 0) {
                System.arraycopy(state.floats("memory", stateSize()), 0, states, i * stateSize(), stateSize());
            }
            histories[i].load(state);
        }
        phase = Phase.ACT;
    }

    @Override
    public void close() {
        environments.close();
    }
}
