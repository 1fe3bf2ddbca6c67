package io.espalier.runtime.workers;

import io.espalier.core.Rollout;
import java.util.Arrays;

/**
 * A rollout as bytes. What a step reached is nearly always what the next one acts on: it is written only where it is not,
 * bit for bit.
 */
final class RolloutFormat {
    private RolloutFormat() {}

    static void put(Rollout rollout, MessageSink sink) {
        sink.put(rollout.steps);
        sink.put(rollout.environments);
        sink.put(rollout.observationSize);
        sink.put(rollout.actionSize);
        sink.put(rollout.maskSize);
        sink.put(rollout.stateSize);
        sink.put(rollout.weightsVersion);
        sink.put(rollout.environmentStepsBefore);
        floats(rollout.observations, sink);
        floats(rollout.actions, sink);
        sink.put(rollout.masks);
        floats(rollout.logProbabilities, sink);
        floats(rollout.values, sink);
        sink.put(rollout.rewards, 0, rollout.rewards.length);
        sink.put(rollout.terminated);
        sink.put(rollout.truncated);
        sink.put(rollout.discarded);
        boolean[] apart = apart(rollout);
        sink.put(apart);
        for (int row = 0; row < apart.length; row++) {
            if (apart[row]) {
                sink.put(rollout.reached, row * rollout.observationSize, rollout.observationSize);
            }
        }
        sink.put(rollout.reachedMasks);
        sink.put(rollout.finalMasks);
        floats(rollout.states, sink);
        sink.put(rollout.begun);
        sink.put((byte) (rollout.joined ? 1 : 0));
    }

    private static void floats(float[] array, MessageSink sink) {
        sink.put(array, 0, array.length);
    }

    /** Which rows reached something else than what the next row of the same environment acts on. */
    private static boolean[] apart(Rollout rollout) {
        int size = rollout.observationSize;
        int rows = rollout.rows();
        boolean[] apart = new boolean[rows];
        for (int row = 0; row < rows; row++) {
            int next = row + rollout.environments;
            apart[row] = next >= rows || !same(rollout.reached, row * size, rollout.observations, next * size, size);
        }
        return apart;
    }

    private static boolean same(float[] a, int at, float[] b, int bt, int size) {
        for (int i = 0; i < size; i++) {
            if (Float.floatToRawIntBits(a[at + i]) != Float.floatToRawIntBits(b[bt + i])) {
                return false;
            }
        }
        return true;
    }

    static Rollout get(MessageSource source) {
        int steps = source.getInt();
        int environments = source.getInt();
        int observationSize = source.getInt();
        int actionSize = source.getInt();
        int maskSize = source.getInt();
        int stateSize = source.getInt();
        long version = source.getLong();
        long before = source.getLong();
        need(source, steps, environments, observationSize, actionSize, maskSize, stateSize);
        Rollout rollout = Rollout.sized(steps, environments, observationSize, actionSize, maskSize, stateSize);
        rollout.weightsVersion = version;
        rollout.environmentStepsBefore = before;
        source.get(rollout.observations, 0, rollout.observations.length);
        source.get(rollout.actions, 0, rollout.actions.length);
        source.get(rollout.masks);
        source.get(rollout.logProbabilities, 0, rollout.logProbabilities.length);
        source.get(rollout.values, 0, rollout.values.length);
        source.get(rollout.rewards, 0, rollout.rewards.length);
        source.get(rollout.terminated);
        source.get(rollout.truncated);
        source.get(rollout.discarded);
        boolean[] apart = new boolean[rollout.rows()];
        source.get(apart);
        int last = rollout.rows() - environments;
        for (int row = 0; row < apart.length; row++) {
            if (apart[row]) {
                source.get(rollout.reached, row * observationSize, observationSize);
            } else if (row >= last) {
                throw new IllegalArgumentException("a rollout's last steps must say what they reached.");
            } else {
                System.arraycopy(
                        rollout.observations,
                        (row + environments) * observationSize,
                        rollout.reached,
                        row * observationSize,
                        observationSize);
            }
        }
        source.get(rollout.reachedMasks);
        source.get(rollout.finalMasks);
        source.get(rollout.states, 0, rollout.states.length);
        source.get(rollout.begun);
        rollout.joined = source.getByte() != 0;
        return rollout;
    }

    /** What the message must at least hold for such a rollout; checked before anything is allocated. */
    private static void need(MessageSource source, int... sizes) {
        if (Arrays.stream(sizes).anyMatch(size -> size < 0) || sizes[0] < 1 || sizes[1] < 1 || sizes[2] < 1) {
            throw new IllegalArgumentException("a rollout cannot have the sizes " + Arrays.toString(sizes) + ".");
        }
        double rows = (double) sizes[0] * sizes[1];
        double bytes = rows * (4.0 * sizes[2] + 4.0 * sizes[3] + 0.125 * sizes[4] + 16) + 4.0 * sizes[1] * sizes[5];
        source.need(bytes > MessageFormat.MOST_BYTES ? Long.MAX_VALUE : (long) bytes);
    }
}
