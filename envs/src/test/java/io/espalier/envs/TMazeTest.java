package io.espalier.envs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.espalier.core.Environment;
import io.espalier.core.Step;
import io.espalier.core.wrappers.TimeLimit;
import io.espalier.testkit.EnvironmentContract;
import org.junit.jupiter.api.Test;

class TMazeTest extends EnvironmentContract {
    private static final int EPISODES = 2000;

    @Override
    protected Environment create() {
        return new TimeLimit(new TMaze(4), 40);
    }

    private final TMaze maze = new TMaze(10);
    private final float[] seen = new float[4];

    private float[] see() {
        maze.observe(seen, 0);
        return seen;
    }

    private Step act(int action) {
        return maze.step(new float[] {action}, 0);
    }

    @Test
    void theSignIsShownOnceAndTellsTheSide() {
        int north = 0;
        for (int seed = 0; seed < EPISODES; seed++) {
            maze.reset(seed);
            boolean up = see()[0] == 1;
            north += up ? 1 : 0;
            assertThat(seen).containsExactly(up ? 1 : 0, up ? 0 : 1, 0, 0);
            assertThat(act(3)).isEqualTo(Step.transition(-0.1));
            assertThat(see()).containsExactly(0, 0, 1, 0);
            for (int t = 0; t < 10; t++) {
                assertThat(see()).containsExactly(0, 0, 1, 0);
                assertThat(act(1)).isEqualTo(Step.transition(0));
            }
            assertThat(see()).containsExactly(0, 0, 0, 1);
            assertThat(act(1)).isEqualTo(Step.transition(-0.1));
            assertThat(act(up ? 0 : 2)).isEqualTo(Step.termination(4));
            assertThat(maze.success()).isTrue();
        }
        // Binomial: standard deviation 22; four of them. So without memory, half of the goals are missed.
        assertThat(north).isBetween(EPISODES / 2 - 89, EPISODES / 2 + 89);
    }

    @Test
    void theOtherSideIsFailure() {
        maze.reset(1);
        boolean up = see()[0] == 1;
        assertThat(act(up ? 2 : 0)).isEqualTo(Step.transition(-0.1));
        for (int t = 0; t < 10; t++) {
            act(1);
        }
        assertThat(act(up ? 2 : 0)).isEqualTo(Step.termination(-0.1));
        assertThat(maze.success()).isFalse();
    }

    @Test
    void isDrawn() {
        maze.reset(1);
        boolean up = see()[0] == 1;
        act(1);
        assertThat(maze.render().lines()).hasSize(3).contains(".@.........", "          G");
        assertThat(maze.render().startsWith("          G")).isEqualTo(up);
    }

    @Test
    void aLengthOfNothingIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> new TMaze(0)).withMessageContaining("length (0)");
    }
}
