package io.espalier.envs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.espalier.core.Environment;
import io.espalier.core.Step;
import io.espalier.core.wrappers.TimeLimit;
import io.espalier.envs.Navigation2D.Reward;
import io.espalier.envs.Navigation2D.Sensing;
import io.espalier.testkit.EnvironmentContract;
import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.Test;

class Navigation2DTest extends EnvironmentContract {
    @Override
    protected Environment create() {
        return new TimeLimit(new Navigation2D(Sensing.RANGES, Reward.SHAPED), 200);
    }

    private final Navigation2D field = new Navigation2D(Sensing.RANGES, Reward.SHAPED);
    private final float[] seen = new float[22];

    private Step go(Navigation2D on, double right, double up) {
        return on.step(new float[] {(float) right, (float) up}, 0);
    }

    @Test
    void movesAndIsRewardedForComingNearer() {
        field.set(0, 0, 0.5, 0);
        assertThat(go(field, 1, 0).reward()).isEqualTo(0.05 - 0.01, within(1e-9));
        field.observe(seen, 0);
        assertThat(seen).startsWith(0.05f, 0, 0.45f, 0);
        // Both at once: shortened to a stride of 0.05, along the diagonal.
        go(field, 1, 1);
        field.observe(seen, 0);
        assertThat(seen[0]).isEqualTo(0.05f + 0.0353553f, within(1e-6f));
        assertThat(seen[1]).isEqualTo(0.0353553f, within(1e-6f));
    }

    @Test
    void arrivingIsSuccessAndAnObstacleIsNot() {
        for (Reward reward : Reward.values()) {
            Navigation2D on = new Navigation2D(Sensing.RANGES, reward);
            boolean sparse = reward == Reward.SPARSE;
            on.set(0, 0, 0.09, 0);
            Step step = go(on, 1, 0);
            assertThat(step.terminated()).isTrue();
            assertThat(on.success()).isTrue();
            assertThat(step.reward()).isEqualTo(sparse ? 1 : 1.04, within(1e-9));
            on.set(0, 0, 0.9, 0);
            on.setObstacle(2, 0.13, 0, 0.1);
            step = go(on, 1, 0);
            assertThat(step.terminated()).isTrue();
            assertThat(on.success()).isFalse();
            assertThat(step.reward()).isEqualTo(sparse ? 0 : -1 + 0.04, within(1e-9));
        }
    }

    @Test
    void anObstacleOnTheWayIsHit() {
        // At this height the obstacle is 0.035 wide: the stride begins before it and ends behind it.
        field.set(-0.025, 0.0985, 0.9, 0);
        field.setObstacle(0, 0, 0, 0.1);
        assertThat(go(field, 1, 0).terminated()).isTrue();
        field.set(-0.025, 0.1005, 0.9, 0);
        field.setObstacle(0, 0, 0, 0.1);
        assertThat(go(field, 1, 0).terminated()).isFalse();
    }

    @Test
    void theEdgeStops() {
        field.set(0.98, 0, -0.5, 0);
        assertThat(go(field, 1, 0).last()).isFalse();
        field.observe(seen, 0);
        assertThat(seen[0]).isEqualTo(1);
        assertThat(seen[4]).isZero();
    }

    @Test
    void rangesAreThoseOfGeometry() {
        field.set(0.5, 0, -0.9, 0);
        field.setObstacle(0, -0.2, 0, 0.2);
        field.setObstacle(1, 0.5, -0.6, 0.1);
        field.observe(seen, 0);
        // Right: the edge at 1. Up: beyond 1. Left: a rim at 0. Down: a rim at -0.5. Up right: the edge, 0.5 * sqrt 2.
        assertThat(seen[4]).isEqualTo(0.5f, within(1e-6f));
        assertThat(seen[8]).isEqualTo(1f, within(1e-6f));
        assertThat(seen[12]).isEqualTo(0.5f, within(1e-6f));
        assertThat(seen[16]).isEqualTo(0.5f, within(1e-6f));
        assertThat(seen[6]).isEqualTo(0.7071068f, within(1e-6f));
    }

    @Test
    void thereIsAlwaysAWay() {
        Navigation2D open = new Navigation2D(Sensing.OBSTACLES, Reward.SPARSE);
        int obstacles = 0;
        for (int seed = 0; seed < 200; seed++) {
            open.reset(seed);
            open.observe(seen, 0);
            assertThat(Math.hypot(seen[2], seen[3])).isGreaterThan(0.999);
            for (int i = 4; i < 22; i += 3) {
                obstacles += seen[i + 2] > 0 ? 1 : 0;
                assertThat(seen[i + 2] == 0 || hasRoom(seen, i))
                        .as("seed " + seed + ", obstacle " + (i - 4) / 3)
                        .isTrue();
            }
            assertThat(connected(seen)).as("seed " + seed).isTrue();
        }
        assertThat(obstacles).isGreaterThan(200 * 5);
    }

    /** Whether the obstacle is 0.1 from the edge and from the others, and 0.06 from point and goal. */
    private static boolean hasRoom(float[] from, int at) {
        float rounding = 1e-5f;
        float radius = from[at + 2];
        boolean room = Math.hypot(from[at], from[at + 1]) > radius + 0.06 - rounding
                && Math.hypot(from[at] - from[2], from[at + 1] - from[3]) > radius + 0.06 - rounding
                && Math.abs(from[0] + from[at]) + radius < 0.9 + rounding
                && Math.abs(from[1] + from[at + 1]) + radius < 0.9 + rounding;
        for (int i = 4; i < 22; i += 3) {
            double apart = Math.hypot(from[i] - from[at], from[i + 1] - from[at + 1]);
            room &= i == at || from[i + 2] == 0 || apart > radius + from[i + 2] + 0.1 - rounding;
        }
        return room;
    }

    /** Floods the free cells of a grid of 200 x 200 from the start and says whether the goal is reached. */
    private static boolean connected(float[] from) {
        int n = 200;
        boolean[] visited = new boolean[n * n];
        Deque<Integer> open = new ArrayDeque<>();
        int goal = cell(from[0] + from[2], n) + n * cell(from[1] + from[3], n);
        open.add(cell(from[0], n) + n * cell(from[1], n));
        while (!open.isEmpty()) {
            int at = open.remove();
            if (at == goal) {
                return true;
            }
            for (int[] way : new int[][] {{1, 0}, {-1, 0}, {0, 1}, {0, -1}}) {
                int x = at % n + way[0];
                int y = at / n + way[1];
                if (x >= 0 && x < n && y >= 0 && y < n && !visited[x + n * y] && free(from, x, y, n)) {
                    visited[x + n * y] = true;
                    open.add(x + n * y);
                }
            }
        }
        return false;
    }

    private static int cell(float at, int n) {
        return Math.min(n - 1, (int) ((at + 1) / 2 * n));
    }

    private static boolean free(float[] from, int x, int y, int n) {
        for (int i = 4; i < 22; i += 3) {
            double right = (x + 0.5) / n * 2 - 1 - from[0] - from[i];
            double up = (y + 0.5) / n * 2 - 1 - from[1] - from[i + 1];
            if (Math.sqrt(right * right + up * up) < from[i + 2]) {
                return false;
            }
        }
        return true;
    }
}
