package io.espalier.algorithms.parts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.core.RandomStream;
import io.espalier.nn.Network;
import io.espalier.nn.NetworkSpec;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class NetworkPartTest {
    private static Network network(String spec) {
        Network network = new Network(NetworkSpec.parse(spec), new int[] {3}, 2);
        network.initialize(new RandomStream(1));
        return network;
    }

    @Test
    void twoPartsSayWhatTheWholeSaysAndGoBackIntoIt() {
        Network whole = network("heads(policy: dense(4) > tanh > dense(2), value: dense(1), logStd: constant(2, 0.5))");
        NetworkPart actor = new NetworkPart(whole, "policy", "logStd");
        NetworkPart critic = new NetworkPart(whole, "value");
        float[] input = {1, 2, 3};
        whole.forward(input, 0, 1);
        actor.network().forward(input, 0, 1);
        critic.network().forward(input, 0, 1);
        assertThat(actor.network().output(0)).containsExactly(Arrays.copyOf(whole.output(0), 2));
        assertThat(actor.network().output(1)).containsExactly(0.5f, 0.5f);
        assertThat(critic.network().output(0)).containsExactly(whole.output(1)[0]);
        assertThat(actor.network().parameterCount() + critic.network().parameterCount())
                .isEqualTo(whole.parameterCount());

        Arrays.fill(critic.network().parameters(), 1);
        critic.toWhole();
        whole.forward(input, 0, 1);
        assertThat(whole.output(1)[0]).isEqualTo(1 + 1 + 2 + 3);
        assertThat(whole.output(0)[0]).isEqualTo(actor.network().output(0)[0]);
    }

    @Test
    void refusesSharedLayers() {
        Network shared = network("dense(4) > heads(policy: dense(2), value: dense(1))");
        assertThatThrownBy(() -> new NetworkPart(shared, "policy"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("must have heads on layers of their own");
    }
}
