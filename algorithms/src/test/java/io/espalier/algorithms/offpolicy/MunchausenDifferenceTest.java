package io.espalier.algorithms.offpolicy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.espalier.core.Rollout;
import io.espalier.nn.Network;
import org.junit.jupiter.api.Test;

/** Q = (1, 3)·s, Q̄ = (0, ln 3)·s: with τ = 1, π̄(1) = (¼, ¾) and π̄(2) = (1/10, 9/10). */
class MunchausenDifferenceTest {
    private static final double LOG_3 = StrictMath.log(3);

    private final Network network = Sampled.linear(1, 3);
    private final double[] figures = new double[16];

    private double wanted(Rollout rollout, double scale, double temperature, double lowest) {
        float slope = (float) (temperature * LOG_3);
        NextValues next = Sampled.first(rollout, 1, network, Sampled.linear(0, slope), false);
        MunchausenDifference loss = new MunchausenDifference(next, scale, temperature, lowest, 0);
        float[] gradient = Sampled.gradient(loss, network, figures);
        double error = loss.errors()[0];
        assertThat(gradient).containsExactly((float) (2 * error), 0);
        return 1 - error;
    }

    @Test
    void rewardsAreRaisedAndValuesAreSoft() {
        // y = 1 + 0.9·ln ¼ + ½·ln(1 + 9)
        double y = 1 + 0.9 * StrictMath.log(0.25) + 0.5 * StrictMath.log(10);
        assertThat(wanted(Sampled.steps(false), 0.9, 1, -10)).isCloseTo(y, within(1e-5));
        assertThat(figures[ValueLoss.VALUE]).isEqualTo(1);
        // the sum over actions is the same: Σ π̄·(Q̄ − ln π̄)
        double soft = 0.1 * (0 - StrictMath.log(0.1)) + 0.9 * (2 * LOG_3 - StrictMath.log(0.9));
        assertThat(StrictMath.log(10)).isCloseTo(soft, within(1e-9));
    }

    @Test
    void theTemperatureScalesBoth() {
        // Q̄ twice as large, τ = 2: the same π̄, everything twice
        double y = 1 + 2 * (0.9 * StrictMath.log(0.25) + 0.5 * StrictMath.log(10));
        assertThat(wanted(Sampled.steps(false), 0.9, 2, -10)).isCloseTo(y, within(1e-5));
    }

    @Test
    void theBonusIsCut() {
        double y = 1 - 0.9 * 0.5 + 0.5 * StrictMath.log(10);
        assertThat(wanted(Sampled.steps(false), 0.9, 1, -0.5)).isCloseTo(y, within(1e-5));
    }

    @Test
    void withoutValuesAheadWhereTheTaskEnded() {
        Rollout rollout = Sampled.steps(false);
        rollout.terminated[0] = true;
        assertThat(wanted(rollout, 0.9, 1, -10)).isCloseTo(1 + 0.9 * StrictMath.log(0.25), within(1e-5));
    }

    @Test
    void thePolicyIsOverAllowedActions() {
        Rollout rollout = Sampled.steps(true);
        rollout.masks[1] = false; // only action 0: ln π̄ = 0
        assertThat(wanted(rollout, 0.9, 1, -10)).isCloseTo(1 + 0.5 * StrictMath.log(10), within(1e-5));
        rollout.reachedMasks[1] = false; // only action 0 next: its value, 0
        assertThat(wanted(rollout, 0.9, 1, -10)).isCloseTo(1, within(1e-5));
        rollout.reachedMasks[0] = false; // nothing is allowed where an episode was cut off: as if all were
        assertThat(wanted(rollout, 0.9, 1, -10)).isCloseTo(1 + 0.5 * StrictMath.log(10), within(1e-5));
    }

    @Test
    void aSmallTemperatureIsQLearning() {
        NextValues next = Sampled.first(Sampled.steps(false), 1, network, Sampled.linear(10, 2), false);
        MunchausenDifference loss = new MunchausenDifference(next, 0.9, 1e-4, -1, 0);
        Sampled.gradient(loss, network, figures);
        // y = 1 + ½·10·2, and the best action's bonus is nearly 0
        assertThat(loss.errors()[0]).isCloseTo(1 - 11, within(1e-3));
    }
}
