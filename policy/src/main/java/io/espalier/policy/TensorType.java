package io.espalier.policy;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** The types of elements that a file may hold, by their names in safetensors. */
enum TensorType {
    F32(4) {
        @Override
        int length(Object array) {
            return ((float[]) array).length;
        }

        @Override
        Object read(ByteBuffer from) {
            float[] array = new float[from.remaining() / bytes];
            from.asFloatBuffer().get(array);
            return array;
        }

        @Override
        void put(Object array, ByteBuffer to) {
            to.asFloatBuffer().put((float[]) array);
        }
    },
    F64(8) {
        @Override
        int length(Object array) {
            return ((double[]) array).length;
        }

        @Override
        Object read(ByteBuffer from) {
            double[] array = new double[from.remaining() / bytes];
            from.asDoubleBuffer().get(array);
            return array;
        }

        @Override
        void put(Object array, ByteBuffer to) {
            to.asDoubleBuffer().put((double[]) array);
        }
    },
    I32(4) {
        @Override
        int length(Object array) {
            return ((int[]) array).length;
        }

        @Override
        Object read(ByteBuffer from) {
            int[] array = new int[from.remaining() / bytes];
            from.asIntBuffer().get(array);
            return array;
        }

        @Override
        void put(Object array, ByteBuffer to) {
            to.asIntBuffer().put((int[]) array);
        }
    },
    I64(8) {
        @Override
        int length(Object array) {
            return ((long[]) array).length;
        }

        @Override
        Object read(ByteBuffer from) {
            long[] array = new long[from.remaining() / bytes];
            from.asLongBuffer().get(array);
            return array;
        }

        @Override
        void put(Object array, ByteBuffer to) {
            to.asLongBuffer().put((long[]) array);
        }
    },
    U8(1) {
        @Override
        int length(Object array) {
            return ((byte[]) array).length;
        }

        @Override
        Object read(ByteBuffer from) {
            byte[] array = new byte[from.remaining()];
            from.get(array);
            return array;
        }

        @Override
        void put(Object array, ByteBuffer to) {
            to.duplicate().put((byte[]) array);
        }
    };

    final int bytes;

    TensorType(int bytes) {
        this.bytes = bytes;
    }

    static TensorType of(Object array) {
        return array instanceof float[]
                ? F32
                : array instanceof double[] ? F64 : array instanceof int[] ? I32 : array instanceof long[] ? I64 : U8;
    }

    static @Nullable TensorType named(String name) {
        for (TensorType type : values()) {
            if (type.name().equals(name)) {
                return type;
            }
        }
        return null;
    }

    abstract int length(Object array);

    abstract Object read(ByteBuffer from);

    /** Writes from the buffer's position on, without moving it. */
    abstract void put(Object array, ByteBuffer to);

    /** Bytes of a whole array. */
    final long size(Object array) {
        return (long) bytes * length(array);
    }

    final void write(Object array, ByteBuffer to) {
        put(array, to);
        to.position(to.position() + (int) size(array));
    }
}
