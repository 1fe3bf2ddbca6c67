package io.espalier.envs;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.core.RandomStream;
import org.junit.jupiter.api.Test;

class TrigonometryTest {
    private final RandomStream random = new RandomStream(7);

    @Test
    void agreesWithStrictMathToTheLastPlaceNearZero() {
        double worst = 0;
        for (int i = 0; i < 200_000; i++) {
            double angle = random.uniform(-Math.PI / 4, Math.PI / 4);
            worst = Math.max(worst, unitsOff(Trigonometry.sin(angle), StrictMath.sin(angle)));
            worst = Math.max(worst, unitsOff(Trigonometry.cos(angle), StrictMath.cos(angle)));
        }
        assertThat(worst).isLessThanOrEqualTo(1);
    }

    @Test
    void agreesWithStrictMathForManyTurns() {
        double worst = 0;
        for (int i = 0; i < 200_000; i++) {
            double angle = random.uniform(-1000, 1000);
            worst = Math.max(worst, Math.abs(Trigonometry.sin(angle) - StrictMath.sin(angle)));
            worst = Math.max(worst, Math.abs(Trigonometry.cos(angle) - StrictMath.cos(angle)));
        }
        // Two units in the last place of 1.
        assertThat(worst).isLessThan(2.3e-16);
    }

    @Test
    void knowsTheExactCases() {
        assertThat(Trigonometry.sin(0.0)).isEqualTo(0.0);
        assertThat(Trigonometry.cos(0.0)).isEqualTo(1.0);
        // The double nearest to π lies 1.2246e-16 below π, so its sine is that.
        assertThat(Trigonometry.sin(Math.PI)).isEqualTo(1.2246467991473532e-16);
        assertThat(Trigonometry.cos(Math.PI)).isEqualTo(-1.0);
        assertThat(Trigonometry.cos(Math.PI / 2)).isEqualTo(6.123233995736766e-17);
        assertThat(Trigonometry.sin(-Math.PI / 2)).isEqualTo(-1.0);
        assertThat(Trigonometry.sin(Double.NaN)).isNaN();
        assertThat(Trigonometry.cos(Double.POSITIVE_INFINITY)).isNaN();
        assertThat(Trigonometry.sin(1e9)).isEqualTo(StrictMath.sin(1e9));
    }

    private static double unitsOff(double value, double expected) {
        return Math.abs(value - expected) / Math.ulp(expected);
    }
}
