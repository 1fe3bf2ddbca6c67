package io.espalier.nn;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The slopes of activations together with the column sums of what they leave, for widths that are whole vectors: the
 * gradient comes once from the cache where it would twice.
 */
final class SimdSlopes {
    private static final VectorSpecies<Float> S = SimdKernels.SPECIES;
    private static final int L = S.length();

    private SimdSlopes() {}

    static void tanh(int rows, int cols, float[] y, float[] dy, float[] sums, int sumsAt) {
        int j = 0;
        for (; j <= cols - 4 * L; j += 4 * L) {
            tanhFour(rows, cols, y, dy, j, sums, sumsAt + j);
        }
        for (; j < cols; j += L) {
            tanhOne(rows, cols, y, dy, j, sums, sumsAt + j);
        }
    }

    private static void tanhFour(int rows, int cols, float[] y, float[] dy, int at, float[] sums, int sumsAt) {
        FloatVector one = FloatVector.broadcast(S, 1f);
        FloatVector s0 = FloatVector.zero(S);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        int o = at;
        for (int i = 0; i < rows; i++) {
            FloatVector v = FloatVector.fromArray(S, y, o);
            FloatVector d = FloatVector.fromArray(S, dy, o).mul(v.neg().fma(v, one));
            d.intoArray(dy, o);
            s0 = d.add(s0);
            v = FloatVector.fromArray(S, y, o + L);
            d = FloatVector.fromArray(S, dy, o + L).mul(v.neg().fma(v, one));
            d.intoArray(dy, o + L);
            s1 = d.add(s1);
            v = FloatVector.fromArray(S, y, o + 2 * L);
            d = FloatVector.fromArray(S, dy, o + 2 * L).mul(v.neg().fma(v, one));
            d.intoArray(dy, o + 2 * L);
            s2 = d.add(s2);
            v = FloatVector.fromArray(S, y, o + 3 * L);
            d = FloatVector.fromArray(S, dy, o + 3 * L).mul(v.neg().fma(v, one));
            d.intoArray(dy, o + 3 * L);
            s3 = d.add(s3);
            o += cols;
        }
        s0.intoArray(sums, sumsAt);
        s1.intoArray(sums, sumsAt + L);
        s2.intoArray(sums, sumsAt + 2 * L);
        s3.intoArray(sums, sumsAt + 3 * L);
    }

    private static void tanhOne(int rows, int cols, float[] y, float[] dy, int at, float[] sums, int sumsAt) {
        FloatVector one = FloatVector.broadcast(S, 1f);
        FloatVector s0 = FloatVector.zero(S);
        int o = at;
        for (int i = 0; i < rows; i++) {
            FloatVector v = FloatVector.fromArray(S, y, o);
            FloatVector d = FloatVector.fromArray(S, dy, o).mul(v.neg().fma(v, one));
            d.intoArray(dy, o);
            s0 = d.add(s0);
            o += cols;
        }
        s0.intoArray(sums, sumsAt);
    }

    static void relu(int rows, int cols, float[] y, float[] dy, float[] sums, int sumsAt) {
        int j = 0;
        for (; j <= cols - 4 * L; j += 4 * L) {
            reluFour(rows, cols, y, dy, j, sums, sumsAt + j);
        }
        for (; j < cols; j += L) {
            reluOne(rows, cols, y, dy, j, sums, sumsAt + j);
        }
    }

    private static void reluFour(int rows, int cols, float[] y, float[] dy, int at, float[] sums, int sumsAt) {
        FloatVector s0 = FloatVector.zero(S);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        int o = at;
        for (int i = 0; i < rows; i++) {
            FloatVector v = FloatVector.fromArray(S, y, o);
            FloatVector d = FloatVector.fromArray(S, dy, o).blend(0f, v.compare(VectorOperators.LE, 0f));
            d.intoArray(dy, o);
            s0 = d.add(s0);
            v = FloatVector.fromArray(S, y, o + L);
            d = FloatVector.fromArray(S, dy, o + L).blend(0f, v.compare(VectorOperators.LE, 0f));
            d.intoArray(dy, o + L);
            s1 = d.add(s1);
            v = FloatVector.fromArray(S, y, o + 2 * L);
            d = FloatVector.fromArray(S, dy, o + 2 * L).blend(0f, v.compare(VectorOperators.LE, 0f));
            d.intoArray(dy, o + 2 * L);
            s2 = d.add(s2);
            v = FloatVector.fromArray(S, y, o + 3 * L);
            d = FloatVector.fromArray(S, dy, o + 3 * L).blend(0f, v.compare(VectorOperators.LE, 0f));
            d.intoArray(dy, o + 3 * L);
            s3 = d.add(s3);
            o += cols;
        }
        s0.intoArray(sums, sumsAt);
        s1.intoArray(sums, sumsAt + L);
        s2.intoArray(sums, sumsAt + 2 * L);
        s3.intoArray(sums, sumsAt + 3 * L);
    }

    private static void reluOne(int rows, int cols, float[] y, float[] dy, int at, float[] sums, int sumsAt) {
        FloatVector s0 = FloatVector.zero(S);
        int o = at;
        for (int i = 0; i < rows; i++) {
            FloatVector v = FloatVector.fromArray(S, y, o);
            FloatVector d = FloatVector.fromArray(S, dy, o).blend(0f, v.compare(VectorOperators.LE, 0f));
            d.intoArray(dy, o);
            s0 = d.add(s0);
            o += cols;
        }
        s0.intoArray(sums, sumsAt);
    }
}
