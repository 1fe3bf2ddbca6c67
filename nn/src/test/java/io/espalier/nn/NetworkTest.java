package io.espalier.nn;

import static io.espalier.nn.NetworkSpec.dense;
import static io.espalier.nn.NetworkSpec.head;
import static io.espalier.nn.NetworkSpec.heads;
import static io.espalier.nn.NetworkSpec.sequential;
import static io.espalier.nn.NetworkSpec.tanh;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class NetworkTest {
    private static final NetworkSpec TWO_HEADS =
            sequential(dense(2), tanh(), heads(head("policy", dense(2)), head("value", dense(1))));

    @Test
    void aDenseLayerIsAMatrixProductPlusBias() {
        Network network = new Network(dense(2), new int[] {3}, 2);
        // W = [[1, 2], [3, 4], [5, 6]], b = [10, 20]
        System.arraycopy(new float[] {1, 2, 3, 4, 5, 6, 10, 20}, 0, network.parameters(), 0, 8);
        network.parametersChanged();
        float[] input = {99, 1, 0, -1, 2, 1, 0};
        network.forward(input, 1, 2);
        assertThat(network.output(0)).containsExactly(6, 16, 15, 28);

        System.arraycopy(new float[] {1, 2, 3, 4}, 0, network.outputGradient(0), 0, 4);
        network.backward(true);
        // dW = xᵀ·dy with x = [[1, 0, -1], [2, 1, 0]], dy = [[1, 2], [3, 4]]; db = [4, 6]; dx = dy·Wᵀ
        assertThat(network.gradients()).containsExactly(7, 10, 3, 4, -1, -2, 4, 6);
        assertThat(network.inputGradients()).containsExactly(5, 11, 17, 11, 25, 39);
    }

    @Test
    void headsShareTheTrunkAndAddTheirGradients() {
        Network network = new Network(TWO_HEADS, new int[] {1}, 1);
        assertThat(network.tensors().stream().map(Network.Tensor::toString))
                .containsExactly(
                        "0.weight [1, 2]",
                        "0.bias [2]",
                        "2.policy.weight [2, 2]",
                        "2.policy.bias [2]",
                        "2.value.weight [2, 1]",
                        "2.value.bias [1]");
        assertThat(network.heads()).isEqualTo(2);
        assertThat(network.head("value")).isEqualTo(1);
        assertThat(network.headSize(0)).isEqualTo(2);
        assertThat(network.hasHead("q")).isFalse();
        float[] p = {1, -1, 0, 0, 1, 2, 3, 4, 0, 0, 5, 6, 0};
        System.arraycopy(p, 0, network.parameters(), 0, 13);
        network.parametersChanged();
        network.forward(new float[] {0.5f}, 0, 1);
        float h = (float) StrictMath.tanh(0.5);
        assertThat(network.output(0)[0]).isCloseTo(h - 3 * h, within(1e-6f));
        assertThat(network.output(1)[0]).isCloseTo(5 * h - 6 * h, within(1e-6f));
        network.outputGradient(0)[0] = 1;
        network.outputGradient(0)[1] = 0;
        network.outputGradient(1)[0] = 10;
        network.backward(true);
        // dh = [1·1 + 10·5, 1·3 + 10·6], dz = dh·(1 − h²), dx = dz₀ − dz₁
        float slope = 1 - h * h;
        assertThat(network.inputGradients()[0]).isCloseTo(51 * slope - 63 * slope, within(1e-5f));
    }

    @Test
    void replicasShareParametersButNotResults() {
        Network network = new Network(TWO_HEADS, new int[] {1}, 1);
        Network replica = network.replica(5);
        assertThat(replica.parameters()).isSameAs(network.parameters());
        assertThat(replica.gradients()).isNotSameAs(network.gradients());
        assertThat(replica.capacity()).isEqualTo(5);
    }

    @Test
    void namesTheLayerThatDoesNotFit() {
        assertThatThrownBy(() -> new Network(dense(64), new int[] {3, 10, 10}, 1))
                .hasMessage("dense(64) wants a vector, got [3, 10, 10]. Maybe put flatten in front of it.");
        assertThatThrownBy(() -> new Network(TWO_HEADS, new int[] {1}, 1).head("q"))
                .hasMessage("the network has no head \"q\". Maybe one of: policy, value.");
        Network network = new Network(TWO_HEADS, new int[] {1}, 3);
        assertThatThrownBy(() -> network.forward(new float[9], 0, 4))
                .hasMessageContaining("rows (4) must be from 1 to");
        assertThatThrownBy(() -> network.forward(new float[3], 1, 3)).hasMessageContaining("do not fit an array of 3");
        assertThatThrownBy(() -> network.backward()).isInstanceOf(IllegalStateException.class);
        assertThat(List.of(network.inputShape()[0], network.inputSize())).containsExactly(1, 1);
    }

    @Test
    void saysHowMuchItWouldHold() {
        // By hand: 2·3 + 3 parameters and as many gradients, 5·3 outputs and as many gradients
        assertThat(Network.floats(dense(3), new int[] {2}, 5)).isEqualTo(2 * 9 + 2 * 15);
        // Eleven matrices of 2^27 floats each are counted, not allocated
        String matrix = "dense(32768)";
        StringBuilder heads = new StringBuilder("heads(a: ").append(matrix);
        for (int i = 0; i < 10; i++) {
            heads.append(", b").append(i).append(": ").append(matrix);
        }
        NetworkSpec wide = NetworkSpec.parse(heads.append(")").toString());
        assertThat(Network.floats(wide, new int[] {4096}, 1)).isGreaterThan(2L * 11 * 4096 * 32768);
    }

    @Test
    void gradientsOfWhatLeadsToNoWantedOutputStayAsTheyAre() {
        NetworkSpec spec = heads(
                head("policy", sequential(dense(5), tanh(), dense(2))),
                head("value", sequential(dense(7), tanh(), dense(1))));
        Network all = new Network(spec, new int[] {3}, 4);
        all.initialize(new java.util.SplittableRandom(1));
        float[] input = {1, 2, 3, 4, 5, 6};
        float[] whole = backward(all, input);

        Network part = all.replica(4);
        int policy = part.tensors().get(4).offset();
        part.want(0, false);
        assertThat(part.wants(0)).isFalse();
        float[] value = backward(part, input);
        assertThat(Arrays.copyOf(value, policy)).containsOnly(0);
        assertThat(Arrays.copyOfRange(value, policy, value.length))
                .containsExactly(Arrays.copyOfRange(whole, policy, whole.length));
        part.want(0, true);
        part.want(1, false);
        assertThat(backward(part, input)).as("the other half is still there").containsExactly(whole);
    }

    @Test
    void layersUnderSeveralHeadsHaveTheGradientsOfThoseThatAreWanted() {
        NetworkSpec spec = NetworkSpec.parse("dense(4) > tanh > heads(a: dense(2), b: dense(1), c: dense(2))");
        Network all = new Network(spec, new int[] {3}, 4);
        all.initialize(new java.util.SplittableRandom(1));
        float[] input = {1, 2, 3, 4, 5, 6};
        int trunk = all.tensors().get(2).offset();
        float[] sum = new float[trunk];
        for (int only = 0; only < 3; only++) {
            Network part = all.replica(4);
            for (int head = 0; head < 3; head++) {
                part.want(head, head == only);
            }
            float[] gradients = backward(part, input);
            for (int i = 0; i < trunk; i++) {
                sum[i] += gradients[i];
            }
            int own = part.tensors().get(2 + 2 * only).offset();
            for (int i = trunk; i < gradients.length; i++) {
                boolean of =
                        i >= own && i < own + part.tensors().get(2 + 2 * only).size() + part.headSize(only);
                assertThat(gradients[i] != 0)
                        .as("parameter %s for head %s", i, only)
                        .isEqualTo(of);
            }
        }
        float[] whole = backward(all, input);
        for (int i = 0; i < trunk; i++) {
            assertThat(sum[i]).isCloseTo(whole[i], org.assertj.core.api.Assertions.within(1e-4f));
        }
    }

    private static float[] backward(Network network, float[] input) {
        network.forward(input, 0, 2);
        for (int head = 0; head < network.heads(); head++) {
            for (int i = 0; i < 2 * network.headSize(head); i++) {
                network.outputGradient(head)[i] = 1 + head - 0.3f * i;
            }
        }
        network.backward();
        return network.gradients().clone();
    }

    @Test
    void anOutputThatIsNotWantedIsNotComputed() {
        NetworkSpec spec = heads(
                head("policy", sequential(dense(5), tanh(), dense(2))),
                head("value", sequential(dense(7), tanh(), dense(1))));
        Network all = new Network(spec, new int[] {3}, 4);
        all.initialize(new java.util.SplittableRandom(1));
        Network part = all.replica(4);
        float[] input = {1, 2, 3, 4, 5, 6};
        all.forward(input, 0, 2);

        part.want(1, false);
        part.forward(input, 0, 2);
        assertThat(part.output(0)).containsExactly(all.output(0));
        assertThat(part.output(1)).containsOnly(0);
        assertThatThrownBy(() -> part.tangent(new float[part.parameterCount()]))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("of all outputs");
        part.want(1, true);
        assertThatThrownBy(part::backward)
                .as("the value's activations are not there yet")
                .isInstanceOf(IllegalStateException.class);
        part.forward(input, 0, 2);
        assertThat(part.output(1)).containsExactly(all.output(1));
        assertThatThrownBy(() -> new Network(
                                NetworkSpec.parse("lstm(2) > heads(a: dense(1), b: dense(1))"), new int[] {3}, 1)
                        .want(0, false))
                .hasMessageContaining("remembers (4");
    }

    @Test
    void theGradientsOfTheInputsAloneAreThoseOfTheWholeBackwardPass() {
        NetworkSpec spec = NetworkSpec.parse("heads(a: dense(9) > relu > dense(7) > tanh > dense(1),"
                + " b: dense(5, bias=false) > gelu > layer-norm > dense(20) > sigmoid > dense(2))");
        Network network = new Network(spec, new int[] {3}, 5);
        RandomGenerator random = new SplittableRandom(5);
        network.initialize(random);
        float[] input = floats(random, 15);
        float[] first = floats(random, 5);
        float[] second = floats(random, 10);
        network.forward(input, 0, 5);
        System.arraycopy(first, 0, network.outputGradient(0), 0, 5);
        System.arraycopy(second, 0, network.outputGradient(1), 0, 10);
        network.backward(true);
        float[] whole = network.inputGradients().clone();
        float[] parameterGradients = network.gradients().clone();

        Arrays.fill(network.inputGradients(), Float.NaN);
        System.arraycopy(first, 0, network.outputGradient(0), 0, 5);
        System.arraycopy(second, 0, network.outputGradient(1), 0, 10);
        network.backwardToInputs();
        assertThat(network.inputGradients()).containsExactly(whole);

        // and the next pass is a whole one again
        Arrays.fill(network.gradients(), Float.NaN);
        System.arraycopy(first, 0, network.outputGradient(0), 0, 5);
        System.arraycopy(second, 0, network.outputGradient(1), 0, 10);
        network.backward();
        assertThat(network.gradients()).containsExactly(parameterGradients);
    }

    private static float[] floats(RandomGenerator random, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = random.nextFloat() - 0.5f;
        }
        return values;
    }

    @Test
    void readsWeightsWhereTheyAreWithoutTouchingItsReplicas() {
        NetworkSpec spec = NetworkSpec.parse("dense(5) > tanh > dense(2)");
        Network network = new Network(spec, new int[] {3}, 2);
        network.initialize(new java.util.Random(1));
        float[] own = network.parameters().clone();
        Network other = new Network(spec, new int[] {3}, 2);
        other.initialize(new java.util.Random(2));
        Weights weights = Weights.copyOf(1, other.parameters());
        Network replica = network.replica(2);
        float[] input = {0.3f, -2, 1, 0.5f, 0.25f, -1};
        // What it keeps of its own parameters must not outlive them.
        network.forward(input, 0, 2);
        network.backward(true);
        network.read(weights);
        for (Network each : new Network[] {network, other}) {
            each.forward(input, 0, 2);
            java.util.Arrays.fill(each.outputGradient(0), 1f);
            each.backward(true);
        }
        assertThat(network.output(0)).containsExactly(other.output(0));
        assertThat(network.gradients()).containsExactly(other.gradients());
        assertThat(network.inputGradients()).containsExactly(other.inputGradients());
        assertThat(replica.parameters()).containsExactly(own);
        assertThatThrownBy(() -> network.read(Weights.copyOf(1, new float[3])))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("weights of 3 parameters do not fit a network of 32");
    }
}
