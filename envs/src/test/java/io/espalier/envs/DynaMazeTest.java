package io.espalier.envs;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.core.Environment;
import io.espalier.core.Step;
import io.espalier.core.wrappers.TimeLimit;
import io.espalier.testkit.EnvironmentContract;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DynaMazeTest extends EnvironmentContract {
    @Override
    protected Environment create() {
        return new TimeLimit(new DynaMaze(), 500);
    }

    @Override
    protected boolean usesSeed() {
        return false;
    }

    private final DynaMaze env = new DynaMaze();

    @Test
    void theShortestWayHasFourteenSteps() {
        assertThat(Planning.bestReturn(env.model(), 14)).isEqualTo(1);
        assertThat(Planning.bestReturn(env.model(), 13)).isZero();
    }

    @Test
    void walksAroundTheWalls() {
        env.reset(1);
        // down, right past the first wall below it, up before the second, past it in row 3, and up
        int[] way = {1, 1, 2, 2, 2, 0, 2, 2, 2, 2, 2, 0, 0};
        for (int action : way) {
            assertThat(env.step(new float[] {action}, 0)).isEqualTo(Step.transition(0));
        }
        assertThat(env.success()).isFalse();
        assertThat(env.step(new float[] {0}, 0)).isEqualTo(Step.termination(1));
        assertThat(env.success()).isTrue();
        assertThat(env.render()).startsWith(" . . . . . . . #[G]\n");
        Map<String, Double> metrics = new HashMap<>();
        env.episodeMetrics(metrics::put);
        assertThat(metrics).containsEntry("moves", 14.0);
    }

    @Test
    void wallsAndEdgesStop() {
        env.reset(1);
        for (int action : new int[] {3, 2, 2, 0, 2}) {
            env.step(new float[] {action}, 0);
        }
        float[] seen = new float[1];
        env.observe(seen, 0);
        // the edge, one to the right, the wall, up, the wall again: row 1, column 1
        assertThat(seen[0]).isEqualTo(10);
    }
}
