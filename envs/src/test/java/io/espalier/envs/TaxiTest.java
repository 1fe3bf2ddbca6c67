package io.espalier.envs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.espalier.core.Environment;
import io.espalier.core.Step;
import io.espalier.core.wrappers.TimeLimit;
import io.espalier.testkit.EnvironmentContract;
import org.junit.jupiter.api.Test;

class TaxiTest extends EnvironmentContract {
    @Override
    protected Environment create() {
        return new TimeLimit(new Taxi(false, true), 200);
    }

    private final Taxi env = new Taxi();

    @Test
    void bestMeanReturnIsThatOfExactPlanning() {
        assertThat(Planning.bestReturn(env.model(), 200)).isEqualTo(7.93, within(5e-3));
    }

    @Test
    void bringsAPassengerFromRedToGreen() {
        // Taxi below red (row 1, column 0), passenger at red, destination green.
        env.set(((1 * 5 + 0) * 5 + 0) * 4 + 1);
        assertThat(env.render()).isEqualTo("""
                        +---------+
                        |R: | : :G|
                        |t: | : : |
                        | : : : : |
                        | | : | : |
                        |Y| : |B: |
                        +---------+
                        R to G
                        """);
        assertThat(act(4)).isEqualTo(Step.transition(-10));
        assertThat(act(1)).isEqualTo(Step.transition(-1));
        assertThat(act(4)).isEqualTo(Step.transition(-1));
        assertThat(env.render()).startsWith("+---------+\n|T: |").endsWith("taxi to G\n");
        // Two rows down to get around the wall, then east, up, and the corner.
        for (int action : new int[] {0, 0, 2, 2, 2, 2, 1}) {
            assertThat(act(action)).isEqualTo(Step.transition(-1));
        }
        assertThat(act(5)).isEqualTo(Step.transition(-10));
        assertThat(act(1)).isEqualTo(Step.transition(-1));
        assertThat(act(5)).isEqualTo(Step.termination(20));
        assertThat(env.success()).isTrue();
    }

    @Test
    void aWallStopsTheTaxi() {
        // Row 0: the wall stands between columns 1 and 2.
        env.set(((0 * 5 + 1) * 5 + 0) * 4 + 1);
        act(2);
        float[] seen = new float[1];
        env.observe(seen, 0);
        assertThat(seen[0]).isEqualTo(((0 * 5 + 1) * 5 + 0) * 4 + 1);
    }

    @Test
    void startsUniformlyWithAWaitingPassenger() {
        int[] count = new int[500];
        float[] seen = new float[1];
        for (int seed = 0; seed < 60_000; seed++) {
            env.reset(seed);
            env.observe(seen, 0);
            count[(int) seen[0]]++;
        }
        double chiSquare = 0;
        int possible = 0;
        for (int state = 0; state < 500; state++) {
            if (state / 4 % 5 != 4 && state / 4 % 5 != state % 4) {
                chiSquare += (count[state] - 200.0) * (count[state] - 200.0) / 200;
                possible++;
            } else {
                assertThat(count[state]).isZero();
            }
        }
        assertThat(possible).isEqualTo(300);
        // 299 degrees of freedom: mean 299, standard deviation 24.5; four of them.
        assertThat(chiSquare).isBetween(299 - 98.0, 299 + 98.0);
    }

    private Step act(int action) {
        return env.step(new float[] {action}, 0);
    }
}
