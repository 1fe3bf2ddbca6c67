package io.espalier.envs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.espalier.core.Environment;
import io.espalier.core.RandomStream;
import io.espalier.core.Step;
import io.espalier.core.wrappers.TimeLimit;
import io.espalier.testkit.EnvironmentContract;
import org.dyn4j.geometry.Polygon;
import org.dyn4j.geometry.Vector2;
import org.junit.jupiter.api.Test;

class BipedalWalkerTest extends EnvironmentContract {
    private final BipedalWalker env = new BipedalWalker(false);
    private final float[] seen = new float[24];

    @Override
    protected Environment create() {
        return new TimeLimit(new BipedalWalker(false), 60);
    }

    /** dyn4j makes its vectors anew. */
    @Override
    protected int bytesPerStep() {
        return 1_000_000;
    }

    @Test
    void beginsAsGymnasiumBegins() {
        env.reset(1);
        env.observe(seen, 0);
        // The first rays of every episode there: 0.4408, 0.4458, 0.4614, ...; both feet on the ground.
        float[] rays = {0.4408f, 0.4458f, 0.4614f, 0.4896f, 0.5341f, 0.6025f, 0.7091f, 0.8859f, 1, 1};
        for (int i = 0; i < rays.length; i++) {
            assertThat(seen[14 + i]).as("ray " + i).isCloseTo(rays[i], within(5e-4f));
        }
        assertThat(seen[8]).isEqualTo(1);
        assertThat(seen[13]).isEqualTo(1);
        assertThat(seen[0]).isCloseTo(0, within(0.01f));
        // The knees begin beyond their limit of −0.1 and are pulled back.
        assertThat(seen[6]).isLessThan(0.9f);
        assertThat(seen[11]).isLessThan(0.9f);
    }

    @Test
    void withoutEffortItFalls() {
        env.reset(2);
        Step step;
        int t = 0;
        do {
            step = env.step(new float[4], 0);
            t++;
        } while (!step.last() && t < 400);
        // Limp knees give way, and the hull sinks upon them.
        env.observe(seen, 0);
        assertThat(seen[14]).as("free height below the hull").isLessThan(0.4f);
        env.reset(2);
        do {
            step = env.step(new float[] {1, 1, 1, 1}, 0);
        } while (!step.last());
        assertThat(step).isEqualTo(Step.termination(-100));
        assertThat(env.success()).isFalse();
    }

    /** They begin 17 cm inside, as their hinges are pulled together, and in the seams of the ground. */
    @Test
    void feetAreLiftedOutOfTheGround() {
        env.reset(2);
        for (int t = 0; t < 60; t++) {
            assertThat(env.step(new float[4], 0).last()).isFalse();
            for (int leg = 0; t > 20 && leg < 2; leg++) {
                RigidBody foot = env.foot(leg);
                for (Vector2 corner : ((Polygon) foot.getFixture(0).getShape()).getVertices()) {
                    // The first 20 points are level.
                    assertThat(foot.getWorldPoint(corner).y).isGreaterThan(WalkerTerrain.LEVEL - 0.05);
                }
            }
        }
    }

    @Test
    void rewardsAreTheGrowthOfTheShapingLessEffort() {
        env.reset(4);
        double before = shaping();
        float[] action = {0.5f, -0.25f, 2, 0};
        for (int t = 0; t < 5; t++) {
            Step step = env.step(action, 0);
            // By hand: 0.028 · (0.5 + 0.25 + 1 + 0).
            assertThat(step.reward()).isCloseTo(shaping() - before - 0.049, within(1e-9));
            before = shaping();
        }
    }

    private double shaping() {
        return 130 * env.hull().x() / 30 - 5 * Math.abs(env.hull().angle());
    }

    @Test
    void aGaitByRuleArrives() {
        int arrived = 0;
        for (int seed = 0; seed < 8; seed++) {
            WalkerGait gait = new WalkerGait();
            float[] action = new float[4];
            env.reset(seed);
            double total = 0;
            Step step;
            int t = 0;
            do {
                env.observe(seen, 0);
                gait.act(seen, action);
                step = env.step(action, 0);
                total += step.reward();
                t++;
            } while (!step.last() && t < 1600);
            assertThat(env.success()).isEqualTo(step.terminated() && env.hull().x() > BipedalWalker.END);
            if (env.success()) {
                assertThat(total).as("return of seed " + seed).isGreaterThan(300);
                arrived++;
            }
        }
        // It stumbles now and then.
        assertThat(arrived).isGreaterThanOrEqualTo(6);
    }

    @Test
    void raysMeetTheGroundWhereGeometrySays() {
        WalkerTerrain flat = new WalkerTerrain(new RandomStream(1), false);
        double x = 3.3;
        // The first 20 points are level. 2 m above: 4 m straight down end half way, at 45° (by 4 m) half way too.
        assertThat(flat.ray(x, WalkerTerrain.LEVEL + 2, 0, -4)).isCloseTo(0.5, within(1e-12));
        assertThat(flat.ray(x, WalkerTerrain.LEVEL + 2, 4, -4)).isCloseTo(0.5, within(1e-12));
        assertThat(flat.ray(x, WalkerTerrain.LEVEL + 2, 4, 0)).isEqualTo(1);
        assertThat(flat.ray(x, WalkerTerrain.LEVEL + 2, 0, -1)).isEqualTo(1);
    }

    @Test
    void theBitsAreThoseOfEveryOtherMachine() throws Exception {
        assertThat(Digest.of(env, 3, 200)).isEqualTo("20284176b4390809");
    }
}
