package io.espalier.algorithms.tabular;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.espalier.core.Box;
import io.espalier.core.Cores;
import io.espalier.core.Discrete;
import io.espalier.core.MultiDiscrete;
import io.espalier.core.Rollout;
import io.espalier.core.Seeds;
import io.espalier.core.Space;
import io.espalier.nn.Schedule;
import io.espalier.policy.ActionHead;
import io.espalier.policy.RolloutAlgorithm;
import io.espalier.policy.RolloutLearner;
import io.espalier.policy.TaskSpec;
import io.espalier.testkit.AlgorithmContract;
import org.junit.jupiter.api.Test;

class QLearningTest extends AlgorithmContract {
    @Override
    protected RolloutAlgorithm algorithm() {
        return new QLearning(settings(0.5, 0.6, 0));
    }

    @Override
    protected long environmentSteps() {
        return 3000;
    }

    @Override
    protected int rounds() {
        return 12;
    }

    private static QLearning.Settings settings(double rate, double exponent, double initial) {
        return new QLearning.Settings(
                2, 3, 0.5, Schedule.constant(rate), exponent, Schedule.linear(1, 0.1, 0.5), initial);
    }

    private static RolloutLearner learner(
            Space observations, boolean masked, double rate, double exponent, double initial) {
        QLearning algorithm = new QLearning(settings(rate, exponent, initial));
        TaskSpec task = new TaskSpec(observations, new Discrete(2), masked, 12);
        return algorithm.learner(task, algorithm.policy(task, Seeds.of(1)), Seeds.of(2), Cores.SERIAL);
    }

    private static float q(RolloutLearner learner, int state, int action) {
        return learner.policy().weights().get(2 * state + action);
    }

    private static Rollout walk(Space observations, boolean masked) {
        Rollout rollout = new Rollout(2, 1, observations, new Discrete(2), masked);
        // 0 -(action 1, reward 4)-> 1 -(action 0, reward 2)-> 2
        rollout.reached[0] = 1;
        rollout.observations[1] = 1;
        rollout.reached[1] = 2;
        rollout.actions[0] = 1;
        rollout.rewards[0] = 4;
        rollout.rewards[1] = 2;
        return rollout;
    }

    @Test
    void movesTowardsTheRewardAndTheBestOfWhatFollows() {
        RolloutLearner learner = learner(new Discrete(3), false, 0.25, 0, 8);
        Rollout rollout = walk(new Discrete(3), false);
        rollout.terminated[1] = true;
        learner.update(rollout, (name, value) -> {});
        // Q(0, 1) = 8 + ¼·(4 + ½·8 − 8) = 8;  Q(1, 0) = 8 + ¼·(2 + 0 − 8) = 6.5
        assertThat(q(learner, 0, 1)).isEqualTo(8);
        assertThat(q(learner, 1, 0)).isEqualTo(6.5f);
        learner.update(rollout, (name, value) -> {});
        // the best of state 1 is still 8 (action 1);  Q(1, 0) = 6.5 + ¼·(2 − 6.5)
        assertThat(q(learner, 0, 1)).isEqualTo(8);
        assertThat(q(learner, 1, 0)).isEqualTo(5.375f);
        assertThat(q(learner, 2, 0)).isEqualTo(8);
        assertThat(learner.updates()).isEqualTo(4);
    }

    @Test
    void truncationKeepsWhatFollows() {
        RolloutLearner learner = learner(new Discrete(3), false, 0.25, 0, 8);
        Rollout rollout = walk(new Discrete(3), false);
        rollout.truncated[1] = true;
        learner.update(rollout, (name, value) -> {});
        // 8 + ¼·(2 + ½·8 − 8)
        assertThat(q(learner, 1, 0)).isEqualTo(7.5f);
    }

    @Test
    void forbiddenActionsAreNotTheBest() {
        RolloutLearner learner = learner(new Discrete(3), true, 0.25, 0, 8);
        Rollout rollout = walk(new Discrete(3), true);
        learner.update(rollout, (name, value) -> {}); // Q(1, 0) = 7.5
        rollout.reachedMasks[1] = false; // of state 1, action 1
        learner.update(rollout, (name, value) -> {});
        // 8 + ¼·(4 + ½·7.5 − 8)
        assertThat(q(learner, 0, 1)).isEqualTo(7.9375f);
    }

    @Test
    void stepsShrinkWithTheVisitsOfThePair() {
        RolloutLearner learner = learner(new Discrete(3), false, 1, 1, 0);
        Rollout rollout = walk(new Discrete(3), false);
        rollout.terminated[1] = true;
        double[] rewards = {2, 5, -1};
        for (double reward : rewards) {
            rollout.rewards[1] = reward;
            learner.update(rollout, (name, value) -> {});
        }
        // α = 1, ½, ⅓: the mean
        assertThat(q(learner, 1, 0)).isCloseTo(2, within(1e-6f));
    }

    @Test
    void severalObservationsAreOneNumber() {
        Space space = new MultiDiscrete(3, 4);
        RolloutLearner learner = learner(space, false, 0.5, 0, 0);
        Rollout rollout = new Rollout(1, 1, space, new Discrete(2), false);
        rollout.observations[0] = 2;
        rollout.observations[1] = 1;
        rollout.rewards[0] = 10;
        rollout.terminated[0] = true;
        learner.update(rollout, (name, value) -> {});
        assertThat(q(learner, 2 * 4 + 1, 0)).isEqualTo(5);
        // and the policy finds it there
        float[] actions = new float[1];
        learner.policy()
                .with(learner.policy().weights(), learner.policy().normalizer(), new ActionHead.Tabular(0))
                .session(1)
                .act(
                        new float[] {2, 1},
                        0,
                        1,
                        new boolean[0],
                        0,
                        new io.espalier.core.RandomStream[] {Seeds.of(1).stream()},
                        0,
                        true,
                        actions,
                        0,
                        new float[1],
                        new float[1],
                        0);
        assertThat(actions).containsExactly(0);
    }

    @Test
    void refusesWhatHasNoTable() {
        TaskSpec real = new TaskSpec(Box.unbounded(2), new Discrete(2), false, 10);
        assertThatThrownBy(() -> algorithm().policy(real, Seeds.of(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("must be discrete")
                .hasMessageContaining("Maybe use dqn or ppo.");
        assertThatThrownBy(() -> settings(1.5, 2, Double.NaN))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("learningRate (1.5)")
                .hasMessageContaining("visitExponent (2.0)")
                .hasMessageContaining("initialValue (NaN)");
    }
}
