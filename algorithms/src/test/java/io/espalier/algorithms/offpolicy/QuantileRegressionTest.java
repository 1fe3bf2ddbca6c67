package io.espalier.algorithms.offpolicy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.espalier.core.Rollout;
import io.espalier.nn.Network;
import org.junit.jupiter.api.Test;

/** Two actions of two quantiles each. */
class QuantileRegressionTest {
    /** Means 2 and 3. */
    private final Network network = Sampled.linear(1, 3, 2, 4);
    /** Means 4 and 2. */
    private final Network target = Sampled.linear(2, 6, 5, -1);

    private final double[] figures = new double[16];

    private float[] gradient(Rollout rollout, int nStep, boolean doubled) {
        QuantileRegression loss = new QuantileRegression(Sampled.first(rollout, nStep, network, target, doubled), 0);
        java.util.Arrays.fill(figures, 0);
        float[] gradient = Sampled.gradient(loss, network, figures);
        assertThat(loss.errors()[0]).isCloseTo(figures[ValueLoss.LOSS], within(1e-6));
        return gradient;
    }

    @Test
    void targetsAreTheQuantilesOfTheActionWithTheBestMean() {
        // s' = 2: action 0, quantiles 4 and 12: y = (1 + ½·4, 1 + ½·12) = (3, 7); θ(1, 0) = (1, 3) at τ = ¼, ¾
        // θ₀: u = 2, 6: ¼·(2 + 6)/2 = 1, slope −¼; θ₁: u = 0, 4: ¾·4/2 = 1.5, slope −¾·½
        assertThat(gradient(Sampled.steps(false), 1, false)).containsExactly(-0.25f, -0.375f, 0, 0);
        assertThat(figures[ValueLoss.LOSS]).isCloseTo(2.5, within(1e-6));
        assertThat(figures[ValueLoss.VALUE]).isEqualTo(2);
        assertThat(figures[ValueLoss.ERROR]).isEqualTo(3);
    }

    @Test
    void doubledTheNetworkChooses() {
        // action 1 of the slower copy: 10 and −2: y = (6, 0)
        // θ₀ = 1: u = 5, −1: (¼·5 + ¾·1)/2 = 1; θ₁ = 3: u = 3, −3: (¾·3 + ¼·3)/2 = 1.5
        gradient(Sampled.steps(false), 1, true);
        assertThat(figures[ValueLoss.LOSS]).isCloseTo(2.5, within(1e-6));
        assertThat(figures[ValueLoss.ERROR]).isEqualTo(1);
    }

    @Test
    void forbiddenActionsAreNotChosen() {
        Rollout rollout = Sampled.steps(true);
        rollout.reachedMasks[0] = false;
        gradient(rollout, 1, false);
        assertThat(figures[ValueLoss.ERROR]).isEqualTo(1);
    }

    @Test
    void severalStepsAndTheEndOfATask() {
        // y = 1 + ½ + ¼·(6, 18) = (3, 6), mean 4.5
        gradient(Sampled.steps(false), 2, false);
        assertThat(figures[ValueLoss.ERROR]).isEqualTo(2.5);
        Rollout rollout = Sampled.steps(false);
        rollout.terminated[0] = true;
        gradient(rollout, 2, false);
        assertThat(figures[ValueLoss.ERROR]).isEqualTo(1);
    }
}
