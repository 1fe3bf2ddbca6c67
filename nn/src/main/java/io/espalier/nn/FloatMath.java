package io.espalier.nn;

/** Elementary functions of {@code float} with the same bits on every platform. */
public final class FloatMath {
    private FloatMath() {}

    /** eˣ. */
    public static float exp(float x) {
        return (float) StrictMath.exp(x);
    }

    /** Natural logarithm; -∞ at 0, not-a-number below. */
    public static float log(float x) {
        return (float) StrictMath.log(x);
    }

    /** Sine of an angle in radians. */
    public static float sin(float x) {
        return (float) StrictMath.sin(x);
    }

    /** Cosine of an angle in radians. */
    public static float cos(float x) {
        return (float) StrictMath.cos(x);
    }

    /** Hyperbolic tangent. */
    public static float tanh(float x) {
        return (float) StrictMath.tanh(x);
    }

    /** Logistic function 1 / (1 + e⁻ˣ). */
    public static float sigmoid(float x) {
        return (float) (1 / (1 + StrictMath.exp(-x)));
    }

    /** log(1 + eˣ). */
    public static float softplus(float x) {
        return (float) (Math.max(x, 0.0) + StrictMath.log1p(StrictMath.exp(-Math.abs(x))));
    }

    /** Error function. */
    public static float erf(float x) {
        return (float) erfOf(x);
    }

    /** Gaussian error linear unit x · Φ(x), with Φ the distribution function of the standard normal distribution. */
    public static float gelu(float x) {
        return (float) (0.5 * x * (1 + erfOf(x * StrictMath.sqrt(0.5))));
    }

    /** Derivative of {@link #gelu}: Φ(x) + x · φ(x). */
    public static float geluDerivative(float x) {
        double density = StrictMath.exp(-0.5 * x * x) / StrictMath.sqrt(2 * Math.PI);
        return (float) (0.5 * (1 + erfOf(x * StrictMath.sqrt(0.5))) + x * density);
    }

    private static double erfOf(double x) {
        if (!(Math.abs(x) < 6)) {
            return Double.isNaN(x) ? x : Math.signum(x);
        }
        // erf(x) = 2/√π · e^(-x²) · Σ 2ⁿ x^(2n+1) / (2n+1)!!
        double term = x;
        double sum = x;
        for (int n = 1; n < 200; n++) {
            term *= 2 * x * x / (2 * n + 1);
            sum += term;
        }
        return 2 / StrictMath.sqrt(Math.PI) * StrictMath.exp(-x * x) * sum;
    }
}
