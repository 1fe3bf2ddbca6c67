package io.espalier.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

class RolloutTest {
    @Test
    void hasRoomForStepsTimesEnvironments() {
        Rollout rollout = new Rollout(5, 3, Box.unbounded(4), new MultiDiscrete(2, 3), true);
        assertThat(rollout.rows()).isEqualTo(15);
        assertThat(rollout.observations).hasSize(60);
        assertThat(rollout.reached).hasSize(60);
        assertThat(rollout.actions).hasSize(30);
        assertThat(rollout.masks).hasSize(75);
        assertThat(rollout.reachedMasks).hasSize(75).doesNotContain(false);
        assertThat(rollout.finalMasks).hasSize(15);
        assertThat(rollout.rewards).hasSize(15);
        rollout.truncated[4] = true;
        rollout.terminated[7] = true;
        assertThat(rollout.last(4)).isTrue();
        assertThat(rollout.last(7)).isTrue();
        assertThat(rollout.last(5)).isFalse();
    }

    @Test
    void withoutMasksThereIsNoRoomForThem() {
        Rollout rollout = new Rollout(5, 3, Box.unbounded(4), new Discrete(2), false);
        assertThat(rollout.masks).isEmpty();
        assertThat(rollout.reachedMasks).isEmpty();
        assertThat(rollout.finalMasks).isEmpty();
    }

    @Test
    void anEpisodeBeginsAfterAnEndAndAfterAVoidStep() {
        Rollout rollout = new Rollout(5, 3, Box.unbounded(4), new Discrete(2), false, 7);
        assertThat(rollout.states).hasSize(21);
        assertThat(rollout.begins(1)).as("nobody has said otherwise").isTrue();
        rollout.begun[1] = false;
        rollout.terminated[4] = true;
        rollout.truncated[6] = true;
        rollout.discarded[11] = true;
        for (int row = 0; row < rollout.rows(); row++) {
            assertThat(rollout.begins(row))
                    .as("row %d", row)
                    .isEqualTo(List.of(0, 2, 7, 9, 14).contains(row));
        }
        assertThat(new Rollout(5, 3, Box.unbounded(4), new Discrete(2), false).states)
                .isEmpty();
    }

    @Test
    void refusesWhatDoesNotFit() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Rollout(0, 3, Box.unbounded(4), new Discrete(2), false))
                .withMessageContaining("steps (0)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Rollout(1 << 20, 1 << 20, Box.unbounded(4), new Discrete(2), false))
                .withMessageContaining("Maybe hand over shorter blocks");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Rollout(1 << 15, 1 << 15, Box.unbounded(4), new Discrete(2), false))
                .withMessageContaining("rows of 4 floats");
    }
}
