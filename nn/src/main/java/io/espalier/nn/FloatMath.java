package io.espalier.nn;

/**
 * Elementary functions of {@code float} with the same bits on every platform, alone or over arrays, with or without SIMD.
 *
 * <p>They are built of correctly rounded operations only (fma, add, multiply, divide), in one fixed order. The polynomials
 * and rational functions are minimax fits made for this class. Error bounds are in units in the last place of the result,
 * against the exact value, for all arguments; results below 2⁻¹²⁶ are within one unit of 2⁻¹⁴⁹ more. A not-a-number gives
 * not-a-number.
 */
public final class FloatMath {
    /** Adding and subtracting 1.5 · 2²³ rounds to an integer, which then stands in the low bits. */
    static final float ROUND = 0x1.8p23f;

    static final int ROUND_BITS = 0x4b400000;

    static final float LOG2_E = 0x1.715476p0f;
    static final float LN2_HIGH = 0x1.62e430p-1f;
    static final float LN2_LOW = -0x1.05c610p-29f;

    /** Beyond ± this eˣ is infinite, or rounds to 0. */
    static final float EXP_MAX = 104f;

    // (eʳ - 1 - r) / r², |r| ≤ ln 2 / 2
    static final float EXP_0 = 0.49999994f;
    static final float EXP_1 = 0.1666652f;
    static final float EXP_2 = 0.041668393f;
    static final float EXP_3 = 0.008368781f;
    static final float EXP_4 = 0.0013814466f;

    /** The bits of √½: where the mantissa's range begins in the reduction for log. */
    static final int ROOT_HALF_BITS = 0x3f3504f3;

    static final float TWO_23 = 0x1p23f;

    // (log(1 + f) - f + f²/2) / f³, √½ - 1 ≤ f ≤ √2 - 1
    static final float LOG_0 = 0.3333333f;
    static final float LOG_1 = -0.2500082f;
    static final float LOG_2 = 0.20001227f;
    static final float LOG_3 = -0.16623357f;
    static final float LOG_4 = 0.14201759f;
    static final float LOG_5 = -0.13160184f;
    static final float LOG_6 = 0.12761573f;
    static final float LOG_7 = -0.07634486f;

    // (artanh(s) - s) / s³ in s², s² ≤ 1/9
    static final float ARTANH_0 = 0.3333321f;
    static final float ARTANH_1 = 0.20010763f;
    static final float ARTANH_2 = 0.14000899f;
    static final float ARTANH_3 = 0.1400601f;

    /** Beyond it the three-part reduction of sin and cos is too coarse, and StrictMath takes over. */
    static final float ANGLE_MAX = 32768f;

    static final float TWO_OVER_PI = 0x1.45f306p-1f;
    static final float HALF_PI_HIGH = 0x1.921fb6p0f;
    static final float HALF_PI_MIDDLE = -0x1.777a5cp-25f;
    static final float HALF_PI_LOW = -0x1.ee59dap-50f;

    // (sin(r) - r) / r³ and (cos(r) - 1 + r²/2) / r⁴ in r², |r| ≤ π/4
    static final float SIN_0 = -0.16666655f;
    static final float SIN_1 = 0.008332156f;
    static final float SIN_2 = -1.951463e-4f;
    static final float COS_0 = 0.041666646f;
    static final float COS_1 = -0.001388731f;
    static final float COS_2 = 2.4432413e-5f;

    /** The square of the point from which on tanh rounds to 1. */
    static final float TANH_MAX_SQUARE = 81.2f;

    // tanh(x) / x = P(x²) / Q(x²)
    static final float TANH_P1 = 0.13383338f;
    static final float TANH_P2 = 0.0034982315f;
    static final float TANH_P3 = 2.0648598e-5f;
    static final float TANH_P4 = 1.340211e-8f;
    static final float TANH_Q1 = 0.46716654f;
    static final float TANH_Q2 = 0.025887301f;
    static final float TANH_Q3 = 3.289785e-4f;
    static final float TANH_Q4 = 7.79752e-7f;

    /** Above it erf rounds to 1. */
    static final float ERF_MAX = 3.95f;

    /** Up to here erf is a polynomial, from here on it comes from its complement. */
    static final float ERF_SPLIT = 0.9f;

    // erf(x) / x - 1 in x²
    static final float ERF_0 = 0.12837915f;
    static final float ERF_1 = -0.37612525f;
    static final float ERF_2 = 0.11282141f;
    static final float ERF_3 = -0.026778908f;
    static final float ERF_4 = 0.0050119627f;
    static final float ERF_5 = -6.0903595e-4f;

    // (1 - erf(x)) · exp(x²) = P(x) / Q(x)
    static final float ERFC_P0 = 1.0010263f;
    static final float ERFC_P1 = 0.73918587f;
    static final float ERFC_P2 = 0.23712912f;
    static final float ERFC_P3 = -7.8502344e-5f;
    static final float ERFC_Q1 = 1.8740677f;
    static final float ERFC_Q2 = 1.3325638f;
    static final float ERFC_Q3 = 0.41764075f;

    /** From here on Φ(-t) is 0 in float. */
    static final float PHI_MAX = 14.5f;

    static final float INVERSE_ROOT_TWO_PI = 0.3989423f;

    // Φ(-t) · exp(t²/2) = P(t) / Q(t), t ≥ 0
    static final float PHI_P0 = 0.5f;
    static final float PHI_P1 = 0.43779314f;
    static final float PHI_P2 = 0.18283658f;
    static final float PHI_P3 = 0.04049107f;
    static final float PHI_P4 = 0.004092881f;
    static final float PHI_Q1 = 1.6734711f;
    static final float PHI_Q2 = 1.2009059f;
    static final float PHI_Q3 = 0.46841145f;
    static final float PHI_Q4 = 0.101502575f;
    static final float PHI_Q5 = 0.01025921f;

    private FloatMath() {}

    /** eˣ, within 1.1 units: infinite above 88.72, gradually 0 below -87.3. */
    public static float exp(float x) {
        float c = x > EXP_MAX ? EXP_MAX : x;
        c = c < -EXP_MAX ? -EXP_MAX : c;
        float t = Math.fma(c, LOG2_E, ROUND);
        float n = t - ROUND;
        float r = Math.fma(n, -LN2_LOW, Math.fma(n, -LN2_HIGH, c));
        float q = Math.fma(r, EXP_4, EXP_3);
        q = Math.fma(r, q, EXP_2);
        q = Math.fma(r, q, EXP_1);
        q = Math.fma(r, q, EXP_0);
        float y = Math.fma(r * r, q, r) + 1f;
        // Two factors, because a float has no exponent for 2ᵏ alone above 127 and below -126.
        int k = Float.floatToRawIntBits(t) - ROUND_BITS;
        int half = k >> 1;
        return y * Float.intBitsToFloat((half + 127) << 23) * Float.intBitsToFloat((k - half + 127) << 23);
    }

    /**
     * {@link #exp(float)} of many, to the same bits.
     *
     * @param x [count] from {@code at}
     * @param into receives [count] from {@code intoAt}; may be {@code x} at the same place
     */
    public static void exp(float[] x, int at, float[] into, int intoAt, int count) {
        Kernels.INSTANCE.exp(x, at, into, intoAt, count);
    }

    /** Natural logarithm, within 1 unit: -∞ at 0, not-a-number below, ∞ at ∞. */
    public static float log(float x) {
        boolean tiny = x < Float.MIN_NORMAL;
        float normal = tiny ? x * TWO_23 : x;
        int shifted = Float.floatToRawIntBits(normal) - ROOT_HALF_BITS;
        float k = (float) (shifted >> 23) - (tiny ? 23f : 0f);
        float f = Float.intBitsToFloat((shifted & 0x7fffff) + ROOT_HALF_BITS) - 1f;
        float q = Math.fma(f, LOG_7, LOG_6);
        q = Math.fma(f, q, LOG_5);
        q = Math.fma(f, q, LOG_4);
        q = Math.fma(f, q, LOG_3);
        q = Math.fma(f, q, LOG_2);
        q = Math.fma(f, q, LOG_1);
        q = Math.fma(f, q, LOG_0);
        q = Math.fma(f, q, -0.5f);
        float small = Math.fma(k, LN2_LOW, (f * f) * q);
        float y = Math.fma(k, LN2_HIGH, f + small);
        y = x < Float.POSITIVE_INFINITY ? y : x;
        y = x < 0 ? Float.NaN : y;
        return x == 0 ? Float.NEGATIVE_INFINITY : y;
    }

    /**
     * {@link #log(float)} of many, to the same bits.
     *
     * @param x [count] from {@code at}
     * @param into receives [count] from {@code intoAt}; may be {@code x} at the same place
     */
    public static void log(float[] x, int at, float[] into, int intoAt, int count) {
        Kernels.INSTANCE.log(x, at, into, intoAt, count);
    }

    /** Sine of an angle in radians, within 2 units. */
    public static float sin(float x) {
        return Math.abs(x) <= ANGLE_MAX ? quadrant(x, 0) : (float) StrictMath.sin(x);
    }

    /**
     * {@link #sin(float)} of many, to the same bits.
     *
     * @param x [count] from {@code at}
     * @param into receives [count] from {@code intoAt}; may be {@code x} at the same place
     */
    public static void sin(float[] x, int at, float[] into, int intoAt, int count) {
        Kernels.INSTANCE.sin(x, at, into, intoAt, count);
    }

    /** Cosine of an angle in radians, within 2 units. */
    public static float cos(float x) {
        return Math.abs(x) <= ANGLE_MAX ? quadrant(x, 1) : (float) StrictMath.cos(x);
    }

    /**
     * {@link #cos(float)} of many, to the same bits.
     *
     * @param x [count] from {@code at}
     * @param into receives [count] from {@code intoAt}; may be {@code x} at the same place
     */
    public static void cos(float[] x, int at, float[] into, int intoAt, int count) {
        Kernels.INSTANCE.cos(x, at, into, intoAt, count);
    }

    /** sin(x + turns · π/2). */
    private static float quadrant(float x, int turns) {
        float t = Math.fma(x, TWO_OVER_PI, ROUND);
        float n = t - ROUND;
        int quarter = Float.floatToRawIntBits(t) + turns;
        float r = Math.fma(n, -HALF_PI_HIGH, x);
        r = Math.fma(n, -HALF_PI_MIDDLE, r);
        r = Math.fma(n, -HALF_PI_LOW, r);
        float z = r * r;
        float sine = Math.fma(z, Math.fma(z, SIN_2, SIN_1), SIN_0);
        sine = r * Math.fma(z, sine, 1f);
        float cosine = Math.fma(z, Math.fma(z, COS_2, COS_1), COS_0);
        cosine = Math.fma(z, Math.fma(z, cosine, -0.5f), 1f);
        float y = (quarter & 1) == 0 ? sine : cosine;
        return (quarter & 2) == 0 ? y : -y;
    }

    /** Hyperbolic tangent, within 6 units (4·10⁻⁷), never beyond ±1. */
    public static float tanh(float x) {
        float u = x * x;
        u = u > TANH_MAX_SQUARE ? TANH_MAX_SQUARE : u;
        float p = Math.fma(u, TANH_P4, TANH_P3);
        p = Math.fma(u, p, TANH_P2);
        p = Math.fma(u, p, TANH_P1);
        p = Math.fma(u, p, 1f);
        float q = Math.fma(u, TANH_Q4, TANH_Q3);
        q = Math.fma(u, q, TANH_Q2);
        q = Math.fma(u, q, TANH_Q1);
        q = Math.fma(u, q, 1f);
        float y = x * p / q;
        y = y > 1f ? 1f : y;
        return y < -1f ? -1f : y;
    }

    /** Logistic function 1 / (1 + e⁻ˣ), within 2.5 units. */
    public static float sigmoid(float x) {
        float e = exp(-Math.abs(x));
        return (x < 0 ? e : 1f) / (1f + e);
    }

    /** log(1 + eˣ), within 3 units. */
    public static float softplus(float x) {
        float e = exp(-Math.abs(x));
        float s = e / (2f + e);
        float z = s * s;
        float q = Math.fma(z, ARTANH_3, ARTANH_2);
        q = Math.fma(z, q, ARTANH_1);
        q = Math.fma(z, q, ARTANH_0);
        float twice = s + s;
        return Math.fma(twice * z, q, twice) + (x > 0 ? x : 0f);
    }

    /** Error function, within 2 units, never beyond ±1. */
    public static float erf(float x) {
        float t = Math.abs(x);
        t = t > ERF_MAX ? ERF_MAX : t;
        float u = t * t;
        float q = Math.fma(u, ERF_5, ERF_4);
        q = Math.fma(u, q, ERF_3);
        q = Math.fma(u, q, ERF_2);
        q = Math.fma(u, q, ERF_1);
        q = Math.fma(u, q, ERF_0);
        float near = Math.fma(t, q, t);
        float p = Math.fma(t, ERFC_P3, ERFC_P2);
        p = Math.fma(t, p, ERFC_P1);
        p = Math.fma(t, p, ERFC_P0);
        q = Math.fma(t, ERFC_Q3, ERFC_Q2);
        q = Math.fma(t, q, ERFC_Q1);
        q = Math.fma(t, q, 1f);
        float far = Math.fma(-exp(-u), p / q, 1f);
        float y = t < ERF_SPLIT ? near : far;
        return Math.copySign(y, x);
    }

    /**
     * Gaussian error linear unit x · Φ(x), Φ the distribution function of the standard normal distribution (Hendrycks and
     * Gimpel 2016, the exact form), within 6 units also where it is nearly 0.
     */
    public static float gelu(float x) {
        float t = Math.abs(x);
        t = t > PHI_MAX ? PHI_MAX : t;
        // t · R(t) before the bell: Φ(-t) alone would lose bits below 2⁻¹²⁶ earlier than the product.
        return Math.fma(-t * ratio(t), bell(t), x > 0 ? x : 0f);
    }

    /** Derivative of {@link #gelu}: Φ(x) + x · φ(x), within 4 units of max(|value|, 0.25). */
    public static float geluDerivative(float x) {
        float t = Math.abs(x);
        t = t > PHI_MAX ? PHI_MAX : t;
        float bell = bell(t);
        float tail = bell * ratio(t);
        float signed = x < 0 ? -t : t;
        return Math.fma(signed, INVERSE_ROOT_TWO_PI * bell, x < 0 ? tail : 1f - tail);
    }

    /** exp(-t²/2); the rounding error of t² is made up for, since exp would magnify it. */
    private static float bell(float t) {
        float square = t * t;
        float error = Math.fma(t, t, -square);
        float e = exp(-0.5f * square);
        return Math.fma(e, -0.5f * error, e);
    }

    /** Φ(-t) / exp(-t²/2). */
    private static float ratio(float t) {
        float p = Math.fma(t, PHI_P4, PHI_P3);
        p = Math.fma(t, p, PHI_P2);
        p = Math.fma(t, p, PHI_P1);
        p = Math.fma(t, p, PHI_P0);
        float q = Math.fma(t, PHI_Q5, PHI_Q4);
        q = Math.fma(t, q, PHI_Q3);
        q = Math.fma(t, q, PHI_Q2);
        q = Math.fma(t, q, PHI_Q1);
        q = Math.fma(t, q, 1f);
        return p / q;
    }
}
