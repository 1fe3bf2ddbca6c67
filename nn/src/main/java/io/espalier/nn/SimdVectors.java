package io.espalier.nn;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Sums, slopes and scans over lanes: operation by operation what {@link PortableKernels} does. */
final class SimdVectors {
    private static final VectorSpecies<Float> S = SimdKernels.SPECIES;
    private static final int L = S.length();
    private static final VectorSpecies<Double> D = VectorSpecies.of(double.class, S.vectorShape());
    private static final int LANES = 16;
    private static final int BLOCK = 1024;

    private SimdVectors() {}

    /** Twelve chains: more than the four cycles of latency and two units of any processor take. */
    static long multiplyAdds(int rounds, float[] x) {
        FloatVector a = FloatVector.fromArray(S, x, 0);
        FloatVector b = FloatVector.fromArray(S, x, 16);
        FloatVector c0 = a;
        FloatVector c1 = b;
        FloatVector c2 = a;
        FloatVector c3 = b;
        FloatVector c4 = a;
        FloatVector c5 = b;
        FloatVector c6 = a;
        FloatVector c7 = b;
        FloatVector c8 = a;
        FloatVector c9 = b;
        FloatVector c10 = a;
        FloatVector c11 = b;
        for (int i = 0; i < rounds; i++) {
            c0 = a.fma(b, c0);
            c1 = a.fma(b, c1);
            c2 = a.fma(b, c2);
            c3 = a.fma(b, c3);
            c4 = a.fma(b, c4);
            c5 = a.fma(b, c5);
            c6 = a.fma(b, c6);
            c7 = a.fma(b, c7);
            c8 = a.fma(b, c8);
            c9 = a.fma(b, c9);
            c10 = a.fma(b, c10);
            c11 = a.fma(b, c11);
        }
        FloatVector sum = a;
        sum = sum.add(c0);
        sum = sum.add(c1);
        sum = sum.add(c2);
        sum = sum.add(c3);
        sum = sum.add(c4);
        sum = sum.add(c5);
        sum = sum.add(c6);
        sum = sum.add(c7);
        sum = sum.add(c8);
        sum = sum.add(c9);
        sum = sum.add(c10);
        sum = sum.add(c11);
        sum.intoArray(x, 32);
        return 24L * L * rounds;
    }

    static void tanhBackward(float[] y, int yAt, float[] dy, int dyAt, float[] dx, int dxAt, int n) {
        FloatVector one = FloatVector.broadcast(S, 1f);
        int i = 0;
        for (; i <= n - L; i += L) {
            FloatVector v = FloatVector.fromArray(S, y, yAt + i);
            FloatVector slope = v.neg().fma(v, one);
            FloatVector.fromArray(S, dy, dyAt + i).mul(slope).intoArray(dx, dxAt + i);
        }
        for (; i < n; i++) {
            float v = y[yAt + i];
            dx[dxAt + i] = dy[dyAt + i] * Math.fma(-v, v, 1f);
        }
    }

    static void relu(float[] x, int at, float[] y, int yAt, int n) {
        int i = 0;
        for (; i <= n - L; i += L) {
            FloatVector v = FloatVector.fromArray(S, x, at + i);
            v.blend(0f, v.compare(VectorOperators.LE, 0f)).intoArray(y, yAt + i);
        }
        for (; i < n; i++) {
            float v = x[at + i];
            y[yAt + i] = v <= 0 ? 0 : v;
        }
    }

    static void reluBackward(float[] y, int yAt, float[] dy, int dyAt, float[] dx, int dxAt, int n) {
        int i = 0;
        for (; i <= n - L; i += L) {
            FloatVector v = FloatVector.fromArray(S, y, yAt + i);
            FloatVector d = FloatVector.fromArray(S, dy, dyAt + i);
            d.blend(0f, v.compare(VectorOperators.LE, 0f)).intoArray(dx, dxAt + i);
        }
        for (; i < n; i++) {
            dx[dxAt + i] = y[yAt + i] <= 0 ? 0 : dy[dyAt + i];
        }
    }

    static void sigmoidBackward(float[] y, int yAt, float[] dy, int dyAt, float[] dx, int dxAt, int n) {
        int i = 0;
        for (; i <= n - L; i += L) {
            FloatVector v = FloatVector.fromArray(S, y, yAt + i);
            FloatVector slope = v.neg().fma(v, v);
            FloatVector.fromArray(S, dy, dyAt + i).mul(slope).intoArray(dx, dxAt + i);
        }
        for (; i < n; i++) {
            float v = y[yAt + i];
            dx[dxAt + i] = dy[dyAt + i] * Math.fma(-v, v, v);
        }
    }

    static void add(float[] x, int at, float[] y, int yAt, int n) {
        int i = 0;
        for (; i <= n - L; i += L) {
            FloatVector.fromArray(S, y, yAt + i)
                    .add(FloatVector.fromArray(S, x, at + i))
                    .intoArray(y, yAt + i);
        }
        for (; i < n; i++) {
            y[yAt + i] += x[at + i];
        }
    }

    static void axpy(float alpha, float[] x, int at, float[] y, int yAt, int n) {
        FloatVector factor = FloatVector.broadcast(S, alpha);
        int i = 0;
        for (; i <= n - L; i += L) {
            FloatVector.fromArray(S, x, at + i)
                    .fma(factor, FloatVector.fromArray(S, y, yAt + i))
                    .intoArray(y, yAt + i);
        }
        for (; i < n; i++) {
            y[yAt + i] = Math.fma(alpha, x[at + i], y[yAt + i]);
        }
    }

    static void scale(float alpha, float[] x, int at, int n) {
        int i = 0;
        for (; i <= n - L; i += L) {
            FloatVector.fromArray(S, x, at + i).mul(alpha).intoArray(x, at + i);
        }
        for (; i < n; i++) {
            x[at + i] *= alpha;
        }
    }

    static void columnSums(int rows, int cols, float[] from, int at, float[] to, int toAt) {
        int j = 0;
        for (; j <= cols - 4 * L; j += 4 * L) {
            sumFour(rows, cols, from, at + j, to, toAt + j);
        }
        for (; j <= cols - L; j += L) {
            sumOne(rows, cols, from, at + j, to, toAt + j);
        }
        for (; j < cols; j++) {
            float sum = 0;
            for (int i = 0, f = at + j; i < rows; i++, f += cols) {
                sum += from[f];
            }
            to[toAt + j] = sum;
        }
    }

    private static void sumFour(int rows, int cols, float[] from, int at, float[] to, int toAt) {
        FloatVector s0 = FloatVector.zero(S);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        for (int i = 0, f = at; i < rows; i++, f += cols) {
            s0 = FloatVector.fromArray(S, from, f).add(s0);
            s1 = FloatVector.fromArray(S, from, f + L).add(s1);
            s2 = FloatVector.fromArray(S, from, f + 2 * L).add(s2);
            s3 = FloatVector.fromArray(S, from, f + 3 * L).add(s3);
        }
        s0.intoArray(to, toAt);
        s1.intoArray(to, toAt + L);
        s2.intoArray(to, toAt + 2 * L);
        s3.intoArray(to, toAt + 3 * L);
    }

    private static void sumOne(int rows, int cols, float[] from, int at, float[] to, int toAt) {
        FloatVector sum = FloatVector.zero(S);
        for (int i = 0, f = at; i < rows; i++, f += cols) {
            sum = FloatVector.fromArray(S, from, f).add(sum);
        }
        sum.intoArray(to, toAt);
    }

    static double squaredNorm(float[] x, int from, int to) {
        double sum = 0;
        int at = from;
        if (L == LANES) {
            for (; at <= to - BLOCK; at += BLOCK) {
                sum += block512(x, at);
            }
        } else if (L == 8) {
            for (; at <= to - BLOCK; at += BLOCK) {
                sum += block256(x, at);
            }
        }
        for (; at < to; at += BLOCK) {
            sum += PortableKernels.blockNorm(x, at, Math.min(BLOCK, to - at));
        }
        return sum;
    }

    // Squares of floats are exact in double precision, so fma and multiply-then-add are the same here.

    private static double block512(float[] x, int at) {
        DoubleVector s0 = DoubleVector.zero(D);
        DoubleVector s8 = s0;
        for (int i = at; i < at + BLOCK; i += LANES) {
            FloatVector v = FloatVector.fromArray(S, x, i);
            DoubleVector low = (DoubleVector) v.convertShape(VectorOperators.F2D, D, 0);
            DoubleVector high = (DoubleVector) v.convertShape(VectorOperators.F2D, D, 1);
            s0 = low.fma(low, s0);
            s8 = high.fma(high, s8);
        }
        DoubleVector s = s0.add(s8);
        return ((s.lane(0) + s.lane(4)) + (s.lane(2) + s.lane(6)))
                + ((s.lane(1) + s.lane(5)) + (s.lane(3) + s.lane(7)));
    }

    private static double block256(float[] x, int at) {
        DoubleVector s0 = DoubleVector.zero(D);
        DoubleVector s4 = s0;
        DoubleVector s8 = s0;
        DoubleVector s12 = s0;
        for (int i = at; i < at + BLOCK; i += LANES) {
            FloatVector v = FloatVector.fromArray(S, x, i);
            FloatVector w = FloatVector.fromArray(S, x, i + 8);
            DoubleVector a = (DoubleVector) v.convertShape(VectorOperators.F2D, D, 0);
            DoubleVector b = (DoubleVector) v.convertShape(VectorOperators.F2D, D, 1);
            DoubleVector c = (DoubleVector) w.convertShape(VectorOperators.F2D, D, 0);
            DoubleVector d = (DoubleVector) w.convertShape(VectorOperators.F2D, D, 1);
            s0 = a.fma(a, s0);
            s4 = b.fma(b, s4);
            s8 = c.fma(c, s8);
            s12 = d.fma(d, s12);
        }
        DoubleVector s = s0.add(s8).add(s4.add(s12));
        return (s.lane(0) + s.lane(2)) + (s.lane(1) + s.lane(3));
    }

    static boolean anyNonFinite(float[] x, int from, int to) {
        // 0 · x is not-a-number exactly for those x.
        FloatVector zero = FloatVector.zero(S);
        FloatVector s0 = zero;
        FloatVector s1 = zero;
        int i = from;
        for (; i <= to - 2 * L; i += 2 * L) {
            s0 = FloatVector.fromArray(S, x, i).fma(zero, s0);
            s1 = FloatVector.fromArray(S, x, i + L).fma(zero, s1);
        }
        float rest = 0;
        for (; i < to; i++) {
            rest = Math.fma(x[i], 0f, rest);
        }
        return rest != 0 || s0.add(s1).compare(VectorOperators.NE, 0f).anyTrue();
    }
}
