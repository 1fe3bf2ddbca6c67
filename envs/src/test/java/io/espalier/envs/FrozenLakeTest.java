package io.espalier.envs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.espalier.core.Environment;
import io.espalier.core.Step;
import io.espalier.core.wrappers.TimeLimit;
import io.espalier.testkit.EnvironmentContract;
import java.util.List;
import org.junit.jupiter.api.Test;

class FrozenLakeTest extends EnvironmentContract {
    @Override
    protected Environment create() {
        return new TimeLimit(new FrozenLake(FrozenLake.SMALL, true), 100);
    }

    private static final float[] DOWN = {1};
    private static final float[] RIGHT = {2};

    @Test
    void bestReturnsAreThoseOfExactPlanning() {
        assertThat(Planning.bestReturn(new FrozenLake(FrozenLake.SMALL, true).model(), 100))
                .isEqualTo(0.7442, within(5e-5));
        assertThat(Planning.bestReturn(new FrozenLake(FrozenLake.LARGE, true).model(), 200))
                .isEqualTo(0.9132, within(5e-5));
        assertThat(Planning.bestReturn(new FrozenLake(FrozenLake.SMALL, false).model(), 6))
                .isEqualTo(1);
        assertThat(Planning.bestReturn(new FrozenLake(FrozenLake.SMALL, false).model(), 5))
                .isEqualTo(0);
    }

    @Test
    void walksToTheGoalWhereNothingSlips() {
        FrozenLake env = new FrozenLake(FrozenLake.SMALL, false);
        env.reset(3);
        float[][] way = {DOWN, DOWN, RIGHT, RIGHT, DOWN};
        for (float[] action : way) {
            assertThat(env.step(action, 0)).isEqualTo(Step.transition(0));
        }
        assertThat(env.render()).isEqualTo(" S F F F\n F H F H\n F F F H\n H F[F]G\n");
        assertThat(env.step(RIGHT, 0)).isEqualTo(Step.termination(1));
        assertThat(env.success()).isTrue();
        assertThat(env.render()).endsWith(" H F F[G]\n");
    }

    @Test
    void fallsIntoAHoleWithoutSuccess() {
        FrozenLake env = new FrozenLake(FrozenLake.SMALL, false);
        env.reset(3);
        env.step(DOWN, 0);
        assertThat(env.step(RIGHT, 0)).isEqualTo(Step.termination(0));
        assertThat(env.success()).isFalse();
        assertThatThrownBy(() -> env.step(RIGHT, 0)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void slipsToEitherSideAsOftenAsItGoesStraight() {
        FrozenLake env = new FrozenLake(FrozenLake.LARGE, true);
        int[] reached = new int[64];
        float[] seen = new float[1];
        for (int seed = 0; seed < 30_000; seed++) {
            env.reset(seed);
            env.step(RIGHT, 0);
            env.observe(seen, 0);
            reached[(int) seen[0]]++;
        }
        // From the corner, rightwards: stay (bumping upwards), down, or right. Four standard errors: 4 sqrt(n 2/9).
        assertThat(reached[0]).isCloseTo(10_000, within(327));
        assertThat(reached[1]).isCloseTo(10_000, within(327));
        assertThat(reached[8]).isCloseTo(10_000, within(327));
    }

    @Test
    void refusesABadMap() {
        assertThatThrownBy(() -> new FrozenLake(List.of("SF", "F"), true)).hasMessageContaining("equal length");
        assertThatThrownBy(() -> new FrozenLake(List.of("FG"), true)).hasMessageContaining("Maybe the start");
        assertThatThrownBy(() -> new FrozenLake(FrozenLake.SMALL, true, 1.5)).hasMessageContaining("1.5");
    }
}
