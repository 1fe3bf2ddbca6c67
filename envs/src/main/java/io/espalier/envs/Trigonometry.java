package io.espalier.envs;

/**
 * Sine and cosine in double precision: the same bits on every JVM and processor (which {@link Math} does not promise),
 * within one unit in the last place, and several times as fast as {@link StrictMath}.
 *
 * <p>An angle is brought to the nearest multiple of π/2, and the rest, at most π/4 in size, goes through the Taylor
 * series, cut where the next term is below a sixteenth of a unit in the last place.
 */
final class Trigonometry {
    private static final double QUARTER = 0x1.921fb54442d18p-1; // π/4
    private static final double TWO_OVER_PI = 0x1.45f306dc9c883p-1;

    // π/2 in three pieces of 33 bits, so that whole multiples up to 2^20 are exact (Cody and Waite, 1980).
    private static final double FIRST = 0x1.921fb544p0;
    private static final double SECOND = 0x1.0b4611a6p-34;
    private static final double THIRD = 0x1.3198a2e037073p-69;
    private static final double MOST = 1 << 20;

    private static final double S3 = -1.0 / 6;
    private static final double S5 = 1.0 / 120;
    private static final double S7 = -1.0 / 5040;
    private static final double S9 = 1.0 / 362880;
    private static final double S11 = -1.0 / 39916800;
    private static final double S13 = 1.0 / 6227020800L;
    private static final double S15 = -1.0 / 1307674368000L;
    private static final double S17 = 1.0 / 355687428096000L;

    private static final double C4 = 1.0 / 24;
    private static final double C6 = -1.0 / 720;
    private static final double C8 = 1.0 / 40320;
    private static final double C10 = -1.0 / 3628800;
    private static final double C12 = 1.0 / 479001600;
    private static final double C14 = -1.0 / 87178291200L;
    private static final double C16 = 1.0 / 20922789888000L;

    private Trigonometry() {}

    /** The sine of an angle in radians. */
    static double sin(double angle) {
        if (Math.abs(angle) <= QUARTER) {
            return sinNearZero(angle);
        } else if (!(Math.abs(angle) <= MOST)) {
            return StrictMath.sin(angle);
        }
        double turns = Math.rint(angle * TWO_OVER_PI);
        return quadrant((int) turns, rest(angle, turns));
    }

    /** The cosine of an angle in radians. */
    static double cos(double angle) {
        if (Math.abs(angle) <= QUARTER) {
            return cosNearZero(angle);
        } else if (!(Math.abs(angle) <= MOST)) {
            return StrictMath.cos(angle);
        }
        double turns = Math.rint(angle * TWO_OVER_PI);
        return quadrant((int) turns + 1, rest(angle, turns));
    }

    private static double rest(double angle, double turns) {
        return ((angle - turns * FIRST) - turns * SECOND) - turns * THIRD;
    }

    private static double quadrant(int quadrant, double rest) {
        double value = (quadrant & 1) == 0 ? sinNearZero(rest) : cosNearZero(rest);
        return (quadrant & 2) == 0 ? value : -value;
    }

    private static double sinNearZero(double x) {
        double z = x * x;
        double series = S3 + z * (S5 + z * (S7 + z * (S9 + z * (S11 + z * (S13 + z * (S15 + z * S17))))));
        return x + x * z * series;
    }

    private static double cosNearZero(double x) {
        double z = x * x;
        double series = C4 + z * (C6 + z * (C8 + z * (C10 + z * (C12 + z * (C14 + z * C16)))));
        // 1 - z/2 is rounded; what the rounding lost is added back with the small terms.
        double half = 0.5 * z;
        double near = 1 - half;
        return near + (((1 - near) - half) + z * z * series);
    }
}
