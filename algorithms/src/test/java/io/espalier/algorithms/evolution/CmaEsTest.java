package io.espalier.algorithms.evolution;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.core.Box;
import io.espalier.core.Discrete;
import io.espalier.core.Seeds;
import io.espalier.policy.EpisodeAlgorithm;
import io.espalier.policy.TaskSpec;
import io.espalier.testkit.EpisodeAlgorithmContract;
import org.junit.jupiter.api.Test;

class CmaEsTest extends EpisodeAlgorithmContract {
    @Override
    protected EpisodeAlgorithm algorithm() {
        return new CmaEs(new CmaEs.Settings(0, 1, 0.5, false, "linear"));
    }

    @Test
    void moreParametersThanAMatrixCanTakeAreRefused() {
        CmaEs algorithm = new CmaEs(new CmaEs.Settings(0, 1, 0.5, false, "dense(64) > tanh > dense(64) > tanh"));
        TaskSpec task = new TaskSpec(Box.unbounded(4), new Discrete(2), false, 1000);
        assertThatThrownBy(() -> algorithm.policy(task, Seeds.of(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("parameters (4610) must be at most 2000 for cma-es")
                .hasMessageContaining("Maybe use a smaller trunk, as linear, or openai-es");
    }
}
