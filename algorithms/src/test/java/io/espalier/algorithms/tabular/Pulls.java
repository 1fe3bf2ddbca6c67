package io.espalier.algorithms.tabular;

import io.espalier.core.Cores;
import io.espalier.core.Discrete;
import io.espalier.core.Environment;
import io.espalier.core.MetricSink;
import io.espalier.core.RandomStream;
import io.espalier.core.Rollout;
import io.espalier.core.Seeds;
import io.espalier.policy.RolloutAlgorithm;
import io.espalier.policy.RolloutLearner;
import io.espalier.policy.TaskSpec;

/** Plays bandits pull by pull, for tests. */
final class Pulls {
    private Pulls() {}

    /** A learner for three levers. */
    static RolloutLearner learner(RolloutAlgorithm algorithm) {
        return learner(algorithm, 3);
    }

    static RolloutLearner learner(RolloutAlgorithm algorithm, int levers) {
        TaskSpec task = new TaskSpec(new Discrete(1), new Discrete(levers), false, 1000);
        return algorithm.learner(task, algorithm.policy(task, Seeds.of(1)), Seeds.of(2), Cores.SERIAL);
    }

    static void teach(RolloutLearner learner, int lever, double reward) {
        Rollout rollout = new Rollout(1, 1, new Discrete(1), learner.policy().actionSpace(), false);
        rollout.actions[0] = lever;
        rollout.rewards[0] = reward;
        learner.update(rollout, MetricSink.NONE);
    }

    /** Lets the learner's policy pull so many times; returns the regret that a bandit of this house reports. */
    static double play(RolloutLearner learner, Environment bandit, int pulls) {
        RandomStream[] stream = {new RandomStream(7)};
        float[] action = new float[1];
        bandit.reset(3);
        for (int i = 0; i < pulls; i++) {
            learner.policy()
                    .session(1)
                    .act(
                            new float[1],
                            0,
                            1,
                            new boolean[0],
                            0,
                            stream,
                            0,
                            false,
                            action,
                            0,
                            new float[0],
                            new float[0],
                            0);
            teach(learner, (int) action[0], bandit.step(action, 0).reward());
        }
        double[] regret = {0};
        bandit.episodeMetrics((name, value) -> regret[0] = name.equals("regret") ? value : regret[0]);
        return regret[0];
    }
}
