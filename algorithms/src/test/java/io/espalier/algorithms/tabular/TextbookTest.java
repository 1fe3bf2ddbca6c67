package io.espalier.algorithms.tabular;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.core.Cores;
import io.espalier.core.Environment;
import io.espalier.core.FiniteMdp;
import io.espalier.core.MetricSink;
import io.espalier.core.Rollout;
import io.espalier.envs.CliffWalking;
import io.espalier.envs.DynaMaze;
import io.espalier.nn.Schedule;
import io.espalier.nn.Weights;
import io.espalier.policy.RolloutAlgorithm;
import io.espalier.testkit.SerialTraining;
import java.util.Arrays;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** What Sutton and Barto's figures show, over several seeds: examples 6.6 (the cliff) and 8.1 (the maze). */
class TextbookTest {
    private static final int SEEDS = 10;
    private static final Schedule TENTH = Schedule.constant(0.1);

    /** What the greedy policy of a table is worth from the start over so many steps. */
    private static double greedyReturn(Weights table, FiniteMdp mdp, double gamma, int steps) {
        int[] policy = new int[mdp.states()];
        Arrays.setAll(policy, state -> {
            int best = 0;
            for (int action = 1; action < mdp.actions(); action++) {
                best = table.get(state * mdp.actions() + action) > table.get(state * mdp.actions() + best)
                        ? action
                        : best;
            }
            return best;
        });
        return DynamicProgramming.startValue(mdp, DynamicProgramming.policyEvaluation(mdp, policy, gamma, steps));
    }

    private static SerialTraining training(
            RolloutAlgorithm algorithm, Supplier<Environment> factory, long budget, int seed) {
        return new SerialTraining(algorithm, factory, budget, seed, Cores.SERIAL);
    }

    /** Environment steps until the greedy policy first takes the shortest way, in the median of the seeds. */
    private static long stepsToTheShortestWay(RolloutAlgorithm algorithm) {
        FiniteMdp mdp = new DynaMaze().model();
        long[] steps = new long[SEEDS];
        for (int seed = 0; seed < SEEDS; seed++) {
            SerialTraining training = training(algorithm, DynaMaze::new, 1_000_000, seed + 1);
            while (greedyReturn(training.learner().weights(), mdp, 1, 14) < 1) {
                for (int i = 0; i < 10; i++) {
                    training.learner().update(training.gather(), MetricSink.NONE);
                }
            }
            steps[seed] = training.environmentStepsTaken();
        }
        Arrays.sort(steps);
        return (steps[SEEDS / 2 - 1] + steps[SEEDS / 2]) / 2;
    }

    @Test
    void planningNeedsAtMostAThirdOfTheSteps() {
        // γ = 0.95, α = 0.1 and ε = 0.1 as in figure 8.2; and α = 1, which suits a deterministic maze best. All begin
        // with
        // values above the truth: else the first way found is taken for long, and luck decides about all three.
        for (double alpha : new double[] {0.1, 1}) {
            Schedule rate = Schedule.constant(alpha);
            long without = stepsToTheShortestWay(new QLearning(new QLearning.Settings(1, 1, 0.95, rate, 0, TENTH, 1)));
            long dyna = stepsToTheShortestWay(new DynaQ(new DynaQ.Settings(1, 1, 0.95, rate, 0, TENTH, 1, 50, 0)));
            long swept = stepsToTheShortestWay(
                    new PrioritizedSweeping(new PrioritizedSweeping.Settings(1, 1, 0.95, rate, 0, TENTH, 1, 50, 1e-4)));
            String figures = "α = " + alpha + ": Q-learning " + without + ", Dyna-Q " + dyna + ", sweeping " + swept;
            assertThat(dyna).as(figures).isPositive().isLessThanOrEqualTo(without / 3);
            assertThat(swept).as(figures).isLessThanOrEqualTo(without / 3);
        }
    }

    /** The mean return of the episodes that end in the last half of the budget, and the greedy policy's. */
    private static double[] onTheCliff(RolloutAlgorithm algorithm, int seed) {
        long budget = 60_000;
        SerialTraining training = training(algorithm, () -> new CliffWalking(false), budget, seed);
        double total = 0;
        double sum = 0;
        int episodes = 0;
        while (training.environmentStepsTaken() < budget) {
            Rollout rollout = training.gather();
            for (int row = 0; row < rollout.rows(); row++) {
                total += rollout.rewards[row];
                if (rollout.last(row)) {
                    boolean late = rollout.environmentStepsBefore > budget / 2;
                    sum += late ? total : 0;
                    episodes += late ? 1 : 0;
                    total = 0;
                }
            }
            training.learner().update(rollout, MetricSink.NONE);
        }
        FiniteMdp mdp = new CliffWalking(false).model();
        return new double[] {sum / episodes, greedyReturn(training.learner().weights(), mdp, 1, 100)};
    }

    @Test
    void sarsaKeepsAwayFromTheCliffAndQLearningWalksAlongIt() {
        double[] sarsa = new double[2];
        double[] q = new double[2];
        for (int seed = 1; seed <= SEEDS; seed++) {
            double[] one = onTheCliff(new Sarsa(new Sarsa.Settings(1, 1, 1, TENTH, 0, TENTH, 0, false)), seed);
            double[] other = onTheCliff(
                    new QLearning(new QLearning.Settings(1, 1, 1, Schedule.constant(0.5), 0, TENTH, 0)), seed);
            assertThat(other[1]).as("Q-learning's greedy path, seed %s", seed).isEqualTo(-13);
            assertThat(one[1]).as("SARSA's greedy path, seed %s", seed).isBetween(-20.0, -14.0);
            for (int i = 0; i < 2; i++) {
                sarsa[i] += one[i] / SEEDS;
                q[i] += other[i] / SEEDS;
            }
        }
        // while it explores, SARSA falls less often: figure of example 6.6, about −25 against −50
        assertThat(sarsa[0]).as("Q-learning: %s", q[0]).isBetween(-30.0, -18.0);
        assertThat(q[0]).isBetween(-65.0, -35.0);
    }
}
