package io.espalier.envs;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.core.Environment;
import io.espalier.core.Step;
import io.espalier.core.wrappers.TimeLimit;
import io.espalier.testkit.EnvironmentContract;
import org.junit.jupiter.api.Test;

class CliffWalkingTest extends EnvironmentContract {
    @Override
    protected Environment create() {
        return new TimeLimit(new CliffWalking(false), 500);
    }

    @Override
    protected boolean usesSeed() {
        return false;
    }

    private final CliffWalking env = new CliffWalking(false);

    @Test
    void bestReturnIsThatOfExactPlanning() {
        assertThat(Planning.bestReturn(env.model(), 100)).isEqualTo(-13);
    }

    @Test
    void theShortestWayAlongTheCliff() {
        env.reset(1);
        assertThat(act(0)).isEqualTo(Step.transition(-1));
        for (int i = 0; i < 11; i++) {
            assertThat(act(1)).isEqualTo(Step.transition(-1));
        }
        assertThat(env.success()).isFalse();
        assertThat(act(2)).isEqualTo(Step.termination(-1));
        assertThat(env.success()).isTrue();
        assertThat(env.render()).endsWith(" S C C C C C C C C C C[G]\n");
    }

    @Test
    void fallingLeadsBackToTheStartAndGoesOn() {
        env.reset(1);
        assertThat(act(1)).isEqualTo(Step.transition(-100));
        float[] seen = new float[1];
        env.observe(seen, 0);
        assertThat(seen[0]).isEqualTo(36);
    }

    private Step act(int action) {
        return env.step(new float[] {action}, 0);
    }
}
