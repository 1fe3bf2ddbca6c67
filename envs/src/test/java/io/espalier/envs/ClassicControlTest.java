package io.espalier.envs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.core.Environment;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Starts, pictures and refusals of the environments that move through space; parity has a test of its own. */
class ClassicControlTest {
    private static final int SEEDS = 10_000;

    @Test
    void startsAreUniform() {
        Acrobot acrobot = new Acrobot();
        uniform(acrobot, acrobot::state, new double[] {-0.1, -0.1, -0.1, -0.1}, new double[] {0.1, 0.1, 0.1, 0.1});
        MountainCar car = new MountainCar();
        uniform(car, car::state, new double[] {-0.6, 0}, new double[] {-0.4, 0});
        MountainCarContinuous continuous = new MountainCarContinuous();
        uniform(continuous, continuous::state, new double[] {-0.6, 0}, new double[] {-0.4, 0});
        Pendulum pendulum = new Pendulum();
        uniform(pendulum, pendulum::state, new double[] {-Math.PI, -1}, new double[] {Math.PI, 1});
    }

    private static void uniform(Environment env, Supplier<double[]> state, double[] low, double[] high) {
        double[] sum = new double[low.length];
        double[] squares = new double[low.length];
        for (int seed = 0; seed < SEEDS; seed++) {
            env.reset(seed);
            double[] at = state.get();
            for (int i = 0; i < low.length; i++) {
                // Acrobot rounds to single precision, which may step on the bound.
                assertThat(at[i]).isBetween((double) (float) low[i] - 1e-7, (double) (float) high[i] + 1e-7);
                double off = at[i] - (low[i] + high[i]) / 2;
                sum[i] += off;
                squares[i] += off * off;
            }
        }
        for (int i = 0; i < low.length; i++) {
            // Variance w²/12, its own standard error w²/√180: four standard errors each.
            double width = high[i] - low[i];
            assertThat(Math.abs(sum[i] / SEEDS)).isLessThanOrEqualTo(4 * width / Math.sqrt(12) / 100);
            assertThat(Math.abs(squares[i] / SEEDS - width * width / 12))
                    .isLessThanOrEqualTo(4 * width * width / Math.sqrt(180) / 100);
        }
    }

    @Test
    void refuseAnActionThatIsNoNumber() {
        for (Environment env : new Environment[] {new Pendulum(), new MountainCarContinuous()}) {
            env.reset(1);
            assertThatThrownBy(() -> env.step(new float[] {Float.NaN}, 0))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("NaN");
        }
        for (Environment env : new Environment[] {new Acrobot(), new MountainCar(), new Taxi(), new Blackjack()}) {
            env.reset(1);
            assertThatThrownBy(() -> env.step(new float[] {0.5f}, 0))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("0.5");
        }
    }

    @Test
    void drawThemselves() {
        MountainCar car = new MountainCar();
        car.set(-0.5, 0);
        String valley = car.render();
        assertThat(valley.lines()).hasSize(7);
        assertThat(valley.lines().skip(6).findFirst().orElseThrow()).contains("o");
        assertThat(valley).contains("P");
        Pendulum pendulum = new Pendulum();
        pendulum.set(0, 0);
        assertThat(pendulum.render()).isEqualTo("  |  \n  |  \n  o  \n     \n     \n");
        // Positive angles turn counter-clockwise.
        pendulum.set(Math.PI / 2, 0);
        assertThat(pendulum.render()).isEqualTo("     \n     \n--o  \n     \n     \n");
        Acrobot acrobot = new Acrobot();
        acrobot.set(0, 0, 0, 0);
        assertThat(acrobot.render()).isEqualTo("o----------------------------:----------\n");
    }
}
