package io.espalier.nn;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link FloatMath} over lanes: operation by operation what is written there.
 *
 * <p>Each function stands in one piece, and the lines of exp in each that needs them: calls of own methods with vectors
 * are not reliably inlined (see {@link SimdKernels}). Where the argument can not leave
 * them, the bounds of exp are left out. Bounds and signs are worked on as integers, since comparisons of floats and what
 * selects by them take JDK 17 twice the instructions. Constants are vectors made once, which also spares the
 * compiler their making: it gives up on a method that is too long with all that it calls.
 */
final class SimdMath {
    private static final VectorSpecies<Float> S = SimdKernels.SPECIES;
    private static final int L = S.length();

    /** Elements at a time of the functions that are done in two passes, for the second reason there. */
    private static final int CHUNK = 256;

    /** What the first pass leaves to the whole vectors of the second: exp(-x²), exp(-x²/2) or exp(-|x|). */
    private static final ThreadLocal<float[]> BELLS = ThreadLocal.withInitial(() -> new float[CHUNK]);

    private static final FloatVector LOG2_E = FloatVector.broadcast(S, FloatMath.LOG2_E);
    private static final FloatVector ROUND = FloatVector.broadcast(S, FloatMath.ROUND);
    private static final FloatVector MINUS_LN2_LOW = FloatVector.broadcast(S, -FloatMath.LN2_LOW);
    private static final FloatVector MINUS_LN2_HIGH = FloatVector.broadcast(S, -FloatMath.LN2_HIGH);
    private static final FloatVector EXP_4 = FloatVector.broadcast(S, FloatMath.EXP_4);
    private static final FloatVector EXP_3 = FloatVector.broadcast(S, FloatMath.EXP_3);
    private static final FloatVector EXP_2 = FloatVector.broadcast(S, FloatMath.EXP_2);
    private static final FloatVector EXP_1 = FloatVector.broadcast(S, FloatMath.EXP_1);
    private static final FloatVector EXP_0 = FloatVector.broadcast(S, FloatMath.EXP_0);
    private static final FloatVector ZERO = FloatVector.broadcast(S, 0f);
    private static final FloatVector LOG_7 = FloatVector.broadcast(S, FloatMath.LOG_7);
    private static final FloatVector LOG_6 = FloatVector.broadcast(S, FloatMath.LOG_6);
    private static final FloatVector LOG_5 = FloatVector.broadcast(S, FloatMath.LOG_5);
    private static final FloatVector LOG_4 = FloatVector.broadcast(S, FloatMath.LOG_4);
    private static final FloatVector LOG_3 = FloatVector.broadcast(S, FloatMath.LOG_3);
    private static final FloatVector LOG_2 = FloatVector.broadcast(S, FloatMath.LOG_2);
    private static final FloatVector LOG_1 = FloatVector.broadcast(S, FloatMath.LOG_1);
    private static final FloatVector LOG_0 = FloatVector.broadcast(S, FloatMath.LOG_0);
    private static final FloatVector MINUS_HALF = FloatVector.broadcast(S, -0.5f);
    private static final FloatVector LN2_LOW = FloatVector.broadcast(S, FloatMath.LN2_LOW);
    private static final FloatVector LN2_HIGH = FloatVector.broadcast(S, FloatMath.LN2_HIGH);
    private static final FloatVector TWO_OVER_PI = FloatVector.broadcast(S, FloatMath.TWO_OVER_PI);
    private static final FloatVector MINUS_HALF_PI_HIGH = FloatVector.broadcast(S, -FloatMath.HALF_PI_HIGH);
    private static final FloatVector MINUS_HALF_PI_MIDDLE = FloatVector.broadcast(S, -FloatMath.HALF_PI_MIDDLE);
    private static final FloatVector MINUS_HALF_PI_LOW = FloatVector.broadcast(S, -FloatMath.HALF_PI_LOW);
    private static final FloatVector SIN_2 = FloatVector.broadcast(S, FloatMath.SIN_2);
    private static final FloatVector SIN_1 = FloatVector.broadcast(S, FloatMath.SIN_1);
    private static final FloatVector SIN_0 = FloatVector.broadcast(S, FloatMath.SIN_0);
    private static final FloatVector ONE = FloatVector.broadcast(S, 1f);
    private static final FloatVector COS_2 = FloatVector.broadcast(S, FloatMath.COS_2);
    private static final FloatVector COS_1 = FloatVector.broadcast(S, FloatMath.COS_1);
    private static final FloatVector COS_0 = FloatVector.broadcast(S, FloatMath.COS_0);
    private static final FloatVector TANH_P4 = FloatVector.broadcast(S, FloatMath.TANH_P4);
    private static final FloatVector TANH_P3 = FloatVector.broadcast(S, FloatMath.TANH_P3);
    private static final FloatVector TANH_P2 = FloatVector.broadcast(S, FloatMath.TANH_P2);
    private static final FloatVector TANH_P1 = FloatVector.broadcast(S, FloatMath.TANH_P1);
    private static final FloatVector TANH_Q4 = FloatVector.broadcast(S, FloatMath.TANH_Q4);
    private static final FloatVector TANH_Q3 = FloatVector.broadcast(S, FloatMath.TANH_Q3);
    private static final FloatVector TANH_Q2 = FloatVector.broadcast(S, FloatMath.TANH_Q2);
    private static final FloatVector TANH_Q1 = FloatVector.broadcast(S, FloatMath.TANH_Q1);
    private static final FloatVector ERF_5 = FloatVector.broadcast(S, FloatMath.ERF_5);
    private static final FloatVector ERF_4 = FloatVector.broadcast(S, FloatMath.ERF_4);
    private static final FloatVector ERF_3 = FloatVector.broadcast(S, FloatMath.ERF_3);
    private static final FloatVector ERF_2 = FloatVector.broadcast(S, FloatMath.ERF_2);
    private static final FloatVector ERF_1 = FloatVector.broadcast(S, FloatMath.ERF_1);
    private static final FloatVector ERF_0 = FloatVector.broadcast(S, FloatMath.ERF_0);
    private static final FloatVector ERFC_P3 = FloatVector.broadcast(S, FloatMath.ERFC_P3);
    private static final FloatVector ERFC_P2 = FloatVector.broadcast(S, FloatMath.ERFC_P2);
    private static final FloatVector ERFC_P1 = FloatVector.broadcast(S, FloatMath.ERFC_P1);
    private static final FloatVector ERFC_P0 = FloatVector.broadcast(S, FloatMath.ERFC_P0);
    private static final FloatVector ERFC_Q3 = FloatVector.broadcast(S, FloatMath.ERFC_Q3);
    private static final FloatVector ERFC_Q2 = FloatVector.broadcast(S, FloatMath.ERFC_Q2);
    private static final FloatVector ERFC_Q1 = FloatVector.broadcast(S, FloatMath.ERFC_Q1);
    private static final FloatVector ARTANH_3 = FloatVector.broadcast(S, FloatMath.ARTANH_3);
    private static final FloatVector ARTANH_2 = FloatVector.broadcast(S, FloatMath.ARTANH_2);
    private static final FloatVector ARTANH_1 = FloatVector.broadcast(S, FloatMath.ARTANH_1);
    private static final FloatVector ARTANH_0 = FloatVector.broadcast(S, FloatMath.ARTANH_0);
    private static final FloatVector PHI_P4 = FloatVector.broadcast(S, FloatMath.PHI_P4);
    private static final FloatVector PHI_P3 = FloatVector.broadcast(S, FloatMath.PHI_P3);
    private static final FloatVector PHI_P2 = FloatVector.broadcast(S, FloatMath.PHI_P2);
    private static final FloatVector PHI_P1 = FloatVector.broadcast(S, FloatMath.PHI_P1);
    private static final FloatVector PHI_P0 = FloatVector.broadcast(S, FloatMath.PHI_P0);
    private static final FloatVector PHI_Q5 = FloatVector.broadcast(S, FloatMath.PHI_Q5);
    private static final FloatVector PHI_Q4 = FloatVector.broadcast(S, FloatMath.PHI_Q4);
    private static final FloatVector PHI_Q3 = FloatVector.broadcast(S, FloatMath.PHI_Q3);
    private static final FloatVector PHI_Q2 = FloatVector.broadcast(S, FloatMath.PHI_Q2);
    private static final FloatVector PHI_Q1 = FloatVector.broadcast(S, FloatMath.PHI_Q1);
    private static final FloatVector TWO_23 = FloatVector.broadcast(S, FloatMath.TWO_23);
    private static final FloatVector TWO = FloatVector.broadcast(S, 2f);
    private static final FloatVector INVERSE_ROOT_TWO_PI = FloatVector.broadcast(S, FloatMath.INVERSE_ROOT_TWO_PI);
    private static final FloatVector MIN_NORMAL = FloatVector.broadcast(S, Float.MIN_NORMAL);
    private static final FloatVector INFINITY = FloatVector.broadcast(S, Float.POSITIVE_INFINITY);
    private static final FloatVector ANGLE_MAX = FloatVector.broadcast(S, FloatMath.ANGLE_MAX);
    private static final FloatVector ERF_SPLIT = FloatVector.broadcast(S, FloatMath.ERF_SPLIT);
    private static final FloatVector TWENTY_THREE = FloatVector.broadcast(S, 23f);
    private static final FloatVector NAN = FloatVector.broadcast(S, Float.NaN);
    private static final FloatVector MINUS_INFINITY = FloatVector.broadcast(S, Float.NEGATIVE_INFINITY);

    /** Added to the bits of a value that is not negative, lets an integer minimum bound it and yet spare not-a-number. */
    private static final int GUARD = 0x7fffff;

    private static final VectorSpecies<Integer> I = VectorSpecies.of(int.class, S.vectorShape());
    private static final IntVector ROUND_BITS_INT = IntVector.broadcast(I, FloatMath.ROUND_BITS);
    private static final IntVector EXPONENT_BIAS = IntVector.broadcast(I, 127);
    private static final IntVector ROOT_HALF_BITS = IntVector.broadcast(I, FloatMath.ROOT_HALF_BITS);
    private static final IntVector MANTISSA = IntVector.broadcast(I, 0x7fffff);
    private static final IntVector ONES = IntVector.broadcast(I, 1);
    private static final IntVector TWOS = IntVector.broadcast(I, 2);
    private static final IntVector ZEROS = IntVector.broadcast(I, 0);
    private static final IntVector NAN_GUARD = IntVector.broadcast(I, GUARD);
    private static final IntVector SIGN = IntVector.broadcast(I, Integer.MIN_VALUE);
    private static final IntVector MAGNITUDE = IntVector.broadcast(I, Integer.MAX_VALUE);
    private static final IntVector ONE_BITS = IntVector.broadcast(I, Float.floatToRawIntBits(1f));
    private static final IntVector ONE_GUARDED = IntVector.broadcast(I, Float.floatToRawIntBits(1f) + GUARD);
    private static final IntVector EXP_MAX_GUARDED =
            IntVector.broadcast(I, Float.floatToRawIntBits(FloatMath.EXP_MAX) + GUARD);
    private static final IntVector ERF_MAX_GUARDED =
            IntVector.broadcast(I, Float.floatToRawIntBits(FloatMath.ERF_MAX) + GUARD);
    private static final IntVector PHI_MAX_GUARDED =
            IntVector.broadcast(I, Float.floatToRawIntBits(FloatMath.PHI_MAX) + GUARD);
    private static final IntVector TANH_MAX_SQUARE_BITS =
            IntVector.broadcast(I, Float.floatToRawIntBits(FloatMath.TANH_MAX_SQUARE));

    private SimdMath() {}

    static void exp(float[] x, int at, float[] y, int yAt, int n) {
        int i = 0;
        for (; i <= n - L; i += L) {
            FloatVector v = FloatVector.fromArray(S, x, at + i);
            IntVector sign = v.reinterpretAsInts().and(SIGN);
            IntVector size = v.reinterpretAsInts().and(MAGNITUDE);
            FloatVector c = size.add(NAN_GUARD)
                    .min(EXP_MAX_GUARDED)
                    .sub(NAN_GUARD)
                    .or(sign)
                    .reinterpretAsFloats();
            FloatVector t = c.fma(LOG2_E, ROUND);
            FloatVector m = t.sub(ROUND);
            FloatVector r = m.fma(MINUS_LN2_LOW, m.fma(MINUS_LN2_HIGH, c));
            FloatVector h = r.fma(EXP_4, EXP_3);
            h = r.fma(h, EXP_2);
            h = r.fma(h, EXP_1);
            h = r.fma(h, EXP_0);
            IntVector k = t.reinterpretAsInts().sub(ROUND_BITS_INT);
            IntVector half = k.lanewise(VectorOperators.ASHR, 1);
            FloatVector scale1 =
                    half.add(EXPONENT_BIAS).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
            FloatVector scale2 = k.sub(half)
                    .add(EXPONENT_BIAS)
                    .lanewise(VectorOperators.LSHL, 23)
                    .reinterpretAsFloats();
            FloatVector e = r.mul(r).fma(h, r).add(ONE).mul(scale1).mul(scale2);
            e.intoArray(y, yAt + i);
        }
        for (; i < n; i++) {
            y[yAt + i] = FloatMath.exp(x[at + i]);
        }
    }

    static void log(float[] x, int at, float[] y, int yAt, int n) {
        int i = 0;
        for (; i <= n - L; i += L) {
            FloatVector v = FloatVector.fromArray(S, x, at + i);
            var tiny = v.compare(VectorOperators.LT, MIN_NORMAL);
            IntVector shifted = v.blend(v.mul(TWO_23), tiny).reinterpretAsInts().sub(ROOT_HALF_BITS);
            // The exponent as a float: set into the low bits of ROUND, which is then taken away.
            FloatVector k = shifted.lanewise(VectorOperators.ASHR, 23)
                    .add(ROUND_BITS_INT)
                    .reinterpretAsFloats();
            k = k.sub(ROUND).sub(ZERO.blend(TWENTY_THREE, tiny));
            FloatVector f = shifted.and(MANTISSA)
                    .add(ROOT_HALF_BITS)
                    .reinterpretAsFloats()
                    .sub(ONE);
            FloatVector q = f.fma(LOG_7, LOG_6);
            q = f.fma(q, LOG_5);
            q = f.fma(q, LOG_4);
            q = f.fma(q, LOG_3);
            q = f.fma(q, LOG_2);
            q = f.fma(q, LOG_1);
            q = f.fma(q, LOG_0);
            q = f.fma(q, MINUS_HALF);
            FloatVector small = k.fma(LN2_LOW, f.mul(f).mul(q));
            FloatVector w = k.fma(LN2_HIGH, f.add(small));
            w = v.blend(w, v.compare(VectorOperators.LT, INFINITY));
            w = w.blend(NAN, v.compare(VectorOperators.LT, ZERO));
            w = w.blend(MINUS_INFINITY, v.compare(VectorOperators.EQ, ZERO));
            w.intoArray(y, yAt + i);
        }
        for (; i < n; i++) {
            y[yAt + i] = FloatMath.log(x[at + i]);
        }
    }

    static void sin(float[] x, int at, float[] y, int yAt, int n) {
        int i = 0;
        for (; i <= n - L; i += L) {
            FloatVector v = FloatVector.fromArray(S, x, at + i);
            if (v.abs().compare(VectorOperators.LE, ANGLE_MAX).allTrue()) {
                FloatVector t = v.fma(TWO_OVER_PI, ROUND);
                FloatVector m = t.sub(ROUND);
                FloatVector r = m.fma(MINUS_HALF_PI_HIGH, v);
                r = m.fma(MINUS_HALF_PI_MIDDLE, r);
                r = m.fma(MINUS_HALF_PI_LOW, r);
                FloatVector z = r.mul(r);
                FloatVector sine = z.fma(SIN_2, SIN_1);
                sine = z.fma(sine, SIN_0);
                sine = r.mul(z.fma(sine, ONE));
                FloatVector cosine = z.fma(COS_2, COS_1);
                cosine = z.fma(cosine, COS_0);
                cosine = z.fma(cosine, MINUS_HALF);
                cosine = z.fma(cosine, ONE);
                IntVector quarter = t.reinterpretAsInts();
                var odd = quarter.and(ONES).compare(VectorOperators.NE, ZEROS).cast(S);
                IntVector sign = quarter.and(TWOS).lanewise(VectorOperators.LSHL, 30);
                sine.blend(cosine, odd)
                        .reinterpretAsInts()
                        .lanewise(VectorOperators.XOR, sign)
                        .reinterpretAsFloats()
                        .intoArray(y, yAt + i);
            } else {
                sinEach(x, at + i, y, yAt + i, L);
            }
        }
        sinEach(x, at + i, y, yAt + i, n - i);
    }

    private static void sinEach(float[] x, int at, float[] y, int yAt, int n) {
        for (int i = 0; i < n; i++) {
            y[yAt + i] = FloatMath.sin(x[at + i]);
        }
    }

    static void cos(float[] x, int at, float[] y, int yAt, int n) {
        int i = 0;
        for (; i <= n - L; i += L) {
            FloatVector v = FloatVector.fromArray(S, x, at + i);
            if (v.abs().compare(VectorOperators.LE, ANGLE_MAX).allTrue()) {
                FloatVector t = v.fma(TWO_OVER_PI, ROUND);
                FloatVector m = t.sub(ROUND);
                FloatVector r = m.fma(MINUS_HALF_PI_HIGH, v);
                r = m.fma(MINUS_HALF_PI_MIDDLE, r);
                r = m.fma(MINUS_HALF_PI_LOW, r);
                FloatVector z = r.mul(r);
                FloatVector sine = z.fma(SIN_2, SIN_1);
                sine = z.fma(sine, SIN_0);
                sine = r.mul(z.fma(sine, ONE));
                FloatVector cosine = z.fma(COS_2, COS_1);
                cosine = z.fma(cosine, COS_0);
                cosine = z.fma(cosine, MINUS_HALF);
                cosine = z.fma(cosine, ONE);
                IntVector quarter = t.reinterpretAsInts().add(ONES);
                var odd = quarter.and(ONES).compare(VectorOperators.NE, ZEROS).cast(S);
                IntVector sign = quarter.and(TWOS).lanewise(VectorOperators.LSHL, 30);
                sine.blend(cosine, odd)
                        .reinterpretAsInts()
                        .lanewise(VectorOperators.XOR, sign)
                        .reinterpretAsFloats()
                        .intoArray(y, yAt + i);
            } else {
                cosEach(x, at + i, y, yAt + i, L);
            }
        }
        cosEach(x, at + i, y, yAt + i, n - i);
    }

    private static void cosEach(float[] x, int at, float[] y, int yAt, int n) {
        for (int i = 0; i < n; i++) {
            y[yAt + i] = FloatMath.cos(x[at + i]);
        }
    }

    static void tanh(float[] x, int at, float[] y, int yAt, int n) {
        int i = 0;
        for (; i <= n - L; i += L) {
            FloatVector v = FloatVector.fromArray(S, x, at + i);
            FloatVector u =
                    v.mul(v).reinterpretAsInts().min(TANH_MAX_SQUARE_BITS).reinterpretAsFloats();
            FloatVector p = u.fma(TANH_P4, TANH_P3);
            p = u.fma(p, TANH_P2);
            p = u.fma(p, TANH_P1);
            p = u.fma(p, ONE);
            FloatVector q = u.fma(TANH_Q4, TANH_Q3);
            q = u.fma(q, TANH_Q2);
            q = u.fma(q, TANH_Q1);
            q = u.fma(q, ONE);
            IntVector w = v.mul(p).div(q).reinterpretAsInts();
            IntVector sign = w.and(SIGN);
            IntVector size = w.and(MAGNITUDE).add(NAN_GUARD).min(ONE_GUARDED).sub(NAN_GUARD);
            size.or(sign).reinterpretAsFloats().intoArray(y, yAt + i);
        }
        for (; i < n; i++) {
            y[yAt + i] = FloatMath.tanh(x[at + i]);
        }
    }

    static void erf(float[] x, int at, float[] y, int yAt, int n) {
        float[] bells = BELLS.get();
        for (int i = 0; i < n; i += CHUNK) {
            int count = Math.min(CHUNK, n - i);
            erfBells(x, at + i, bells, count);
            erfOf(x, at + i, y, yAt + i, bells, count);
        }
    }

    private static void erfBells(float[] x, int at, float[] bells, int n) {
        for (int i = 0; i <= n - L; i += L) {
            FloatVector v = FloatVector.fromArray(S, x, at + i);
            IntVector size = v.reinterpretAsInts().and(MAGNITUDE);
            FloatVector a =
                    size.add(NAN_GUARD).min(ERF_MAX_GUARDED).sub(NAN_GUARD).reinterpretAsFloats();
            FloatVector c = a.mul(a).neg();
            FloatVector t = c.fma(LOG2_E, ROUND);
            FloatVector m = t.sub(ROUND);
            FloatVector r = m.fma(MINUS_LN2_LOW, m.fma(MINUS_LN2_HIGH, c));
            FloatVector h = r.fma(EXP_4, EXP_3);
            h = r.fma(h, EXP_2);
            h = r.fma(h, EXP_1);
            h = r.fma(h, EXP_0);
            IntVector k = t.reinterpretAsInts().sub(ROUND_BITS_INT);
            IntVector half = k.lanewise(VectorOperators.ASHR, 1);
            FloatVector scale1 =
                    half.add(EXPONENT_BIAS).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
            FloatVector scale2 = k.sub(half)
                    .add(EXPONENT_BIAS)
                    .lanewise(VectorOperators.LSHL, 23)
                    .reinterpretAsFloats();
            FloatVector e = r.mul(r).fma(h, r).add(ONE).mul(scale1).mul(scale2);
            e.intoArray(bells, i);
        }
    }

    private static void erfOf(float[] x, int at, float[] y, int yAt, float[] bells, int n) {
        int i = 0;
        for (; i <= n - L; i += L) {
            FloatVector v = FloatVector.fromArray(S, x, at + i);
            FloatVector bell = FloatVector.fromArray(S, bells, i);
            IntVector size = v.reinterpretAsInts().and(MAGNITUDE);
            FloatVector a =
                    size.add(NAN_GUARD).min(ERF_MAX_GUARDED).sub(NAN_GUARD).reinterpretAsFloats();
            FloatVector u = a.mul(a);
            FloatVector q = u.fma(ERF_5, ERF_4);
            q = u.fma(q, ERF_3);
            q = u.fma(q, ERF_2);
            q = u.fma(q, ERF_1);
            q = u.fma(q, ERF_0);
            FloatVector near = a.fma(q, a);
            FloatVector p = a.fma(ERFC_P3, ERFC_P2);
            p = a.fma(p, ERFC_P1);
            p = a.fma(p, ERFC_P0);
            q = a.fma(ERFC_Q3, ERFC_Q2);
            q = a.fma(q, ERFC_Q1);
            q = a.fma(q, ONE);
            FloatVector w = bell.neg().fma(p.div(q), ONE);
            w = w.blend(near, a.compare(VectorOperators.LT, ERF_SPLIT));
            w = w.reinterpretAsInts().or(v.reinterpretAsInts().and(SIGN)).reinterpretAsFloats();
            w.intoArray(y, yAt + i);
        }
        for (; i < n; i++) {
            y[yAt + i] = FloatMath.erf(x[at + i]);
        }
    }

    static void softplus(float[] x, int at, float[] y, int yAt, int n) {
        float[] bells = BELLS.get();
        for (int i = 0; i < n; i += CHUNK) {
            int count = Math.min(CHUNK, n - i);
            decays(x, at + i, bells, count);
            softplusOf(x, at + i, y, yAt + i, bells, count);
        }
    }

    private static void decays(float[] x, int at, float[] bells, int n) {
        for (int i = 0; i <= n - L; i += L) {
            FloatVector v = FloatVector.fromArray(S, x, at + i);
            IntVector size = v.reinterpretAsInts().and(MAGNITUDE);
            FloatVector c = size.add(NAN_GUARD)
                    .min(EXP_MAX_GUARDED)
                    .sub(NAN_GUARD)
                    .or(SIGN)
                    .reinterpretAsFloats();
            FloatVector t = c.fma(LOG2_E, ROUND);
            FloatVector m = t.sub(ROUND);
            FloatVector r = m.fma(MINUS_LN2_LOW, m.fma(MINUS_LN2_HIGH, c));
            FloatVector h = r.fma(EXP_4, EXP_3);
            h = r.fma(h, EXP_2);
            h = r.fma(h, EXP_1);
            h = r.fma(h, EXP_0);
            IntVector k = t.reinterpretAsInts().sub(ROUND_BITS_INT);
            IntVector half = k.lanewise(VectorOperators.ASHR, 1);
            FloatVector scale1 =
                    half.add(EXPONENT_BIAS).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
            FloatVector scale2 = k.sub(half)
                    .add(EXPONENT_BIAS)
                    .lanewise(VectorOperators.LSHL, 23)
                    .reinterpretAsFloats();
            FloatVector e = r.mul(r).fma(h, r).add(ONE).mul(scale1).mul(scale2);
            e.intoArray(bells, i);
        }
    }

    static void sigmoid(float[] x, int at, float[] y, int yAt, int n) {
        float[] bells = BELLS.get();
        for (int i = 0; i < n; i += CHUNK) {
            int count = Math.min(CHUNK, n - i);
            decays(x, at + i, bells, count);
            sigmoidOf(x, at + i, y, yAt + i, bells, count);
        }
    }

    private static void sigmoidOf(float[] x, int at, float[] y, int yAt, float[] bells, int n) {
        int i = 0;
        for (; i <= n - L; i += L) {
            FloatVector v = FloatVector.fromArray(S, x, at + i);
            FloatVector bell = FloatVector.fromArray(S, bells, i);
            IntVector negative = v.reinterpretAsInts().lanewise(VectorOperators.ASHR, 31);
            // e to the -|x| where negative, else 1
            FloatVector part = bell.reinterpretAsInts()
                    .lanewise(VectorOperators.XOR, ONE_BITS)
                    .and(negative)
                    .lanewise(VectorOperators.XOR, ONE_BITS)
                    .reinterpretAsFloats();
            FloatVector slope = part.div(bell.add(ONE));
            slope.intoArray(y, yAt + i);
        }
        for (; i < n; i++) {
            y[yAt + i] = FloatMath.sigmoid(x[at + i]);
        }
    }

    static void softplusBackward(float[] x, int at, float[] dy, int dyAt, float[] dx, int dxAt, int n) {
        float[] bells = BELLS.get();
        for (int i = 0; i < n; i += CHUNK) {
            int count = Math.min(CHUNK, n - i);
            decays(x, at + i, bells, count);
            sigmoidSlope(x, at + i, dy, dyAt + i, dx, dxAt + i, bells, count);
        }
    }

    private static void sigmoidSlope(
            float[] x, int at, float[] dy, int dyAt, float[] dx, int dxAt, float[] bells, int n) {
        int i = 0;
        for (; i <= n - L; i += L) {
            FloatVector v = FloatVector.fromArray(S, x, at + i);
            FloatVector bell = FloatVector.fromArray(S, bells, i);
            IntVector negative = v.reinterpretAsInts().lanewise(VectorOperators.ASHR, 31);
            // e to the -|x| where negative, else 1
            FloatVector part = bell.reinterpretAsInts()
                    .lanewise(VectorOperators.XOR, ONE_BITS)
                    .and(negative)
                    .lanewise(VectorOperators.XOR, ONE_BITS)
                    .reinterpretAsFloats();
            FloatVector slope = part.div(bell.add(ONE));
            FloatVector.fromArray(S, dy, dyAt + i).mul(slope).intoArray(dx, dxAt + i);
        }
        for (; i < n; i++) {
            dx[dxAt + i] = dy[dyAt + i] * FloatMath.sigmoid(x[at + i]);
        }
    }

    private static void softplusOf(float[] x, int at, float[] y, int yAt, float[] bells, int n) {
        int i = 0;
        for (; i <= n - L; i += L) {
            FloatVector v = FloatVector.fromArray(S, x, at + i);
            FloatVector bell = FloatVector.fromArray(S, bells, i);
            FloatVector s = bell.div(bell.add(TWO));
            FloatVector z = s.mul(s);
            FloatVector q = z.fma(ARTANH_3, ARTANH_2);
            q = z.fma(q, ARTANH_1);
            q = z.fma(q, ARTANH_0);
            FloatVector twice = s.add(s);
            IntVector negative = v.reinterpretAsInts().lanewise(VectorOperators.ASHR, 31);
            FloatVector positive = v.reinterpretAsInts()
                    .lanewise(VectorOperators.AND_NOT, negative)
                    .reinterpretAsFloats();
            twice.mul(z).fma(q, twice).add(positive).intoArray(y, yAt + i);
        }
        for (; i < n; i++) {
            y[yAt + i] = FloatMath.softplus(x[at + i]);
        }
    }

    static void gelu(float[] x, int at, float[] y, int yAt, int n) {
        float[] bells = BELLS.get();
        for (int i = 0; i < n; i += CHUNK) {
            int count = Math.min(CHUNK, n - i);
            bells(x, at + i, bells, count);
            geluOf(x, at + i, y, yAt + i, bells, count);
        }
    }

    static void geluBackward(float[] x, int at, float[] dy, int dyAt, float[] dx, int dxAt, int n) {
        float[] bells = BELLS.get();
        for (int i = 0; i < n; i += CHUNK) {
            int count = Math.min(CHUNK, n - i);
            bells(x, at + i, bells, count);
            geluSlope(x, at + i, dy, dyAt + i, dx, dxAt + i, bells, count);
        }
    }

    private static void bells(float[] x, int at, float[] bells, int n) {
        for (int i = 0; i <= n - L; i += L) {
            FloatVector v = FloatVector.fromArray(S, x, at + i);
            IntVector size = v.reinterpretAsInts().and(MAGNITUDE);
            FloatVector a =
                    size.add(NAN_GUARD).min(PHI_MAX_GUARDED).sub(NAN_GUARD).reinterpretAsFloats();
            FloatVector square = a.mul(a);
            FloatVector error = a.fma(a, square.neg());
            FloatVector c = square.mul(MINUS_HALF);
            FloatVector t = c.fma(LOG2_E, ROUND);
            FloatVector m = t.sub(ROUND);
            FloatVector r = m.fma(MINUS_LN2_LOW, m.fma(MINUS_LN2_HIGH, c));
            FloatVector h = r.fma(EXP_4, EXP_3);
            h = r.fma(h, EXP_2);
            h = r.fma(h, EXP_1);
            h = r.fma(h, EXP_0);
            IntVector k = t.reinterpretAsInts().sub(ROUND_BITS_INT);
            IntVector half = k.lanewise(VectorOperators.ASHR, 1);
            FloatVector scale1 =
                    half.add(EXPONENT_BIAS).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
            FloatVector scale2 = k.sub(half)
                    .add(EXPONENT_BIAS)
                    .lanewise(VectorOperators.LSHL, 23)
                    .reinterpretAsFloats();
            FloatVector e = r.mul(r).fma(h, r).add(ONE).mul(scale1).mul(scale2);
            e.fma(error.mul(MINUS_HALF), e).intoArray(bells, i);
        }
    }

    private static void geluOf(float[] x, int at, float[] y, int yAt, float[] bells, int n) {
        int i = 0;
        for (; i <= n - L; i += L) {
            FloatVector v = FloatVector.fromArray(S, x, at + i);
            FloatVector bell = FloatVector.fromArray(S, bells, i);
            IntVector size = v.reinterpretAsInts().and(MAGNITUDE);
            FloatVector a =
                    size.add(NAN_GUARD).min(PHI_MAX_GUARDED).sub(NAN_GUARD).reinterpretAsFloats();
            FloatVector p = a.fma(PHI_P4, PHI_P3);
            p = a.fma(p, PHI_P2);
            p = a.fma(p, PHI_P1);
            p = a.fma(p, PHI_P0);
            FloatVector q = a.fma(PHI_Q5, PHI_Q4);
            q = a.fma(q, PHI_Q3);
            q = a.fma(q, PHI_Q2);
            q = a.fma(q, PHI_Q1);
            q = a.fma(q, ONE);
            FloatVector weight = a.neg().mul(p.div(q));
            IntVector negative = v.reinterpretAsInts().lanewise(VectorOperators.ASHR, 31);
            FloatVector positive = v.reinterpretAsInts()
                    .lanewise(VectorOperators.AND_NOT, negative)
                    .reinterpretAsFloats();
            weight.fma(bell, positive).intoArray(y, yAt + i);
        }
        for (; i < n; i++) {
            y[yAt + i] = FloatMath.gelu(x[at + i]);
        }
    }

    private static void geluSlope(float[] x, int at, float[] dy, int dyAt, float[] dx, int dxAt, float[] bells, int n) {
        int i = 0;
        for (; i <= n - L; i += L) {
            FloatVector v = FloatVector.fromArray(S, x, at + i);
            FloatVector bell = FloatVector.fromArray(S, bells, i);
            IntVector size = v.reinterpretAsInts().and(MAGNITUDE);
            FloatVector a =
                    size.add(NAN_GUARD).min(PHI_MAX_GUARDED).sub(NAN_GUARD).reinterpretAsFloats();
            FloatVector p = a.fma(PHI_P4, PHI_P3);
            p = a.fma(p, PHI_P2);
            p = a.fma(p, PHI_P1);
            p = a.fma(p, PHI_P0);
            FloatVector q = a.fma(PHI_Q5, PHI_Q4);
            q = a.fma(q, PHI_Q3);
            q = a.fma(q, PHI_Q2);
            q = a.fma(q, PHI_Q1);
            q = a.fma(q, ONE);
            FloatVector tail = bell.mul(p.div(q));
            IntVector negative = v.reinterpretAsInts().lanewise(VectorOperators.ASHR, 31);
            IntVector rest = ONE.sub(tail).reinterpretAsInts();
            // tail where negative, else 1 - tail
            FloatVector phi = tail.reinterpretAsInts()
                    .lanewise(VectorOperators.XOR, rest)
                    .and(negative)
                    .lanewise(VectorOperators.XOR, rest)
                    .reinterpretAsFloats();
            FloatVector signed = a.reinterpretAsInts().or(negative.and(SIGN)).reinterpretAsFloats();
            FloatVector slope = signed.fma(bell.mul(INVERSE_ROOT_TWO_PI), phi);
            FloatVector.fromArray(S, dy, dyAt + i).mul(slope).intoArray(dx, dxAt + i);
        }
        for (; i < n; i++) {
            dx[dxAt + i] = dy[dyAt + i] * FloatMath.geluDerivative(x[at + i]);
        }
    }
}
