package io.espalier.algorithms.parts;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.nn.Network;
import io.espalier.nn.NetworkSpec;
import java.util.List;
import org.junit.jupiter.api.Test;

class HeadGroupsTest {
    private static Network network(String spec) {
        return new Network(NetworkSpec.parse(spec), new int[] {3}, 1);
    }

    @Test
    void headsApartAreGroupsAndTheOthersAreTheFirst() {
        Network network = network("heads(policy: dense(2), value: dense(1), other: dense(4))");
        HeadGroups groups = HeadGroups.of(network, List.of("value"));
        assertThat(groups.count()).isEqualTo(2);
        assertThat(groups.ranges()).isEqualTo(3);
        assertThat(new int[] {groups.ofRange(0), groups.ofRange(1), groups.ofRange(2)})
                .containsExactly(0, 1, 0);
        assertThat(new int[] {groups.start(0), groups.end(0), groups.end(1), groups.end(2)})
                .containsExactly(0, 8, 12, 28);
        assertThat(groups.ofParameters(8, 12)).isEqualTo(1);
        assertThat(groups.ofParameters(7, 9)).isEqualTo(HeadGroups.MIXED);
        groups.want(network, 0);
        assertThat(List.of(network.wants(0), network.wants(1), network.wants(2)))
                .containsExactly(true, false, true);
        groups.want(network, 1);
        assertThat(List.of(network.wants(0), network.wants(1), network.wants(2)))
                .containsExactly(false, true, false);
    }

    @Test
    void whereAllStandApartThereIsNoRest() {
        HeadGroups groups = HeadGroups.of(network("heads(a: dense(2), b: dense(1))"), List.of("b", "a"));
        assertThat(groups.count()).isEqualTo(2);
        assertThat(groups.ofRange(0)).isZero();
    }

    @Test
    void layersUnderTheHeadsMemoryOrOneOutputMakeOneGroup() {
        for (String spec : List.of(
                "dense(4) > heads(a: dense(2), b: dense(1))",
                "heads(a: lstm(2) > dense(2), b: dense(1))",
                "heads(a: dense(2) > heads(b: dense(1), c: dense(1)), d: dense(2))",
                "heads(a: dense(2) > heads(a: dense(1)), b: dense(2))",
                "dense(2)")) {
            Network network = network(spec);
            HeadGroups groups = HeadGroups.of(network, List.of("a", "b"));
            assertThat(groups.count()).as(spec).isEqualTo(1);
            assertThat(groups.ofParameters(0, network.parameterCount())).isZero();
            groups.want(network, 0);
            assertThat(network.wants(0)).isTrue();
        }
    }
}
