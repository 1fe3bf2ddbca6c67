package io.espalier.algorithms.onpolicy;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.core.Cores;
import io.espalier.policy.RolloutAlgorithm;
import io.espalier.testkit.AlgorithmContract;
import org.junit.jupiter.api.Test;

class ReinforceWithoutBaselineTest extends AlgorithmContract {
    @Override
    protected RolloutAlgorithm algorithm() {
        return new Reinforce(ReinforceTest.settings(false));
    }

    @Test
    void itsNetworkHasNoValue() {
        String network = training(1, Cores.SERIAL).learner().policy().spec().text();
        assertThat(network).contains("policy").doesNotContain("value");
    }
}
