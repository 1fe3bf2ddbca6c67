package io.espalier.nn;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** What the layers of one network have in common: kernels, capacity, parameters, gradients; and the counting of them. */
final class Wiring {
    final Kernels kernels;
    final Family family;
    final int capacity;
    final Memory memory = new Memory();

    /** Live parameters of the family and gradients of this network; empty until {@link #seal}. */
    float[] parameters = new float[0];

    float[] gradients = new float[0];

    /** Whether a backward pass leaves out the gradients of dense layers. */
    boolean withoutWeights;

    private final List<Network.Tensor> tensors = new ArrayList<>();
    /** Arrays with elements for each row, in the order of layers: the same in every network of the family. */
    private final List<float[]> rowArrays = new ArrayList<>();

    /** By array: its elements for one row. */
    private final List<Integer> rowSizes = new ArrayList<>();

    private boolean sealed;
    private final List<Filling> fillings = new ArrayList<>();
    private final boolean allocates;
    private int count;
    private int noiseCount;
    private long floats;

    /** Fills the first values of one tensor. */
    interface Filling {
        void fill(RandomGenerator random, float[] parameters, int at, int size);
    }

    /**
     * Nothing reserved yet.
     *
     * @param allocates whether memory is wanted, and not only how much it would be
     */
    Wiring(Kernels kernels, Family family, int capacity, boolean allocates) {
        this.kernels = kernels;
        this.family = family;
        this.capacity = capacity;
        this.allocates = allocates;
    }

    /**
     * Reserves the next parameters.
     *
     * @return their offset
     */
    int reserve(String name, Filling filling, int... shape) {
        int offset = count;
        int size = product(name, shape);
        count = sum(count, size);
        tensors.add(new Network.Tensor(name, shape, offset, size));
        fillings.add(filling);
        return offset;
    }

    /** Reserves the next places of the family's noise; returns their offset. */
    int reserveNoise(int size) {
        int offset = noiseCount;
        noiseCount = sum(noiseCount, size);
        return offset;
    }

    /** An array with {@code size} elements for each row. */
    float[] rows(int size) {
        float[] array = buffer(product("capacity x layer", capacity, size));
        if (!sealed) {
            rowArrays.add(array);
            rowSizes.add(size);
        }
        return array;
    }

    /** Copies what the layers of another network of the family hold of its first rows to rows {@code at} and on. */
    void take(Wiring from, int at, int rows) {
        for (int i = 0; i < rowArrays.size(); i++) {
            int size = rowSizes.get(i);
            System.arraycopy(from.rowArrays.get(i), 0, rowArrays.get(i), at * size, rows * size);
        }
    }

    /** An array of a layer's own. */
    float[] buffer(int size) {
        floats += size;
        return new float[allocates ? size : 0];
    }

    /** An array of a layer's own. */
    int[] indices(int size) {
        floats += size;
        return new int[allocates ? size : 0];
    }

    /** How many floats everything together has, parameters and gradients included. */
    long floats() {
        return floats + 2L * count + noiseCount + (long) capacity * memory.size();
    }

    List<Network.Tensor> tensors() {
        return List.copyOf(tensors);
    }

    void seal() {
        sealed = true;
        if (family.parameters().length == 0) {
            family.allocate(count, noiseCount);
        }
        parameters = family.parameters();
        gradients = new float[count];
    }

    void initialize(RandomGenerator random) {
        for (int i = 0; i < fillings.size(); i++) {
            Network.Tensor tensor = tensors.get(i);
            fillings.get(i).fill(random, parameters, tensor.offset(), tensor.size());
        }
    }

    /** The number of elements of a shape; refuses more than an array holds. */
    static int product(String name, int... shape) {
        long product = 1;
        for (int extent : shape) {
            product *= extent;
            if (product > Integer.MAX_VALUE - 64) {
                throw new IllegalArgumentException(name + " " + java.util.Arrays.toString(shape)
                        + " has more elements than an array holds. Maybe use fewer units or a smaller capacity.");
            }
        }
        return (int) product;
    }

    private static int sum(int a, int b) {
        if (a + (long) b > Integer.MAX_VALUE - 64) {
            throw new IllegalArgumentException("the network has more parameters than an array holds.");
        }
        return a + b;
    }
}
