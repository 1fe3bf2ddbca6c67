package io.espalier.envs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.espalier.core.Environment;
import io.espalier.core.RandomStream;
import io.espalier.core.Step;
import io.espalier.core.wrappers.TimeLimit;
import io.espalier.testkit.EnvironmentContract;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ClusterSchedulingTest extends EnvironmentContract {
    private static final int PASS = 2;

    @Override
    protected Environment create() {
        return new TimeLimit(new ClusterScheduling(), 1000);
    }

    /** Two slots; nothing arrives but what a test submits, in a window of 4 time steps. */
    private final ClusterScheduling pool = new ClusterScheduling(2, 4, 0);

    private final float[] seen = new float[40 + 8 + 2];

    private float[] see() {
        pool.observe(seen, 0);
        return seen;
    }

    private Step act(int action) {
        return pool.step(new float[] {action}, 0);
    }

    private boolean[] mask() {
        boolean[] mask = new boolean[3];
        pool.actionMask(mask, 0);
        return mask;
    }

    private Map<String, Double> figures(Environment of) {
        Map<String, Double> figures = new HashMap<>();
        of.episodeMetrics(figures::put);
        return figures;
    }

    @Test
    void jobsStartRunAndLeave() {
        pool.clear(1);
        pool.submit(2, 10, 2);
        pool.submit(4, 12, 1);
        pool.submit(1, 10, 5);
        assertThat(see()[40]).isEqualTo(1);
        assertThat(seen[41]).isEqualTo(0.5f);
        assertThat(seen[42]).isEqualTo(0.1f);
        assertThat(seen[43]).isEqualTo(0.1f);
        // One waits behind the slots, of four that could arrive.
        assertThat(seen[48]).isEqualTo(0.25f);
        assertThat(act(0)).isEqualTo(Step.transition(0));
        // Its place is taken by the third; the second does not fit beside the first.
        assertThat(mask()).containsExactly(true, false, true);
        assertThat(see()[0]).isEqualTo(0.5f);
        assertThat(seen[1]).isEqualTo(0.5f);
        assertThat(seen[2]).isZero();
        assertThat(seen[20]).isEqualTo(0.1f);
        assertThat(act(0)).isEqualTo(Step.transition(0));
        assertThat(see()[0]).isEqualTo(1);
        assertThat(seen[20]).isEqualTo(0.35f);
        assertThat(pool.render()).isEqualTo("""
                        time 0
                        CPU    ####################
                        memory #######.............
                        [ ] [12x1x4] and 0 more
                        """);
        // By hand: 1/2 + 1/4 + 1/1 in the first time step, then 1/2 + 1/4, and 1/4 in each of four.
        assertThat(act(PASS).reward()).isEqualTo(-1.75, within(1e-12));
        assertThat(see()[0]).isEqualTo(0.5f);
        // Refused by the mask: lets time pass.
        assertThat(act(1).reward()).isEqualTo(-0.75, within(1e-12));
        assertThat(act(1)).isEqualTo(Step.transition(0));
        assertThat(act(PASS).reward()).isEqualTo(-0.25, within(1e-12));
        assertThat(act(PASS).reward()).isEqualTo(-0.25, within(1e-12));
        assertThat(see()[49]).isEqualTo(1);
        assertThat(act(PASS).reward()).isEqualTo(-0.25, within(1e-12));
        Step last = act(PASS);
        assertThat(last.reward()).isEqualTo(-0.25, within(1e-12));
        assertThat(last.terminated()).isTrue();
        // Slowdowns 2/2, 1/1 and 6/4.
        assertThat(figures(pool)).containsEntry("jobs", 3.0);
        assertThat(figures(pool).get("slowdown")).isEqualTo(3.5 / 3, within(1e-12));
    }

    @Test
    void theReturnIsMinusTheSumOfSlowdowns() {
        ClusterScheduling full = new ClusterScheduling();
        for (int seed = 0; seed < 20; seed++) {
            double earned = play(full, ClusterHeuristic.RANDOM, seed);
            Map<String, Double> figures = figures(full);
            assertThat(earned).isEqualTo(-figures.get("slowdown") * figures.get("jobs"), within(1e-9));
        }
    }

    @Test
    void jobsArriveAsDescribed() {
        ClusterScheduling full = new ClusterScheduling(1, 50, 0.9);
        float[] first = new float[46];
        int arrived = 0;
        int shorts = 0;
        int cpuHeavy = 0;
        int episodes = 4000;
        for (int seed = 0; seed < episodes; seed++) {
            full.reset(seed);
            full.observe(first, 0);
            if (first[40] == 0) {
                continue;
            }
            arrived++;
            int cpu = Math.round(first[41] * 20);
            int memory = Math.round(first[42] * 20);
            int duration = Math.round(first[43] * 20);
            assertThat(duration <= 3 ? duration - 1 : duration - 10).isBetween(0, duration <= 3 ? 2 : 5);
            assertThat(Math.max(cpu, memory)).isBetween(5, 10);
            assertThat(Math.min(cpu, memory)).isBetween(1, 2);
            shorts += duration <= 3 ? 1 : 0;
            cpuHeavy += cpu > memory ? 1 : 0;
        }
        // Binomials; four standard deviations of 19, 24 and 30.
        assertThat(arrived).isBetween(3600 - 76, 3600 + 76);
        assertThat((double) shorts).isCloseTo(0.8 * arrived, within(4 * 24.0));
        assertThat((double) cpuHeavy).isCloseTo(0.5 * arrived, within(4 * 30.0));
    }

    @Test
    void schedulersRankAsExpected() {
        ClusterScheduling full = new ClusterScheduling();
        Map<ClusterHeuristic, Double> slowdown = new EnumMap<>(ClusterHeuristic.class);
        for (ClusterHeuristic heuristic : ClusterHeuristic.values()) {
            double sum = 0;
            for (int seed = 0; seed < 200; seed++) {
                play(full, heuristic, seed);
                sum += figures(full).get("slowdown");
            }
            slowdown.put(heuristic, sum / 200);
        }
        String all = slowdown.toString();
        double shortest = slowdown.get(ClusterHeuristic.SHORTEST_JOB_FIRST);
        double tetris = slowdown.get(ClusterHeuristic.TETRIS);
        double packing = slowdown.get(ClusterHeuristic.PACKING);
        assertThat(shortest).as(all).isGreaterThan(1).isLessThan(packing * 0.9);
        assertThat(tetris).as(all).isLessThan(packing * 0.9);
        assertThat(packing).as(all).isLessThan(slowdown.get(ClusterHeuristic.RANDOM) * 0.9);
    }

    private static double play(ClusterScheduling on, ClusterHeuristic heuristic, int seed) {
        float[] observation = new float[on.observationSpace().size()];
        boolean[] mask = new boolean[on.actionSpace().choices()];
        RandomStream random = new RandomStream(seed);
        float[] action = new float[1];
        double earned = 0;
        on.reset(seed);
        Step step;
        do {
            on.observe(observation, 0);
            on.actionMask(mask, 0);
            action[0] = heuristic.choose(observation, mask, random);
            step = on.step(action, 0);
            earned += step.reward();
        } while (!step.last());
        return earned;
    }

    @Test
    void settingsThatCannotBeAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ClusterScheduling(0, 50, 0.5))
                .withMessageContaining("slots (0)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ClusterScheduling(5, 50, 1.5))
                .withMessageContaining("arrivalProbability (1.5)");
    }
}
