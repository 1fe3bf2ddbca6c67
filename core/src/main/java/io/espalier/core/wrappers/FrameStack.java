package io.espalier.core.wrappers;

import io.espalier.core.Box;
import io.espalier.core.Environment;
import io.espalier.core.Space;
import io.espalier.core.State;
import io.espalier.core.Step;

/**
 * Shows the last k observations together, the oldest first, as a box of shape [k, ...]. An episode begins with k times
 * its first observation.
 */
public final class FrameStack extends EnvironmentWrapper {
    private final Box space;
    private final int size;
    private final float[] frames;

    /**
     * Stacks an environment's observations.
     *
     * @param count k, at least 1
     * @throws IllegalArgumentException if observations are not from a {@link Box} or the count is below 1
     */
    public FrameStack(Environment inner, int count) {
        super(inner);
        if (!(inner.observationSpace() instanceof Box box)) {
            throw new IllegalArgumentException("observations from " + inner.observationSpace()
                    + " cannot be stacked, must be from a box. Maybe wrap in FlattenObservation first.");
        }
        if (count < 1) {
            throw new IllegalArgumentException("count (" + count + ") must be at least 1.");
        }
        size = box.size();
        int[] frame = box.shape();
        int[] shape = new int[frame.length + 1];
        shape[0] = count;
        System.arraycopy(frame, 0, shape, 1, frame.length);
        float[] low = new float[Math.multiplyExact(count, size)];
        float[] high = new float[low.length];
        for (int i = 0; i < low.length; i++) {
            low[i] = box.low(i % size);
            high[i] = box.high(i % size);
        }
        space = new Box(shape, low, high);
        frames = new float[low.length];
    }

    @Override
    public Space observationSpace() {
        return space;
    }

    @Override
    public void reset(long seed) {
        inner.reset(seed);
        inner.observe(frames, 0);
        for (int at = size; at < frames.length; at += size) {
            System.arraycopy(frames, 0, frames, at, size);
        }
    }

    @Override
    public Step step(float[] actions, int at) {
        Step step = inner.step(actions, at);
        System.arraycopy(frames, size, frames, 0, frames.length - size);
        inner.observe(frames, frames.length - size);
        return step;
    }

    @Override
    public void observe(float[] into, int at) {
        System.arraycopy(frames, 0, into, at, frames.length);
    }

    @Override
    protected void saveOwn(State into) {
        into.put("frames", frames);
    }

    @Override
    protected void loadOwn(State from) {
        System.arraycopy(from.floats("frames", frames.length), 0, frames, 0, frames.length);
    }
}
