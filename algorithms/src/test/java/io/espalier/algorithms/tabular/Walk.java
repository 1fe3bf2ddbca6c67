package io.espalier.algorithms.tabular;

import io.espalier.core.Cores;
import io.espalier.core.Discrete;
import io.espalier.core.Rollout;
import io.espalier.core.Seeds;
import io.espalier.policy.RolloutAlgorithm;
import io.espalier.policy.RolloutLearner;
import io.espalier.policy.TaskSpec;

/** Blocks of one environment with four states and two actions, written row by row, for tests that calculate by hand. */
final class Walk {
    private static final Discrete STATES = new Discrete(4);
    private static final Discrete ACTIONS = new Discrete(2);

    private final Rollout rollout;
    private int row;

    Walk(int steps) {
        rollout = new Rollout(steps, 1, STATES, ACTIONS, false);
        rollout.begun[0] = false; // goes on where the walk before stopped
    }

    static RolloutLearner learner(RolloutAlgorithm algorithm) {
        TaskSpec task = new TaskSpec(STATES, ACTIONS, false, 1000);
        return algorithm.learner(task, algorithm.policy(task, Seeds.of(1)), Seeds.of(2), Cores.SERIAL);
    }

    static float q(RolloutLearner learner, int state, int action) {
        return learner.policy().weights().get(2 * state + action);
    }

    Walk step(int state, int action, double reward, int reached) {
        rollout.observations[row] = state;
        rollout.actions[row] = action;
        rollout.rewards[row] = reward;
        rollout.reached[row] = reached;
        row++;
        return this;
    }

    Walk terminated() {
        rollout.terminated[row - 1] = true;
        return this;
    }

    Walk truncated() {
        rollout.truncated[row - 1] = true;
        return this;
    }

    Walk discarded() {
        rollout.discarded[row - 1] = true;
        return this;
    }

    /** Sets the probability with which the last row's action was chosen. */
    Walk chosenWith(double probability) {
        rollout.logProbabilities[row - 1] = (float) StrictMath.log(probability);
        return this;
    }

    void teach(RolloutLearner learner) {
        learner.update(rollout, (name, value) -> {});
    }
}
