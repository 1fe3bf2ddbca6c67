package io.espalier.algorithms.parts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.nn.Network;
import io.espalier.nn.NetworkSpec;
import org.junit.jupiter.api.Test;

class ReplicasTest {
    @Test
    void lendsTheOneThatCameBackLastAndNeverTheSameTwice() {
        Network network = new Network(NetworkSpec.dense(2), new int[] {3}, 1);
        Replicas replicas = new Replicas(network, 2, 4);
        Network first = replicas.take();
        Network second = replicas.take();
        assertThat(first).isNotSameAs(second);
        assertThat(first.capacity()).isEqualTo(4);
        assertThat(first.parameters()).isSameAs(network.parameters());
        assertThatThrownBy(replicas::take)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("all 2 replicas are lent");
        replicas.give(second);
        replicas.give(first);
        assertThatThrownBy(() -> replicas.give(first))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("none of the 2 replicas is lent");
        assertThat(replicas.take()).isSameAs(first);
        assertThat(replicas.take()).isSameAs(second);
    }
}
