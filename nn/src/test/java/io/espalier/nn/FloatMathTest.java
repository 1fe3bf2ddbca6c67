package io.espalier.nn;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FloatMathTest {
    private interface Single {
        float of(float x);
    }

    private interface Exact {
        double of(double x);
    }

    /**
     * A function and its value in double precision.
     *
     * @param bound the bound of the error that its Javadoc states, in units in the last place
     * @param least the smallest value whose units count; 0: all
     */
    private record Function(String name, Single single, Exact exact, double bound, double least) {
        @Override
        public String toString() {
            return name;
        }
    }

    static List<Function> functions() {
        return List.of(
                new Function("exp", FloatMath::exp, StrictMath::exp, 1.1, 0),
                new Function("log", FloatMath::log, StrictMath::log, 1, 0),
                new Function("sin", FloatMath::sin, StrictMath::sin, 2, 0),
                new Function("cos", FloatMath::cos, StrictMath::cos, 2, 0),
                new Function("softplus", FloatMath::softplus, FloatMathTest::softplus, 3, 0),
                new Function("gelu", FloatMath::gelu, x -> product(x, normal(x)), 6, 0),
                new Function("gelu'", FloatMath::geluDerivative, x -> normal(x) + product(x, density(x)), 4, 0.25));
    }

    static List<Function> bounded() {
        return List.of(
                new Function("tanh", FloatMath::tanh, StrictMath::tanh, 6, 0),
                new Function("sigmoid", FloatMath::sigmoid, x -> 1 / (1 + StrictMath.exp(-x)), 2.5, 0),
                new Function("erf", FloatMath::erf, FloatMathTest::erf, 2, 0));
    }

    private static double softplus(double x) {
        return Math.max(x, 0) + StrictMath.log1p(StrictMath.exp(-Math.abs(x)));
    }

    private static double erf(double x) {
        // 1 - (1 - x) would lose small values: they are 2/√π · (x - x³/3).
        return Math.abs(x) < 1e-3
                ? x * 2 / Math.sqrt(Math.PI) * (1 - x * x / 3)
                : Math.copySign(1 - 2 * upperTail(Math.abs(x) * Math.sqrt(2)), x);
    }

    private static double normal(double x) {
        return x < 0 ? upperTail(-x) : 1 - upperTail(x);
    }

    private static double density(double x) {
        return StrictMath.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
    }

    private static double product(double x, double factor) {
        return factor == 0 ? Math.copySign(0, x) : x * factor;
    }

    /** Φ(-t) for t ≥ 0: by its series below 3.5, by its continued fraction above. */
    private static double upperTail(double t) {
        double density = density(t);
        if (t < 3.5) {
            double term = t;
            double sum = t;
            for (int n = 1; term > 1e-18 * sum; n++) {
                term *= t * t / (2 * n + 1);
                sum += term;
            }
            return 0.5 - density * sum;
        }
        double fraction = t;
        for (int n = 120; n >= 1; n--) {
            fraction = t + n / fraction;
        }
        return density == 0 ? 0 : density / fraction;
    }

    @ParameterizedTest
    @MethodSource({"functions", "bounded"})
    void staysWithinItsBound(Function function) {
        SplittableRandom random = new SplittableRandom(5);
        for (int i = 0; i < 60_000; i++) {
            check(function, Float.intBitsToFloat(random.nextInt()));
            check(function, (float) (random.nextDouble() * 40 - 20));
            check(function, (float) (random.nextDouble() * 3 - 1.5));
        }
        for (float x : new float[] {
            0f,
            Float.MIN_VALUE,
            Float.MIN_NORMAL,
            1e-20f,
            1f,
            9.01f,
            9.02f,
            14.5f,
            17f,
            88.72283f,
            88.73f,
            103f,
            104f,
            105f,
            32768f,
            32769f,
            1e10f,
            Float.MAX_VALUE,
            Float.POSITIVE_INFINITY
        }) {
            check(function, x);
            check(function, -x);
        }
        assertThat(function.single.of(Float.NaN)).isNaN();
    }

    private static void check(Function function, float x) {
        if (Float.isNaN(x)) {
            return;
        }
        float actual = function.single.of(x);
        double exact = function.exact.of(x);
        if (Double.isNaN(exact) || Double.isInfinite((float) exact)) {
            assertThat(actual).as("%s(%s)", function, x).isEqualTo(Float.valueOf((float) exact));
        } else {
            double units =
                    Math.abs(actual - exact) / Math.ulp(Math.max((float) Math.abs(exact), (float) function.least));
            if (!(units <= function.bound)) {
                throw new AssertionError(function + "(" + x + ") is " + actual + ", " + units + " units off " + exact);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("bounded")
    void staysWithinItsRange(Function function) {
        for (float x = 0.5f; x < 20f; x += 1e-4f) {
            assertThat(Math.abs(function.single.of(x))).isLessThanOrEqualTo(1f);
            assertThat(Math.abs(function.single.of(-x))).isLessThanOrEqualTo(1f);
        }
        assertThat(function.single.of(Float.POSITIVE_INFINITY)).isEqualTo(1f);
    }
}
