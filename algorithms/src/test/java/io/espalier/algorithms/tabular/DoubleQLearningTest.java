package io.espalier.algorithms.tabular;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.core.Cores;
import io.espalier.core.Discrete;
import io.espalier.core.MetricSink;
import io.espalier.core.RandomStream;
import io.espalier.core.Rollout;
import io.espalier.core.Seeds;
import io.espalier.core.State;
import io.espalier.nn.Schedule;
import io.espalier.policy.RolloutAlgorithm;
import io.espalier.policy.RolloutLearner;
import io.espalier.policy.TaskSpec;
import io.espalier.testkit.AlgorithmContract;
import org.junit.jupiter.api.Test;

class DoubleQLearningTest extends AlgorithmContract {
    @Override
    protected RolloutAlgorithm algorithm() {
        return twice(2, 0.5, 0, 0.9);
    }

    @Override
    protected long environmentSteps() {
        return 4000;
    }

    @Override
    protected int rounds() {
        return 12;
    }

    private static DoubleQLearning twice(int environments, double rate, double exponent, double gamma) {
        return new DoubleQLearning(new DoubleQLearning.Settings(
                environments, 3, gamma, Schedule.constant(rate), exponent, Schedule.linear(1, 0.1, 0.5), 0));
    }

    @Test
    void oneTableChoosesAndTheOtherJudges() {
        RolloutLearner learner = Walk.learner(twice(1, 0.5, 0, 0.5));
        State state = new State();
        learner.save(state);
        State tables = new State();
        state.entries().forEach((name, value) -> {
            if (!name.endsWith("/table")) {
                tables.put(name, value);
            }
        });
        // in state 1, A thinks action 1 best and B action 0
        tables.put("rule/side/0/table", new float[] {0, 0, 4, 8, 0, 0, 0, 0});
        tables.put("rule/side/1/table", new float[] {0, 0, 6, 2, 0, 0, 0, 0});
        learner.load(tables);
        new Walk(1).step(0, 0, 10, 1).teach(learner);
        // A moves by ½·(10 + ½·B(1, 1)) = 5.5, or B by ½·(10 + ½·A(1, 0)) = 6; the policy sees half of it
        assertThat(Walk.q(learner, 0, 0)).isIn(2.75f, 3f);
        boolean first = Walk.q(learner, 0, 0) == 2.75f;
        for (int i = 0; i < 20 && Walk.q(learner, 0, 0) == (first ? 2.75f : 3f); i++) {
            learner.load(reseeded(tables, i));
            new Walk(1).step(0, 0, 10, 1).teach(learner);
        }
        assertThat(Walk.q(learner, 0, 0)).isEqualTo(first ? 3f : 2.75f);
    }

    private static State reseeded(State tables, int seed) {
        State other = new State();
        tables.entries().forEach((name, value) -> {
            if (!name.equals("rule/coin")) {
                other.put(name, value);
            }
        });
        long[] stream = new long[3];
        Seeds.of(seed).stream().save(stream, 0);
        other.put("rule/coin", stream);
        return other;
    }

    /**
     * Many actions lead on to a reward of mean 0 and variance 1. Q-learning's maximum over ten sample means is high;
     * double Q-learning's is not, in the mean over seeds.
     */
    @Test
    void doesNotTakeLuckForWorth() {
        QLearning.Settings single = new QLearning.Settings(1, 1, 1, Schedule.constant(1), 1, Schedule.constant(1), 0);
        double once = 0;
        double twice = 0;
        for (int seed = 0; seed < 100; seed++) {
            once += worthOfNoise(new QLearning(single), seed) / 100;
            twice += worthOfNoise(twice(1, 1, 1, 1), seed) / 100;
        }
        assertThat(once).isGreaterThan(0.3);
        assertThat(Math.abs(twice)).isLessThan(0.15);
    }

    /** What state 0, from which one gets to the noise for nothing, is thought to be worth. */
    private static double worthOfNoise(RolloutAlgorithm algorithm, int seed) {
        TaskSpec task = new TaskSpec(new Discrete(3), new Discrete(10), false, 1000);
        RolloutLearner learner =
                algorithm.learner(task, algorithm.policy(task, Seeds.of(seed)), Seeds.of(seed), Cores.SERIAL);
        RandomStream noise = Seeds.of(seed).child("noise").stream();
        Rollout rollout = new Rollout(1, 1, new Discrete(3), new Discrete(10), false);
        for (int i = 0; i < 400; i++) {
            boolean start = i % 2 == 0;
            rollout.observations[0] = start ? 0 : 1;
            rollout.reached[0] = start ? 1 : 2;
            rollout.actions[0] = start ? 0 : noise.nextInt(10);
            rollout.rewards[0] = start ? 0 : noise.nextGaussian();
            rollout.terminated[0] = !start;
            learner.update(rollout, MetricSink.NONE);
        }
        return learner.weights().get(0);
    }
}
