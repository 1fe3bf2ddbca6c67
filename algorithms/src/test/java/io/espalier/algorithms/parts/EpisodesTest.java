package io.espalier.algorithms.parts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.espalier.core.Box;
import io.espalier.core.Discrete;
import io.espalier.core.Rollout;
import io.espalier.core.Seeds;
import io.espalier.core.State;
import io.espalier.policy.PolicySession;
import io.espalier.policy.TaskSpec;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Two environments side by side, two steps a rollout, γ = 0.5. */
class EpisodesTest {
    private static final TaskSpec TASK = new TaskSpec(Box.unbounded(1), new Discrete(2), false, 100);

    private final PolicySession session =
            ActorCritic.policy(TASK, "dense(3)", false, 0, Seeds.of(1)).session(1);
    private final Episodes episodes = new Episodes(TASK, 2, 4, 20, 0.5);

    /** Observations are 10·column + step, rewards 1, 2, 3, ... in the order of rows. */
    private static Rollout rollout(int begin) {
        Rollout rollout = new Rollout(2, 2, TASK.observationSpace(), TASK.actionSpace(), false);
        Arrays.fill(rollout.begun, false);
        for (int row = 0; row < 4; row++) {
            rollout.observations[row] = 10 * (row % 2) + begin + row / 2;
            rollout.reached[row] = rollout.observations[row] + 1;
            rollout.rewards[row] = 2 * begin + row + 1;
        }
        return rollout;
    }

    private float value(float observation) {
        float[] value = new float[1];
        session.values(new float[] {observation}, 0, 1, value, 0);
        return value[0];
    }

    @Test
    void anEpisodeIsReadyWhenItHasEnded() {
        episodes.take(rollout(0), session);
        assertThat(episodes.rows()).isZero();
        Rollout second = rollout(2);
        second.terminated[0] = true;
        second.truncated[3] = true;
        episodes.take(second, session);
        // Column 0: rewards 1, 3, 5, ended. By hand: 5, 3 + 2.5, 1 + 2.75.
        // Column 1: rewards 2, 4, 6, 8, cut off: 8 + 0.5·v(14), and so on.
        assertThat(episodes.rows()).isEqualTo(7);
        assertThat(episodes.returns()).startsWith(5, 5.5f, 3.75f);
        assertThat(episodes.returns()[3]).isEqualTo(8 + 0.5f * value(14), within(1e-5f));
        assertThat(episodes.returns()[4]).isEqualTo(6 + 0.5f * episodes.returns()[3], within(1e-5f));
        assertThat(episodes.inputs()).startsWith(2, 1, 0, 13, 12, 11, 10);
        episodes.clear();
        assertThat(episodes.rows()).isZero();
    }

    @Test
    void aVoidRowDropsWhatWaitedAndTheLongestIsCut() {
        Rollout first = rollout(0);
        first.discarded[2] = true;
        episodes.take(first, session);
        episodes.take(rollout(2), session);
        // Column 1 is cut after 4 rows; of column 0 two rows wait.
        assertThat(episodes.rows()).isEqualTo(4);
        assertThat(episodes.inputs()).startsWith(13, 12, 11, 10);
        Rollout third = rollout(4);
        third.terminated[0] = true;
        episodes.take(third, session);
        assertThat(episodes.rows()).isEqualTo(7);
        assertThat(episodes.returns()[4]).isEqualTo(9);
        assertThat(episodes.inputs()[6]).isEqualTo(2);
    }

    @Test
    void whatWaitsIsSaved() {
        episodes.take(rollout(0), session);
        State state = new State();
        episodes.save(state);
        Episodes other = new Episodes(TASK, 2, 4, 20, 0.5);
        other.load(state);
        Rollout second = rollout(2);
        second.terminated[0] = true;
        episodes.take(second, session);
        other.take(second, session);
        assertThat(other.rows()).isEqualTo(7);
        assertThat(other.returns()).isEqualTo(episodes.returns());
        assertThat(other.inputs()).isEqualTo(episodes.inputs());
    }
}
