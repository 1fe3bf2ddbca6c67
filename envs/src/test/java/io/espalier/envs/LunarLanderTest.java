package io.espalier.envs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.espalier.core.Environment;
import io.espalier.core.Step;
import io.espalier.testkit.EnvironmentContract;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class LunarLanderTest extends EnvironmentContract {
    private static final float[] NOTHING = {0};
    private static final float[] LEFTWARDS = {1};
    private static final float[] MAIN = {2};
    private static final float[] RIGHTWARDS = {3};

    private final LunarLander env = new LunarLander(false);
    private final float[] seen = new float[8];

    @Override
    protected Environment create() {
        return new LunarLander(false);
    }

    /** dyn4j makes its vectors anew. */
    @Override
    protected int bytesPerStep() {
        return 400_000;
    }

    private void begin(double right, double up) {
        double[] heights = new double[12];
        Arrays.fill(heights, LunarLander.PAD_HEIGHT);
        env.begin(heights, right, up);
    }

    private Step step(float[] action) {
        Step step = env.step(action, 0);
        env.observe(seen, 0);
        return step;
    }

    @Test
    void fallsAsGravitySays() {
        begin(0, 0);
        for (int t = 0; t < 30; t++) {
            step(NOTHING);
        }
        // By hand: 31 steps, the one of reset among them, of 10 m/s² · 0.02 s = 0.2 m/s; seen in units of 7.5 m/s.
        assertThat(seen[3]).isCloseTo((float) (-31 * 0.2 / 7.5), within(1e-4f));
        assertThat(seen[2]).isCloseTo(0, within(1e-9f));
        // The way fallen: 0.004 · (1 + 2 + ... + 31) m. The legs lie a little off the middle of mass at first: 1 cm.
        double height =
                (LunarLander.HEIGHT - 0.004 * 31 * 32 / 2 - LunarLander.PAD_HEIGHT - 0.6) / (LunarLander.HEIGHT / 2);
        assertThat(seen[1]).isCloseTo((float) height, within(0.005f));
    }

    @Test
    void startsPushedByTheForceOfOneStep() {
        begin(1000, 500);
        env.observe(seen, 0);
        // By hand: hull 867 square pixels, legs 64 each: (867 · 5 + 2 · 64 · 1) / 900 = 4.959 kg; 20 N s and 10 N s.
        double mass = (867 * 5 + 128) / 900.0;
        assertThat(seen[2]).isCloseTo((float) (20 / mass / 5), within(0.03f));
        assertThat(seen[3]).isCloseTo((float) ((10 / mass - 0.2) / 7.5), within(0.03f));
    }

    @Test
    void theMainEnginePushesAwayFromTheLegs() {
        begin(0, 0);
        for (int t = 0; t < 40; t++) {
            step(MAIN);
        }
        // 13 · 4/30 N s for 4.96 kg a step against 0.2 m/s of gravity, scattered by ±50 %: 0.1495 m/s on average.
        assertThat(seen[3] * 7.5 / 40).isCloseTo(0.1495, within(0.06));
        for (double angle : new double[] {0.4, -0.4}) {
            begin(0, 0);
            env.hull().place(10, 10, angle);
            step(MAIN);
            assertThat(Math.signum(seen[2])).isEqualTo((float) -Math.signum(angle));
        }
    }

    @Test
    void theSideEnginesPushAndTurn() {
        begin(0, 0);
        for (int t = 0; t < 10; t++) {
            step(LEFTWARDS);
        }
        assertThat(seen[2]).isNegative();
        assertThat(seen[4]).isPositive();
        assertThat(seen[5]).isPositive();
        begin(0, 0);
        for (int t = 0; t < 10; t++) {
            step(RIGHTWARDS);
        }
        assertThat(seen[2]).isPositive();
        assertThat(seen[4]).isNegative();
        assertThat(seen[5]).isNegative();
    }

    @Test
    void rewardsAreTheGrowthOfTheShapingLessFuel() {
        env.reset(3);
        env.observe(seen, 0);
        double before = shaping();
        double[] fuel = {0, 0.03, 0.3, 0.03};
        for (int t = 0; t < 60; t++) {
            int action = t % 4;
            Step step = step(new float[] {action});
            assertThat(step.reward()).isCloseTo(shaping() - before - fuel[action], within(1e-3));
            before = shaping();
        }
    }

    private double shaping() {
        return -100 * Math.sqrt(seen[0] * seen[0] + seen[1] * seen[1])
                - 100 * Math.sqrt(seen[2] * seen[2] + seen[3] * seen[3])
                - 100 * Math.abs(seen[4])
                + 10 * seen[6]
                + 10 * seen[7];
    }

    @Test
    void fallingOnTheMoonIsACrash() {
        begin(0, 0);
        Step step;
        boolean legsFirst = false;
        do {
            legsFirst |= seen[6] == 1 && seen[7] == 1;
            step = step(NOTHING);
        } while (!step.last());
        assertThat(step).isEqualTo(Step.termination(-100));
        assertThat(legsFirst).isTrue();
        assertThat(env.success()).isFalse();
        assertThat(seen[1]).isBetween(-0.2f, 0.1f);
    }

    @Test
    void leavingThePictureEndsTheEpisode() {
        begin(1000, 1000);
        Step step;
        do {
            step = step(seen[3] < 0 ? MAIN : NOTHING);
        } while (!step.last());
        assertThat(step).isEqualTo(Step.termination(-100));
        assertThat(Math.abs(seen[0])).isGreaterThanOrEqualTo(1);
        assertThat(seen[1]).as("height, far above the ground").isGreaterThan(0.2f);
    }

    @Test
    void aPilotLandsOnBothLegs() {
        double sum = 0;
        int landed = 0;
        for (int seed = 0; seed < 100; seed++) {
            env.reset(seed);
            env.observe(seen, 0);
            float[] action = new float[1];
            Step step;
            double total = 0;
            int t = 0;
            do {
                LunarPilot.act(seen, action, false);
                step = step(action);
                total += step.reward();
                t++;
            } while (!step.last() && t < 1000);
            sum += total;
            if (env.success()) {
                landed++;
                assertThat(step).isEqualTo(Step.termination(100));
                assertThat(Arrays.copyOfRange(seen, 6, 8))
                        .as("legs of seed " + seed)
                        .contains(1);
                assertThat(Math.abs(seen[3])).isLessThan(0.01f);
            }
        }
        // Where Gymnasium's own rule of this kind reaches more than 200.
        assertThat(sum / 100).as("mean return").isGreaterThan(250);
        assertThat(landed).isGreaterThanOrEqualTo(95);
    }

    /** The same on every JVM and processor: recorded on JDK 17, compared on whatever runs this test. */
    @Test
    void theBitsAreThoseOfEveryOtherMachine() throws Exception {
        assertThat(Digest.of(env, 10, 300)).isEqualTo("ee6e5e5b36baecd6");
    }
}
