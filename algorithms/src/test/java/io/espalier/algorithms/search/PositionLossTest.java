package io.espalier.algorithms.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.espalier.core.RandomStream;
import io.espalier.core.State;
import io.espalier.nn.Network;
import io.espalier.nn.NetworkSpec;
import org.junit.jupiter.api.Test;

class PositionLossTest {
    private static final NetworkSpec SPEC =
            NetworkSpec.parse("dense(5) > tanh > heads(policy: dense(3), value: dense(1) > tanh)");

    private static State positions() {
        State state = new State();
        state.put("observations", new float[] {1, 0, 0, 1});
        state.put("shares", new float[] {0.75f, 0.25f, 0, 0, 0, 1});
        state.put("legal", new byte[] {1, 1, 0, 1, 1, 1});
        state.put("values", new float[] {0.5f, -1});
        return state;
    }

    private final PositionBuffer buffer = new PositionBuffer(8, 2, 3);
    private final Network network = new Network(SPEC, new int[] {2}, 2);
    private final PositionLoss loss = new PositionLoss(buffer, 0.5, network, 2);
    private final double[] figures = new double[16];

    private double loss() {
        float[] inputs = new float[4];
        loss.inputs(0, 0, 2, inputs);
        network.forward(inputs, 0, 2);
        java.util.Arrays.fill(figures, 0);
        loss.gradients(network, 0, 2, figures, 0);
        return (figures[PositionLoss.POLICY] + 0.5 * figures[PositionLoss.VALUE]) / 2;
    }

    @Test
    void anUntrainedNetworkHasTheLossOfEvenChances() {
        buffer.add(positions());
        loss.rows(new int[] {0, 1}, 2);
        loss();
        // All outputs are 0. By hand: −Σ π·ln p is ln 2 over two legal moves and ln 3 over three; (z − 0)² is 0.25 and
        // 1.
        assertThat(figures[PositionLoss.POLICY]).isEqualTo(StrictMath.log(2) + StrictMath.log(3), within(1e-6));
        assertThat(figures[PositionLoss.VALUE]).isEqualTo(1.25, within(1e-6));
        assertThat(figures[PositionLoss.ENTROPY])
                .isEqualTo(-0.75 * StrictMath.log(0.75) - 0.25 * StrictMath.log(0.25), within(1e-6));
        // p − π, over two rows: (0.5 − 0.75)/2 and (0.5 − 0.25)/2; nothing for the forbidden one
        assertThat(network.outputGradient(network.head("policy")))
                .containsExactly(new float[] {-0.125f, 0.125f, 0, 1 / 6f, 1 / 6f, -1 / 3f}, within(1e-6f));
        // 2·0.5·(0 − z)/2
        assertThat(network.outputGradient(network.head("value")))
                .containsExactly(new float[] {-0.25f, 0.5f}, within(1e-6f));
    }

    @Test
    void theGradientIsThatOfTheLoss() {
        buffer.add(positions());
        loss.rows(new int[] {1, 0}, 2);
        network.initialize(new RandomStream(3));
        loss();
        network.backward();
        float[] gradients = network.gradients().clone();
        for (int i = 0; i < gradients.length; i++) {
            float kept = network.parameters()[i];
            float step = 1e-2f;
            network.parameters()[i] = kept + step;
            network.parametersChanged();
            double above = loss();
            network.parameters()[i] = kept - step;
            network.parametersChanged();
            double below = loss();
            network.parameters()[i] = kept;
            assertThat((double) gradients[i])
                    .as("parameter " + i)
                    .isEqualTo((above - below) / (2 * step), within(2e-4));
        }
    }

    @Test
    void theOldestPositionsGiveWay() {
        PositionBuffer small = new PositionBuffer(3, 2, 3);
        assertThat(small.add(positions())).isEqualTo(2);
        assertThat(small.add(positions())).isEqualTo(2);
        assertThat(small.size()).isEqualTo(3);
        // rows 0 and 1, then 2 and 0 again
        assertThat(small.values).containsExactly(-1, -1, 0.5f);
        assertThat(small.legal).containsExactly(true, true, true, true, true, true, true, true, false);
        State saved = new State();
        small.save(saved);
        PositionBuffer other = new PositionBuffer(3, 2, 3);
        other.load(saved);
        assertThat(other.values).containsExactly(small.values);
        assertThat(other.observations).containsExactly(small.observations);
        assertThat(other.shares).containsExactly(small.shares);
        assertThat(other.legal).containsExactly(small.legal);
        other.add(positions());
        small.add(positions());
        assertThat(other.values).containsExactly(small.values).containsExactly(-1, 0.5f, -1);
    }

    @Test
    void whatIsNotFiniteIsLeftOut() {
        State bad = new State();
        bad.put("observations", new float[] {1, Float.NaN, 0, 1, 1, 1});
        bad.put("shares", new float[] {1, 0, 0, 0, 1, 0, Float.POSITIVE_INFINITY, 0, 0});
        bad.put("legal", new byte[9]);
        bad.put("values", new float[] {0, 1, 0});
        assertThat(buffer.add(bad)).isEqualTo(1);
        assertThat(buffer.size()).isEqualTo(1);
        assertThat(buffer.values[0]).isEqualTo(1);
    }
}
