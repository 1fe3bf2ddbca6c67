package io.espalier.core;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Everything a component must remember to go on exactly where it stood, as arrays under slash-separated names. A
 * checkpoint is one such map; its file has the safetensors layout.
 *
 * <p>Values are {@code float[]}, {@code double[]}, {@code int[]}, {@code long[]} or {@code byte[]}; what is put in is
 * copied, what is got out is a copy.
 */
public final class State {
    private final Map<String, Object> values;
    private final String prefix;

    /** Nothing remembered yet. */
    public State() {
        this(new LinkedHashMap<>(), "");
    }

    private State(Map<String, Object> values, String prefix) {
        this.values = values;
        this.prefix = prefix;
    }

    /** The part of this state below {@code name}: what is put there appears here as {@code name/...}. */
    public State child(String name) {
        return new State(values, prefix + name + "/");
    }

    /** The part of this state below {@code name/index}. */
    public State child(String name, int index) {
        return child(name).child(Integer.toString(index));
    }

    /**
     * Remembers a copy of an array.
     *
     * @throws IllegalArgumentException if the name is taken or the value is not an array of one of the five types
     */
    public void put(String name, Object array) {
        if (values.putIfAbsent(prefix + name, copy(name, array)) != null) {
            throw new IllegalArgumentException("\"" + prefix + name + "\" is remembered already.");
        }
    }

    /** Remembers one number. */
    public void putLong(String name, long value) {
        put(name, new long[] {value});
    }

    /** Remembers one number. */
    public void putDouble(String name, double value) {
        put(name, new double[] {value});
    }

    /** Whether something is remembered under that name. */
    public boolean has(String name) {
        return values.containsKey(prefix + name);
    }

    /** The float array of that name; like every getter, refuses a name that is missing or of another type. */
    public float[] floats(String name) {
        return get(name, float[].class).clone();
    }

    /** The float array of that name, which must have that length. */
    public float[] floats(String name, int length) {
        float[] array = floats(name);
        if (array.length != length) {
            throw new IllegalArgumentException("\"" + prefix + name + "\" has " + array.length + " values, not "
                    + length + ". Maybe it was saved with other settings.");
        }
        return array;
    }

    /** The double array of that name. */
    public double[] doubles(String name) {
        return get(name, double[].class).clone();
    }

    /** The int array of that name. */
    public int[] ints(String name) {
        return get(name, int[].class).clone();
    }

    /** The long array of that name. */
    public long[] longs(String name) {
        return get(name, long[].class).clone();
    }

    /** The byte array of that name. */
    public byte[] bytes(String name) {
        return get(name, byte[].class).clone();
    }

    /** One number that {@link #putLong} remembered. */
    public long getLong(String name) {
        return single(name, longs(name).length, get(name, long[].class))[0];
    }

    /** One number that {@link #putDouble} remembered. */
    public double getDouble(String name) {
        return single(name, doubles(name).length, get(name, double[].class))[0];
    }

    /** All arrays by full name, in the order they were put; the map cannot be changed, the arrays must not be. */
    public Map<String, Object> entries() {
        return Collections.unmodifiableMap(values);
    }

    private <T> T single(String name, int length, T array) {
        if (length != 1) {
            throw new IllegalArgumentException("\"" + prefix + name + "\" has " + length + " values, not 1.");
        }
        return array;
    }

    private <T> T get(String name, Class<T> type) {
        Object value = values.get(prefix + name);
        if (!type.isInstance(value)) {
            throw new IllegalArgumentException("\"" + prefix + name + "\" is "
                    + (value == null ? "not remembered" : value.getClass().getSimpleName()) + ", wanted "
                    + type.getSimpleName() + ". Maybe the checkpoint is of another algorithm or version.");
        }
        return type.cast(value);
    }

    private static Object copy(String name, Object array) {
        if (array instanceof float[] a) {
            return a.clone();
        } else if (array instanceof double[] a) {
            return a.clone();
        } else if (array instanceof int[] a) {
            return a.clone();
        } else if (array instanceof long[] a) {
            return a.clone();
        } else if (array instanceof byte[] a) {
            return Arrays.copyOf(a, a.length);
        }
        throw new IllegalArgumentException("\"" + name + "\" is a "
                + array.getClass().getSimpleName() + ", not an array of float, double, int, long or byte.");
    }
}
