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

    @Test
    void takesOverWhatSomeOfItsEnvironmentsLivedThrough() {
        Rollout whole = new Rollout(5, 3, Box.unbounded(2), new Discrete(2), true, 4);
        Rollout[] blocks = {whole.narrower(1), whole.narrower(2)};
        for (int w = 0; w < 2; w++) {
            Rollout block = blocks[w];
            for (int t = 0; t < 5; t++) {
                for (int i = 0; i < block.environments; i++) {
                    int row = t * block.environments + i;
                    int number = 100 * t + w + i;
                    block.observations[2 * row + 1] = number;
                    block.reached[2 * row] = number;
                    block.actions[row] = number;
                    block.masks[2 * row] = number % 2 == 0;
                    block.reachedMasks[2 * row + 1] = number % 2 == 0;
                    block.logProbabilities[row] = number;
                    block.values[row] = number;
                    block.rewards[row] = number;
                    block.terminated[row] = number % 3 == 0;
                    block.truncated[row] = number % 3 == 1;
                    block.discarded[row] = number % 3 == 2;
                }
            }
            for (int i = 0; i < block.environments; i++) {
                block.states[4 * i + 3] = w + i;
                block.begun[i] = w + i == 1;
                block.finalMasks[2 * i] = w + i == 2;
            }
            whole.take(block, w);
        }
        for (int row = 0; row < whole.rows(); row++) {
            int number = 100 * (row / 3) + row % 3;
            assertThat(whole.observations[2 * row + 1]).isEqualTo(number);
            assertThat(whole.reached[2 * row]).isEqualTo(number);
            assertThat(whole.actions[row]).isEqualTo(number);
            assertThat(whole.masks[2 * row]).isEqualTo(number % 2 == 0);
            assertThat(whole.reachedMasks[2 * row + 1]).isEqualTo(number % 2 == 0);
            assertThat(whole.logProbabilities[row]).isEqualTo(number);
            assertThat(whole.values[row]).isEqualTo(number);
            assertThat(whole.rewards[row]).isEqualTo(number);
            assertThat(whole.terminated[row]).isEqualTo(number % 3 == 0);
            assertThat(whole.truncated[row]).isEqualTo(number % 3 == 1);
            assertThat(whole.discarded[row]).isEqualTo(number % 3 == 2);
        }
        assertThat(whole.states).containsExactly(0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2);
        assertThat(whole.begun).containsExactly(false, true, false);
        assertThat(whole.finalMasks).containsExactly(false, false, false, false, true, false);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> whole.take(blocks[1], 2))
                .withMessageContaining("5 x 2 rows cannot be taken as columns 2 on of one of 5 x 3");
    }
}
