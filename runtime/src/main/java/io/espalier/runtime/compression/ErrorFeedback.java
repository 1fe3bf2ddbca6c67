package io.espalier.runtime.compression;

import io.espalier.core.State;
import io.espalier.core.Stateful;

/**
 * Compresses gradient after gradient and loses nothing for good: what one message could not carry is added to the next.
 * With g the gradient, e what is kept, C the codec:
 *
 * <pre>
 *   p ← g + e
 *   send C(p)
 *   e ← p − C(p)
 * </pre>
 *
 * <p>So the sum of all that was sent, and e, is the sum of all gradients, up to rounding. Karimireddy et al., "Error
 * feedback fixes SignSGD and other gradient compression schemes", arXiv:1901.09847, algorithm 2; the step size stays with
 * whoever receives it.
 */
public final class ErrorFeedback implements Stateful {
    private final boolean exact;
    private final GradientCodec codec;
    private final float[] residual;
    private final float[] received;
    private final byte[] bytes;

    /**
     * Nothing kept yet.
     *
     * @param size numbers of each gradient
     */
    public ErrorFeedback(Compression compression, int size) {
        exact = compression instanceof Compression.None;
        codec = compression.codec(size);
        residual = new float[exact ? 0 : size];
        received = new float[exact ? 0 : size];
        bytes = new byte[codec.mostBytes(size)];
    }

    /**
     * Compresses a gradient into {@link #bytes}.
     *
     * @param gradient finite; its numbers from {@code from} on
     * @return how many bytes it takes
     */
    public int encode(float[] gradient, int from) {
        if (exact) {
            return codec.encode(gradient, from, bytes.length / Float.BYTES, bytes);
        }
        int size = residual.length;
        for (int i = 0; i < size; i++) {
            residual[i] += gradient[from + i];
        }
        int length = codec.encode(residual, 0, size, bytes);
        codec.decode(bytes, length, received, 0, size);
        for (int i = 0; i < size; i++) {
            residual[i] -= received[i];
        }
        return length;
    }

    /** What {@link #encode} wrote; overwritten by the next call. */
    public byte[] bytes() {
        return bytes;
    }

    /** Number i of what is kept for the next gradient. */
    public float residual(int i) {
        return exact ? 0 : residual[i];
    }

    @Override
    public void save(State into) {
        into.put("residual", residual);
    }

    @Override
    public void load(State from) {
        System.arraycopy(from.floats("residual", residual.length), 0, residual, 0, residual.length);
    }
}
