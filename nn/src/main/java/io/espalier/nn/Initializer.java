package io.espalier.nn;

import java.util.Locale;
import java.util.random.RandomGenerator;

/**
 * How parameters get their first values. {@code fanIn} is the number of inputs of one unit, {@code fanOut} the number of
 * units an input reaches (for a convolution both include the kernel's area). Biases start at 0, except with
 * {@link Kind#UNIFORM_FAN_IN}.
 *
 * <p>Text forms: {@code orthogonal(0.01)}, {@code xavier-uniform}, {@code he-normal}, {@code zeros}, {@code constant(1)},
 * {@code normal(0.02)}, {@code uniform-fan-in}.
 *
 * @param kind the distribution
 * @param value its one number: the gain of orthogonal and Xavier, the constant, the standard deviation; 0 for kinds that
 *     have none
 */
public record Initializer(Kind kind, double value) {
    /** The distributions. */
    public enum Kind {
        /** A random matrix with orthonormal rows or columns, times a gain (Saxe et al. 2013, arXiv:1312.6120). */
        ORTHOGONAL(true),
        /** Uniform in ±gain·√(6/(fanIn+fanOut)) (Glorot and Bengio 2010). */
        XAVIER_UNIFORM(true),
        /** Normal with standard deviation gain·√(2/(fanIn+fanOut)). */
        XAVIER_NORMAL(true),
        /** Uniform in ±√(6/fanIn), for ReLU (He et al. 2015, arXiv:1502.01852). */
        HE_UNIFORM(false),
        /** Normal with standard deviation √(2/fanIn), for ReLU. */
        HE_NORMAL(false),
        /** All 0. */
        ZEROS(false),
        /** All the same. */
        CONSTANT(true),
        /** Normal with a given standard deviation. */
        NORMAL(true),
        /** Weights and biases uniform in ±√(1/fanIn): what PyTorch does with dense layers and convolutions. */
        UNIFORM_FAN_IN(false);

        private final boolean valued;

        Kind(boolean valued) {
            this.valued = valued;
        }

        private String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /**
     * Checks the number.
     *
     * @throws IllegalArgumentException if it is not finite, negative where it scales, or given where none is wanted
     */
    public Initializer {
        boolean signed = kind == Kind.CONSTANT;
        if (Double.isNaN(value) || Double.isInfinite(value) || (!signed && value < 0) || (!kind.valued && value != 0)) {
            throw new IllegalArgumentException("initializer " + kind.word() + ": its number (" + value + ") must be "
                    + (kind.valued ? signed ? "finite." : "finite and not negative." : "left out."));
        }
        value += 0.0; // -0 becomes 0, so that equal texts mean equal values
    }

    /** Orthonormal rows or columns times a gain. */
    public static Initializer orthogonal(double gain) {
        return new Initializer(Kind.ORTHOGONAL, gain);
    }

    /** Glorot's uniform distribution with gain 1. */
    public static Initializer xavierUniform() {
        return new Initializer(Kind.XAVIER_UNIFORM, 1);
    }

    /** Glorot's normal distribution with gain 1. */
    public static Initializer xavierNormal() {
        return new Initializer(Kind.XAVIER_NORMAL, 1);
    }

    /** He's uniform distribution. */
    public static Initializer heUniform() {
        return new Initializer(Kind.HE_UNIFORM, 0);
    }

    /** He's normal distribution. */
    public static Initializer heNormal() {
        return new Initializer(Kind.HE_NORMAL, 0);
    }

    /** All 0. */
    public static Initializer zeros() {
        return new Initializer(Kind.ZEROS, 0);
    }

    /** All the same value. */
    public static Initializer constant(double value) {
        return new Initializer(Kind.CONSTANT, value);
    }

    /** Normal with that standard deviation. */
    public static Initializer normal(double standardDeviation) {
        return new Initializer(Kind.NORMAL, standardDeviation);
    }

    /** PyTorch's default for dense layers and convolutions. */
    public static Initializer uniformFanIn() {
        return new Initializer(Kind.UNIFORM_FAN_IN, 0);
    }

    /**
     * Reads the text form.
     *
     * @throws IllegalArgumentException if it is none
     */
    public static Initializer parse(String text) {
        return of(TextForm.parseTerm(text));
    }

    static Initializer of(TextForm.Term term) {
        for (Kind kind : Kind.values()) {
            if (kind.word().equals(term.word())) {
                double value = 0;
                if (kind == Kind.CONSTANT || kind == Kind.NORMAL) {
                    value = term.real("value");
                } else if (kind.valued) {
                    value = term.real("gain", 1);
                }
                term.done();
                return new Initializer(kind, value);
            }
        }
        throw new IllegalArgumentException("\"" + term.word() + "\" is not an initializer. Maybe one of orthogonal(1),"
                + " xavier-uniform, xavier-normal, he-uniform, he-normal, zeros, constant(0), normal(0.02),"
                + " uniform-fan-in.");
    }

    /** The text form, which {@link #parse} reads. */
    public String text() {
        return kind.valued ? kind.word() + "(" + TextForm.number(value) + ")" : kind.word();
    }

    @Override
    public String toString() {
        return text();
    }

    /**
     * Fills a weight matrix [fanIn rows, columns] that lies row-major from index {@code at}.
     *
     * @param rows inputs of one unit
     * @param columns units
     * @param fanOut units that one input reaches
     */
    void fill(RandomGenerator random, float[] into, int at, int rows, int columns, int fanOut) {
        int size = rows * columns;
        double fanIn = rows;
        switch (kind) {
            case ORTHOGONAL -> orthogonal(random, into, at, rows, columns);
            case XAVIER_UNIFORM -> uniform(random, into, at, size, value * StrictMath.sqrt(6 / (fanIn + fanOut)));
            case XAVIER_NORMAL -> normal(random, into, at, size, value * StrictMath.sqrt(2 / (fanIn + fanOut)));
            case HE_UNIFORM -> uniform(random, into, at, size, StrictMath.sqrt(6 / fanIn));
            case HE_NORMAL -> normal(random, into, at, size, StrictMath.sqrt(2 / fanIn));
            case UNIFORM_FAN_IN -> uniform(random, into, at, size, StrictMath.sqrt(1 / fanIn));
            case NORMAL -> normal(random, into, at, size, value);
            case ZEROS, CONSTANT -> java.util.Arrays.fill(into, at, at + size, (float) value);
        }
    }

    /** Fills the bias that belongs to weights filled by this initializer. */
    void fillBias(RandomGenerator random, float[] into, int at, int size, int fanIn) {
        if (kind == Kind.UNIFORM_FAN_IN) {
            uniform(random, into, at, size, StrictMath.sqrt(1.0 / fanIn));
        } else {
            java.util.Arrays.fill(into, at, at + size, 0f);
        }
    }

    private static void uniform(RandomGenerator random, float[] into, int at, int size, double bound) {
        for (int i = 0; i < size; i++) {
            into[at + i] = (float) ((2 * random.nextDouble() - 1) * bound);
        }
    }

    private static void normal(RandomGenerator random, float[] into, int at, int size, double deviation) {
        for (int i = 0; i < size; i++) {
            into[at + i] = (float) (random.nextGaussian() * deviation);
        }
    }

    /** Gram and Schmidt on normal vectors, each projected twice; distributed as the Q of a QR with positive diagonal. */
    private void orthogonal(RandomGenerator random, float[] into, int at, int rows, int columns) {
        int count = Math.min(rows, columns);
        int length = Math.max(rows, columns);
        double[][] vectors = new double[count][length];
        for (int v = 0; v < count; v++) {
            double[] vector = vectors[v];
            double norm = 0;
            while (norm < 1e-6) { // drawn again in the practically impossible case that it depends on the others
                for (int i = 0; i < length; i++) {
                    vector[i] = random.nextGaussian();
                }
                for (int pass = 0; pass < 2; pass++) {
                    for (int u = 0; u < v; u++) {
                        subtractProjection(vector, vectors[u]);
                    }
                }
                norm = StrictMath.sqrt(dot(vector, vector));
            }
            for (int i = 0; i < length; i++) {
                vector[i] /= norm;
                int index = columns <= rows ? i * columns + v : v * columns + i;
                into[at + index] = (float) (vector[i] * value);
            }
        }
    }

    private static void subtractProjection(double[] vector, double[] unit) {
        double along = dot(vector, unit);
        for (int i = 0; i < vector.length; i++) {
            vector[i] -= along * unit[i];
        }
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }
}
