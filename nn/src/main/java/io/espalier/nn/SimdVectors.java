package io.espalier.nn;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Sums, slopes and scans over lanes: operation by operation what {@link PortableKernels} does. */
final class SimdVectors {
    private static final VectorSpecies<Float> S = SimdKernels.SPECIES;
    private static final int L = S.length();
    private static final int LANES = 64;
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
        for (int at = from; at < to; at += BLOCK) {
            int n = Math.min(BLOCK, to - at);
            if (L == 16) {
                sum += PortableKernels.restNorm(x, at, n, lanes512(x, at, at + n / LANES * LANES));
            } else if (L == 8) {
                sum += PortableKernels.restNorm(x, at, n, lanes256(x, at, at + n / LANES * LANES));
            } else {
                sum += PortableKernels.blockNorm(x, at, n);
            }
        }
        return sum;
    }

    private static double lanes512(float[] x, int from, int to) {
        FloatVector s0 = FloatVector.zero(S);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        for (int i = from; i < to; i += LANES) {
            FloatVector v = FloatVector.fromArray(S, x, i);
            s0 = v.fma(v, s0);
            v = FloatVector.fromArray(S, x, i + L);
            s1 = v.fma(v, s1);
            v = FloatVector.fromArray(S, x, i + 2 * L);
            s2 = v.fma(v, s2);
            v = FloatVector.fromArray(S, x, i + 3 * L);
            s3 = v.fma(v, s3);
        }
        FloatVector s = s0.add(s1).add(s2.add(s3));
        double sum = 0;
        sum += s.lane(0);
        sum += s.lane(1);
        sum += s.lane(2);
        sum += s.lane(3);
        sum += s.lane(4);
        sum += s.lane(5);
        sum += s.lane(6);
        sum += s.lane(7);
        sum += s.lane(8);
        sum += s.lane(9);
        sum += s.lane(10);
        sum += s.lane(11);
        sum += s.lane(12);
        sum += s.lane(13);
        sum += s.lane(14);
        sum += s.lane(15);
        return sum;
    }

    private static double lanes256(float[] x, int from, int to) {
        FloatVector s0 = FloatVector.zero(S);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        FloatVector s4 = s0;
        FloatVector s5 = s0;
        FloatVector s6 = s0;
        FloatVector s7 = s0;
        for (int i = from; i < to; i += LANES) {
            FloatVector v = FloatVector.fromArray(S, x, i);
            s0 = v.fma(v, s0);
            v = FloatVector.fromArray(S, x, i + L);
            s1 = v.fma(v, s1);
            v = FloatVector.fromArray(S, x, i + 2 * L);
            s2 = v.fma(v, s2);
            v = FloatVector.fromArray(S, x, i + 3 * L);
            s3 = v.fma(v, s3);
            v = FloatVector.fromArray(S, x, i + 4 * L);
            s4 = v.fma(v, s4);
            v = FloatVector.fromArray(S, x, i + 5 * L);
            s5 = v.fma(v, s5);
            v = FloatVector.fromArray(S, x, i + 6 * L);
            s6 = v.fma(v, s6);
            v = FloatVector.fromArray(S, x, i + 7 * L);
            s7 = v.fma(v, s7);
        }
        FloatVector low = s0.add(s2).add(s4.add(s6));
        FloatVector high = s1.add(s3).add(s5.add(s7));
        double sum = 0;
        sum += low.lane(0);
        sum += low.lane(1);
        sum += low.lane(2);
        sum += low.lane(3);
        sum += low.lane(4);
        sum += low.lane(5);
        sum += low.lane(6);
        sum += low.lane(7);
        sum += high.lane(0);
        sum += high.lane(1);
        sum += high.lane(2);
        sum += high.lane(3);
        sum += high.lane(4);
        sum += high.lane(5);
        sum += high.lane(6);
        sum += high.lane(7);
        return sum;
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
