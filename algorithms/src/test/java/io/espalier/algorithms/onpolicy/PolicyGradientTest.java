package io.espalier.algorithms.onpolicy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.espalier.algorithms.parts.ActionCounts;
import io.espalier.core.Box;
import io.espalier.core.Discrete;
import io.espalier.core.Rollout;
import io.espalier.nn.Network;
import io.espalier.nn.NetworkSpec;
import org.junit.jupiter.api.Test;

class PolicyGradientTest {
    private static final double LN_2 = StrictMath.log(2);

    /** Two rows of equal logits, actions 1 and 0, value 1. */
    private static double[] run(Network network, double entropy, boolean scaled) {
        Rollout rollout = new Rollout(2, 1, Box.unbounded(1), new Discrete(2), false);
        rollout.actions[0] = 1;
        PolicyGradient loss = new PolicyGradient(0.5, entropy, network, ActionCounts.of(new Discrete(2)), 2);
        loss.rows(new float[2], rollout, new float[] {3, 1}, new float[] {4, 1}, new int[] {0, 1}, 2, scaled);
        float[] inputs = new float[2];
        loss.inputs(0, 0, 2, inputs);
        network.forward(inputs, 0, 2);
        double[] figures = new double[16];
        loss.gradients(network, 0, 2, figures, 0);
        return figures;
    }

    private static Network network(float first, float second) {
        Network network =
                new Network(NetworkSpec.parse("heads(policy: constant(2), value: constant(1))"), new int[] {1}, 2);
        System.arraycopy(new float[] {first, second, 1}, 0, network.parameters(), 0, 3);
        network.parametersChanged();
        return network;
    }

    @Test
    void agreesWithNumbersByHand() {
        Network network = network(0, 0);
        double[] figures = run(network, 0, false);
        // −3·ln ½ − 1·ln ½; (1 − 4)² + 0; 2·ln 2
        assertThat(figures[PolicyGradient.POLICY]).isEqualTo(4 * LN_2, within(1e-5));
        assertThat(figures[PolicyGradient.VALUE]).isEqualTo(9);
        assertThat(figures[PolicyGradient.ENTROPY]).isEqualTo(2 * LN_2, within(1e-5));
        // −A/2·(one-hot − ½); c₁·2·(v − R)/2
        assertThat(network.outputGradient(0)).containsExactly(0.75f, -0.75f, -0.25f, 0.25f);
        assertThat(network.outputGradient(1)).containsExactly(-1.5f, 0);
    }

    @Test
    void scaledAdvantagesHaveMeanZeroAndDeviationOne() {
        Network network = network(0, 0);
        run(network, 0, true);
        // (3 − 2)/√2 and (1 − 2)/√2
        float expected = (float) (0.25 / StrictMath.sqrt(2));
        assertThat(network.outputGradient(0)[0]).isEqualTo(expected, within(1e-6f));
        assertThat(network.outputGradient(0)[2]).isEqualTo(expected, within(1e-6f));
    }

    @Test
    void theEntropyBonusPullsTowardsEqualChances() {
        Network plain = network(0, 2);
        run(plain, 0, false);
        Network held = network(0, 2);
        run(held, 0.1, false);
        // ∂(−c·H/M)/∂logit is negative for the rarer choice: a descent step makes it likelier.
        assertThat(held.outputGradient(0)[0]).isLessThan(plain.outputGradient(0)[0]);
        assertThat(held.outputGradient(0)[1]).isGreaterThan(plain.outputGradient(0)[1]);
    }
}
