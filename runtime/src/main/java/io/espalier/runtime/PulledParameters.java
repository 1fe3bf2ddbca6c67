package io.espalier.runtime;

import io.espalier.core.State;
import io.espalier.runtime.compression.Compression;
import io.espalier.runtime.compression.GradientCodec;
import java.util.Arrays;

/**
 * Parameters on their way to workers: whole, or as their change since the last time. What a change lost in few bytes is part
 * of the next, since each is taken against what the workers have. Both sides keep to this arithmetic, so they agree to the
 * bit. Tang et al., "DoubleSqueeze", arXiv:1905.05957, for compression both ways.
 */
final class PulledParameters {
    private static final String WHOLE = "parameters";
    private static final String CHANGE = "change";

    private final boolean always;
    private final GradientCodec codec;
    private final float[] change;
    private final byte[] bytes;
    /** What workers have. */
    private final float[] theirs;

    private boolean whole = true;
    private long version;

    PulledParameters(Compression compression, int parameters) {
        always = compression instanceof Compression.None;
        codec = compression.codec(parameters);
        theirs = new float[always ? 0 : parameters];
        change = new float[always ? 0 : parameters];
        bytes = new byte[always ? 0 : codec.mostBytes(parameters)];
    }

    /** Whoever gets the next ones has none. */
    void beginAnew() {
        whole = true;
    }

    /** Writes parameters for workers that have all that was written before. */
    void write(float[] parameters, long newVersion, State into) {
        // A learner that went back to a good state has jumped.
        if (always || whole || newVersion < version) {
            into.put(WHOLE, parameters);
            System.arraycopy(parameters, 0, theirs, 0, theirs.length);
            whole = false;
        } else {
            for (int i = 0; i < theirs.length; i++) {
                change[i] = parameters[i] - theirs[i];
            }
            int length = codec.encode(change, 0, theirs.length, bytes);
            codec.decode(bytes, length, change, 0, theirs.length);
            add(theirs);
            into.put(CHANGE, Arrays.copyOf(bytes, length));
        }
        version = newVersion;
    }

    /** Brings parameters up to what was written. */
    void read(State from, float[] parameters) {
        if (from.has(WHOLE)) {
            System.arraycopy(from.floats(WHOLE, parameters.length), 0, parameters, 0, parameters.length);
        } else {
            byte[] written = from.bytes(CHANGE);
            codec.decode(written, written.length, change, 0, change.length);
            add(parameters);
        }
    }

    private void add(float[] into) {
        for (int i = 0; i < into.length; i++) {
            into[i] += change[i];
        }
    }

    void save(State into) {
        into.put("theirs", theirs);
        into.put("pulled", new long[] {whole ? 1 : 0, version});
    }

    void load(State from) {
        System.arraycopy(from.floats("theirs", theirs.length), 0, theirs, 0, theirs.length);
        long[] numbers = from.longs("pulled");
        whole = numbers[0] != 0;
        version = numbers[1];
    }
}
