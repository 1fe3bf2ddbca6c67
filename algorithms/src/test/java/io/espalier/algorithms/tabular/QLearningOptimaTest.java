package io.espalier.algorithms.tabular;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.espalier.core.Cores;
import io.espalier.core.Environment;
import io.espalier.core.FiniteMdp;
import io.espalier.core.wrappers.TimeLimit;
import io.espalier.envs.CliffWalking;
import io.espalier.envs.FrozenLake;
import io.espalier.envs.Taxi;
import io.espalier.nn.Schedule;
import io.espalier.nn.Weights;
import io.espalier.testkit.SerialTraining;
import java.util.Arrays;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** With its tuned settings Q-learning finds policies that are optimal; their returns are computed from the models. */
class QLearningOptimaTest {
    private static QLearning.Settings settings(
            int environments, int steps, double gamma, double exponent, String epsilon, double initial) {
        return new QLearning.Settings(
                environments, steps, gamma, Schedule.constant(1), exponent, Schedule.valueOf(epsilon), initial);
    }

    /** The exact mean return over {@code limit} steps of what is greedy after training. */
    private static double learned(
            QLearning.Settings settings, Supplier<Environment> factory, FiniteMdp model, int limit, long budget) {
        SerialTraining training = new SerialTraining(new QLearning(settings), factory, budget, 1, Cores.SERIAL);
        training.run();
        Weights table = training.learner().weights();
        int[] policy = new int[model.states()];
        Arrays.setAll(policy, state -> best(table, state, model.actions()));
        return DynamicProgramming.startValue(model, DynamicProgramming.policyEvaluation(model, policy, 1, limit));
    }

    private static int best(Weights table, int state, int actions) {
        int best = 0;
        for (int action = 1; action < actions; action++) {
            best = table.get(state * actions + action) > table.get(state * actions + best) ? action : best;
        }
        return best;
    }

    @Test
    void walksAlongTheCliff() {
        double mean = learned(
                settings(1, 8, 1, 0, "0.05", 0),
                () -> new CliffWalking(false),
                new CliffWalking(false).model(),
                200,
                20_000);
        assertThat(mean).isEqualTo(-13);
    }

    @Test
    void drivesTheTaxi() {
        double mean = learned(
                settings(4, 4, 0.99, 0, "linear(1, 0)", 0),
                () -> new TimeLimit(new Taxi(), 200),
                new Taxi().model(),
                200,
                400_000);
        assertThat(mean).isCloseTo(7.93, within(1e-9));
    }

    @Test
    void crossesTheFrozenLake() {
        double mean = learned(
                settings(8, 4, 0.99, 0.6, "linear(1, 0.1)", 0.5),
                () -> new TimeLimit(new FrozenLake(FrozenLake.SMALL, true), 100),
                new FrozenLake(FrozenLake.SMALL, true).model(),
                100,
                500_000);
        // the best of policies that do not look at the clock; 0.7442 is the best of those that do
        assertThat(mean).isCloseTo(0.74016, within(1e-4));
    }
}
