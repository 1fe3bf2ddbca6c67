package io.espalier.algorithms.offpolicy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.espalier.core.Rollout;
import io.espalier.nn.Network;
import org.junit.jupiter.api.Test;

/** Two actions over the atoms 0, 1, 2; far-off logits leave one atom each. */
class CategoricalProjectionTest {
    private static final float FAR = -300;

    /** Action 0: a third each; action 1 has the mean 2 and so is chosen. */
    private final Network network = Sampled.linear(0, 0, 0, FAR, FAR, 0);
    /** Action 0 is worth 2, action 1 is worth 0. */
    private final Network target = Sampled.linear(FAR, FAR, 0, 0, FAR, FAR);

    private final double[] figures = new double[16];

    private float[] gradient(Rollout rollout, int nStep, boolean doubled) {
        CategoricalProjection loss =
                new CategoricalProjection(Sampled.first(rollout, nStep, network, target, doubled), 0, 2);
        java.util.Arrays.fill(figures, 0);
        float[] gradient = Sampled.gradient(loss, network, figures);
        assertThat(loss.errors()[0]).isEqualTo(figures[ValueLoss.LOSS]);
        return gradient;
    }

    private static void assertClose(float[] actual, double... expected) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < expected.length; i++) {
            assertThat((double) actual[i]).as("element %s", i).isCloseTo(expected[i], within(1e-6));
        }
    }

    @Test
    void theTargetIsTheMovedDistributionOfTheBestAction() {
        // 1 + ½·2 = 2: m = (0, 0, 1); p = ⅓ each
        assertClose(gradient(Sampled.steps(false), 1, false), 1 / 3.0, 1 / 3.0, 1 / 3.0 - 1, 0, 0, 0);
        assertThat(figures[ValueLoss.LOSS]).isCloseTo(StrictMath.log(3), within(1e-6));
        assertThat(figures[ValueLoss.VALUE]).isCloseTo(1, within(1e-6));
        assertThat(figures[ValueLoss.ERROR]).isCloseTo(1, within(1e-6));
    }

    @Test
    void doubledTheNetworkChooses() {
        // 1 + ½·0 = 1: m = (0, 1, 0)
        assertClose(gradient(Sampled.steps(false), 1, true), 1 / 3.0, 1 / 3.0 - 1, 1 / 3.0, 0, 0, 0);
    }

    @Test
    void forbiddenActionsAreNotChosen() {
        Rollout rollout = Sampled.steps(true);
        rollout.reachedMasks[0] = false;
        assertClose(gradient(rollout, 1, false), 1 / 3.0, 1 / 3.0 - 1, 1 / 3.0, 0, 0, 0);
    }

    @Test
    void severalStepsAndTheEndOfATask() {
        // doubled: 1 + ½ + ¼·0 = 1.5: m = (0, ½, ½), divergence ln 3 − ln 2
        assertClose(gradient(Sampled.steps(false), 2, true), 1 / 3.0, 1 / 3.0 - 0.5, 1 / 3.0 - 0.5, 0, 0, 0);
        assertThat(figures[ValueLoss.LOSS]).isCloseTo(StrictMath.log(1.5), within(1e-6));
        Rollout rollout = Sampled.steps(false);
        rollout.terminated[0] = true;
        assertClose(gradient(rollout, 2, false), 1 / 3.0, 1 / 3.0 - 1, 1 / 3.0, 0, 0, 0);
    }
}
