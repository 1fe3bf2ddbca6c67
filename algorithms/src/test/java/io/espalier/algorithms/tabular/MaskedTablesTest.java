package io.espalier.algorithms.tabular;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.espalier.core.Cores;
import io.espalier.core.Discrete;
import io.espalier.core.MetricSink;
import io.espalier.core.Rollout;
import io.espalier.core.Seeds;
import io.espalier.nn.Schedule;
import io.espalier.policy.RolloutLearner;
import io.espalier.policy.TaskSpec;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** What is forbidden in the state that was reached has no part in its value. */
class MaskedTablesTest {
    private static final int ACTIONS = 3;

    @Test
    void expectedSarsaLeavesForbiddenActionsOut() {
        Sarsa sarsa =
                new Sarsa(new Sarsa.Settings(1, 1, 0.5, Schedule.constant(0.5), 0, Schedule.constant(0.3), 0, true));
        TaskSpec task = new TaskSpec(new Discrete(2), new Discrete(ACTIONS), true, 1000);
        RolloutLearner learner = sarsa.learner(task, sarsa.policy(task, Seeds.of(1)), Seeds.of(2), Cores.SERIAL);
        // State 1: Q = [2, 8, 4], each taught as the end of an episode with half the step size.
        for (int action = 0; action < ACTIONS; action++) {
            learner.update(step(1, action, new double[] {4, 16, 8}[action], true), MetricSink.NONE);
        }
        assertThat(learner.policy().weights().get(ACTIONS + 1)).isEqualTo(8f);
        Rollout rollout = step(0, 0, 10, false);
        // Of the best action, 8, nothing may be known: of 2 and 4 the greedy one gets 0.85, the other 0.15.
        rollout.reachedMasks[1] = false;
        learner.update(rollout, MetricSink.NONE);
        // ½·(10 + ½·(0.15·2 + 0.85·4)) = 5.925
        assertThat(learner.policy().weights().get(0)).isCloseTo(5.925f, within(1e-6f));
    }

    private static Rollout step(int state, int action, double reward, boolean terminated) {
        Rollout rollout = new Rollout(1, 1, new Discrete(2), new Discrete(ACTIONS), true);
        Arrays.fill(rollout.masks, true);
        Arrays.fill(rollout.reachedMasks, true);
        Arrays.fill(rollout.finalMasks, true);
        rollout.observations[0] = state;
        rollout.actions[0] = action;
        rollout.rewards[0] = reward;
        rollout.reached[0] = 1;
        rollout.terminated[0] = terminated;
        return rollout;
    }
}
