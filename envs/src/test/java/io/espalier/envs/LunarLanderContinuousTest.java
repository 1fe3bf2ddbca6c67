package io.espalier.envs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.espalier.core.Environment;
import io.espalier.core.Step;
import io.espalier.testkit.EnvironmentContract;
import org.junit.jupiter.api.Test;

class LunarLanderContinuousTest extends EnvironmentContract {
    private final LunarLander env = new LunarLander(true);
    private final float[] seen = new float[8];

    @Override
    protected Environment create() {
        return new LunarLander(true);
    }

    @Override
    protected int bytesPerStep() {
        return 400_000;
    }

    @Test
    void enginesHaveDeadZonesAndHalfPowerAtLeast() {
        // Power of both engines, by hand, as the fuel they cost: 0.3 and 0.03 at full power.
        assertThat(fuel(-1, 0)).isCloseTo(0, within(1e-3));
        assertThat(fuel(0, 0.5f)).isCloseTo(0, within(1e-3));
        assertThat(fuel(0.2f, -0.5f)).isCloseTo(0.3 * 0.6, within(1e-3));
        assertThat(fuel(1, 0)).isCloseTo(0.3, within(1e-3));
        assertThat(fuel(7, -0.6f)).isCloseTo(0.3 + 0.03 * 0.6, within(1e-3));
        assertThat(fuel(-1, 7)).isCloseTo(0.03, within(1e-3));
    }

    private double fuel(float main, float side) {
        env.reset(1);
        env.observe(seen, 0);
        double before = shaping();
        Step step = env.step(new float[] {main, side}, 0);
        env.observe(seen, 0);
        return shaping() - before - step.reward();
    }

    private double shaping() {
        return -100 * Math.sqrt(seen[0] * seen[0] + seen[1] * seen[1])
                - 100 * Math.sqrt(seen[2] * seen[2] + seen[3] * seen[3])
                - 100 * Math.abs(seen[4]);
    }

    @Test
    void aPilotLands() {
        double sum = 0;
        int landed = 0;
        float[] action = new float[2];
        for (int seed = 0; seed < 100; seed++) {
            env.reset(seed);
            Step step;
            int t = 0;
            do {
                env.observe(seen, 0);
                LunarPilot.act(seen, action, true);
                step = env.step(action, 0);
                sum += step.reward();
                t++;
            } while (!step.last() && t < 1000);
            landed += env.success() ? 1 : 0;
        }
        assertThat(sum / 100).as("mean return").isGreaterThan(250);
        assertThat(landed).isGreaterThanOrEqualTo(95);
    }

    @Test
    void theBitsAreThoseOfEveryOtherMachine() throws Exception {
        assertThat(Digest.of(env, 10, 300)).isEqualTo("5437f358ded5a6f1");
    }
}
