package io.espalier.nn;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** An immutable, numbered copy of a network's parameters, in the order of {@link Network#parameters()}. */
public final class Weights {
    private final long version;
    private final float[] values;
    private @Nullable String digest;

    private Weights(long version, float[] values) {
        this.version = version;
        this.values = values;
    }

    /**
     * Copies parameters.
     *
     * @param version counts up with each new set of weights; 0 for untrained ones
     * @throws IllegalArgumentException if version is negative
     */
    public static Weights copyOf(long version, float[] parameters) {
        if (version < 0) {
            throw new IllegalArgumentException("version (" + version + ") must not be negative.");
        }
        return new Weights(version, parameters.clone());
    }

    /** Which weights these are; larger is newer. */
    public long version() {
        return version;
    }

    /** How many parameters. */
    public int size() {
        return values.length;
    }

    /** Parameter number i. */
    public float get(int i) {
        return values[i];
    }

    /** The parameters themselves, which nobody may write. */
    float[] values() {
        return values;
    }

    /**
     * Copies the parameters into an array of the same length.
     *
     * @throws IllegalArgumentException if the lengths differ
     */
    public void copyInto(float[] target) {
        if (target.length != values.length) {
            throw new IllegalArgumentException("weights of " + values.length + " parameters do not fit an array of "
                    + target.length + ". Maybe they belong to another network.");
        }
        System.arraycopy(values, 0, target, 0, values.length);
    }

    /** Whether all parameters are finite. */
    public boolean finite() {
        return !Kernels.INSTANCE.anyNonFinite(values, 0, values.length);
    }

    /** SHA-256 in hexadecimal over the parameters as little-endian float32: equal digests mean equal bits. */
    public String digest() {
        String known = digest;
        if (known == null) {
            ByteBuffer bytes =
                    ByteBuffer.allocate(4 * Math.min(values.length, 4096)).order(ByteOrder.LITTLE_ENDIAN);
            MessageDigest sha = sha256();
            for (int at = 0; at < values.length; at += 4096) {
                bytes.clear();
                int count = Math.min(4096, values.length - at);
                bytes.asFloatBuffer().put(values, at, count);
                sha.update(bytes.array(), 0, 4 * count);
            }
            known = HexFormat.of().formatHex(sha.digest());
            digest = known;
        }
        return known;
    }

    /** Whether the other object is weights of the same version and the same bits. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Weights that && version == that.version && sameBits(values, that.values);
    }

    @Override
    public int hashCode() {
        return Long.hashCode(version) * 31 + Arrays.hashCode(values);
    }

    @Override
    public String toString() {
        return "weights " + version + " of " + values.length + " parameters";
    }

    private static boolean sameBits(float[] a, float[] b) {
        if (a.length != b.length) {
            return false;
        }
        for (int i = 0; i < a.length; i++) {
            if (Float.floatToRawIntBits(a[i]) != Float.floatToRawIntBits(b[i])) {
                return false;
            }
        }
        return true;
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
