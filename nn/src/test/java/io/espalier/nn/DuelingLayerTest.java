package io.espalier.nn;

import static io.espalier.nn.NetworkSpec.dense;
import static io.espalier.nn.NetworkSpec.dueling;
import static io.espalier.nn.NetworkSpec.tanh;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class DuelingLayerTest {
    @Test
    void addsTheAdvantagesLessTheirMeanToTheValue() {
        Network network = new Network(dueling(dense(1), dense(3)), new int[] {1}, 2);
        // V = 2x + 1; A = (1, 0, -1)·x + (0, 0, 3)
        System.arraycopy(new float[] {2, 1, 1, 0, -1, 0, 0, 3}, 0, network.parameters(), 0, 8);
        network.parametersChanged();
        network.forward(new float[] {0, 3}, 0, 2);
        // x = 0: V = 1, A = (0, 0, 3), mean 1; x = 3: V = 7, A = (3, 0, 0), mean 1
        assertThat(network.output(0)).containsExactly(0, 0, 3, 9, 6, 6);

        System.arraycopy(new float[] {0, 0, 0, 3, 0, 0}, 0, network.outputGradient(0), 0, 6);
        network.backward(true);
        // of the second row: dV = 3, dA = (3, 0, 0) - 1; dx = 2·3 + 1·2 + 0·(-1) + (-1)·(-1)
        assertThat(network.gradients()).containsExactly(9, 3, 6, -3, -3, 2, -1, -1);
        assertThat(network.inputGradients()).containsExactly(0, 9);
    }

    @Test
    void distributionsAreAddedNumberByNumber() {
        Network network =
                new Network(NetworkSpec.parse("dueling(value: constant(2), advantage: constant(6))"), new int[] {1}, 1);
        // v = (1, 2); a = (3, 5), (0, 1), (0, -3): means (1, 1)
        System.arraycopy(new float[] {1, 2, 3, 5, 0, 1, 0, -3}, 0, network.parameters(), 0, 8);
        network.parametersChanged();
        network.forward(new float[1], 0, 1);
        assertThat(network.output(0)).containsExactly(3, 6, 0, 2, 0, -2);
        System.arraycopy(new float[] {3, 0, 0, 6, 0, 0}, 0, network.outputGradient(0), 0, 6);
        network.backward();
        // dv = (3, 6); da = (3, 0), (0, 6), (0, 0) less their means (1, 2)
        assertThat(network.gradients()).containsExactly(3, 6, 2, -2, -1, 4, -1, -2);
    }

    @Test
    void gradientsAgreeWithCentralDifferences() {
        NetworkSpec spec =
                dense(4).then(tanh()).then(dueling(dense(3).then(tanh()).then(dense(1)), dense(3)));
        Network network = new Network(spec, new int[] {2}, 2);
        network.initialize(new java.util.SplittableRandom(7));
        float[] input = {0.3f, -0.7f, 1.1f, 0.2f};
        float[] weights = {0.5f, -1, 2, 0.25f, 1, -0.75f};
        network.forward(input, 0, 2);
        System.arraycopy(weights, 0, network.outputGradient(0), 0, 6);
        network.backward();
        float[] gradients = network.gradients().clone();
        for (int i = 0; i < network.parameterCount(); i++) {
            float before = network.parameters()[i];
            float step = 0.01f;
            double difference = 0;
            for (int sign = -1; sign <= 1; sign += 2) {
                network.parameters()[i] = before + sign * step;
                network.parametersChanged();
                network.forward(input, 0, 2);
                for (int j = 0; j < 6; j++) {
                    difference += (double) sign * weights[j] * network.output(0)[j];
                }
            }
            network.parameters()[i] = before;
            assertThat(gradients[i]).as("parameter %s", i).isCloseTo((float) (difference / (2 * step)), within(1e-3f));
        }
    }

    @Test
    void hasBothItsForms() {
        NetworkSpec spec =
                NetworkSpec.parse("dense(8) > relu > dueling(value: dense(4) > relu > dense(1), advantage: dense(2))");
        assertThat(spec.text())
                .isEqualTo("dense(8) > relu > dueling(value: dense(4) > relu > dense(1), advantage: dense(2))");
        assertThat(NetworkSpec.parseJson(spec.json())).isEqualTo(spec);
    }

    @Test
    void refusesAValueOfSeveralNumbers() {
        assertThatThrownBy(() -> new Network(dueling(dense(2), dense(3)), new int[] {1}, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(
                        "value must end in one number, or as many as advantage has for each action, not 2 beside 3");
    }
}
