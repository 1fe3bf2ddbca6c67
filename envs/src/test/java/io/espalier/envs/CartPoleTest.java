package io.espalier.envs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.core.Environment;
import io.espalier.core.Step;
import io.espalier.testkit.EnvironmentContract;
import org.junit.jupiter.api.Test;

class CartPoleTest extends EnvironmentContract {
    @Override
    protected Environment create() {
        return new CartPole();
    }

    private static final float[] LEFT = {0};
    private static final float[] RIGHT = {1};

    private final CartPole env = new CartPole();

    @Test
    void movesAsTheEquationsSay() {
        env.set(0, 0, 0, 0);
        assertThat(env.step(RIGHT, 0)).isEqualTo(Step.transition(1));
        float[] seen = new float[4];
        env.observe(seen, 0);
        // By hand, upright and at rest: push = 10/1.1; turn = -push/(0.5(4/3 - 0.1/1.1)); a = push - 0.05 turn/1.1.
        double push = 10 / 1.1;
        double turn = -push / (0.5 * (4.0 / 3 - 0.1 / 1.1));
        assertThat(seen).containsExactly(0, (float) (0.02 * (push - 0.05 * turn / 1.1)), 0, (float) (0.02 * turn));
    }

    @Test
    void endsOnlyBeyondTheThresholds() {
        env.set(2.4, 0, 0, 0);
        assertThat(env.step(LEFT, 0).terminated()).isFalse();
        env.set(-2.4, -1e-9, 0, 0);
        assertThat(env.step(LEFT, 0)).isEqualTo(Step.termination(1));
        env.set(0, 0, CartPole.LEANING, 0);
        assertThat(env.step(LEFT, 0).terminated()).isFalse();
        env.set(0, 0, -CartPole.LEANING, -1e-9);
        assertThat(env.step(LEFT, 0).terminated()).isTrue();
    }

    @Test
    void refusesWhatMakesNoSense() {
        assertThatThrownBy(() -> env.step(LEFT, 0))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("reset");
        env.reset(1);
        assertThatThrownBy(() -> env.step(new float[] {2}, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("2.0");
    }

    @Test
    void drawsThePole() {
        env.set(0, 0, 0.1, 0);
        assertThat(env.render()).isEqualTo(" ".repeat(24) + "/\n" + "─".repeat(24) + "▄" + "─".repeat(24) + "\n");
    }

    @Test
    void startsUniformlyNearTheMiddle() {
        double sum = 0;
        double squares = 0;
        float[] seen = new float[4];
        for (int seed = 0; seed < 10_000; seed++) {
            env.reset(seed);
            env.observe(seen, 0);
            for (float value : seen) {
                assertThat(value).isBetween(-0.05f, 0.05f);
                sum += value;
                squares += value * value;
            }
        }
        // A uniform number in ±0.05 has variance 0.1²/12; four standard errors of mean and variance.
        assertThat(Math.abs(sum / 40_000)).isLessThan(4 * 0.02887 / 200);
        assertThat(Math.abs(squares / 40_000 - 0.01 / 12)).isLessThan(4 * 0.000745 / 200);
    }
}
