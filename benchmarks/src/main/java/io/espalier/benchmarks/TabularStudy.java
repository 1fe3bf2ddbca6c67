package io.espalier.benchmarks;

import io.espalier.algorithms.tabular.DynaQ;
import io.espalier.algorithms.tabular.DynamicProgramming;
import io.espalier.algorithms.tabular.PrioritizedSweeping;
import io.espalier.algorithms.tabular.QLearning;
import io.espalier.algorithms.tabular.Sarsa;
import io.espalier.core.Environment;
import io.espalier.core.FiniteMdp;
import io.espalier.core.MetricSink;
import io.espalier.core.Rollout;
import io.espalier.envs.CliffWalking;
import io.espalier.envs.DynaMaze;
import io.espalier.nn.Schedule;
import io.espalier.nn.Weights;
import io.espalier.policy.RolloutAlgorithm;
import io.espalier.runtime.SeedStatistics;
import io.espalier.testkit.SerialTraining;
import java.util.Arrays;
import java.util.function.Supplier;

/**
 * What Sutton and Barto show with tables, over seeds: how many environment steps planning saves on the maze of example
 * 8.1, and how SARSA and Q-learning differ on the cliff of example 6.6. {@code benchmarks/run TabularStudy 20}, where 20
 * is the number of seeds.
 */
public final class TabularStudy {
    private static final long CLIFF_STEPS = 60_000;
    /** Where luck leads a seed to a longer way first, it may keep to it for very long. */
    private static final long MOST_STEPS = 50_000;

    private static final Schedule TENTH = Schedule.constant(0.1);

    private final int seeds;
    private final Report report;

    private TabularStudy(int seeds, Report report) {
        this.seeds = seeds;
        this.report = report;
    }

    /** Runs the study. */
    public static void main(String[] words) {
        int seeds = words.length > 0 ? Integer.parseInt(words[0]) : 20;
        TabularStudy study =
                new TabularStudy(seeds, new Report("tabular", "Tables on textbook tasks, " + seeds + " seeds"));
        study.maze();
        study.cliff();
        study.report.store();
    }

    private void maze() {
        report.line("");
        report.line("## DynaMaze: environment steps until the greedy policy takes the shortest way");
        report.line("");
        report.line(
                "gamma 0.95, epsilon 0.1, 50 updates from memory for each step, policies looked at every 10 steps;"
                        + " after %,d a seed is given up and counts as so many.",
                MOST_STEPS);
        report.line("");
        report.line("| first values | step size | Q-learning, median (quartiles) | Dyna-Q | prioritised sweeping |");
        report.line("|---|---|---|---|---|");
        for (double initial : new double[] {1, 0}) {
            for (double alpha : new double[] {0.1, 0.5, 1}) {
                Schedule rate = Schedule.constant(alpha);
                report.line(
                        "| %.0f | %.1f | %s | %s | %s |",
                        initial,
                        alpha,
                        steps(new QLearning(new QLearning.Settings(1, 1, 0.95, rate, 0, TENTH, initial))),
                        steps(new DynaQ(new DynaQ.Settings(1, 1, 0.95, rate, 0, TENTH, initial, 50, 0))),
                        steps(new PrioritizedSweeping(
                                new PrioritizedSweeping.Settings(1, 1, 0.95, rate, 0, TENTH, initial, 50, 1e-4))));
            }
        }
    }

    private String steps(RolloutAlgorithm algorithm) {
        FiniteMdp mdp = new DynaMaze().model();
        double[] steps = new double[seeds];
        for (int seed = 1; seed <= seeds; seed++) {
            SerialTraining training = training(algorithm, DynaMaze::new, MOST_STEPS, seed);
            while (greedyReturn(training.learner().weights(), mdp, 14) < 1
                    && training.environmentStepsTaken() < MOST_STEPS) {
                for (int i = 0; i < 10; i++) {
                    training.learner().update(training.gather(), MetricSink.NONE);
                }
            }
            steps[seed - 1] = training.environmentStepsTaken();
        }
        Arrays.sort(steps);
        return String.format(
                java.util.Locale.ROOT,
                "**%,.0f** (%,.0f to %,.0f)",
                SeedStatistics.median(steps),
                steps[seeds / 4],
                steps[seeds - 1 - seeds / 4]);
    }

    private void cliff() {
        report.line("");
        report.line(
                "## CliffWalking: mean over seeds after %,d environment steps, epsilon 0.1 throughout", CLIFF_STEPS);
        report.line("");
        report.line(
                "| algorithm | step size | return while learning (second half) | greedy return: mean, worst, best |");
        report.line("|---|---|---|---|");
        cliff("SARSA", 0.1, new Sarsa(new Sarsa.Settings(1, 1, 1, TENTH, 0, TENTH, 0, false)));
        Schedule one = Schedule.constant(1);
        cliff("expected SARSA", 1, new Sarsa(new Sarsa.Settings(1, 1, 1, one, 0, TENTH, 0, true)));
        Schedule half = Schedule.constant(0.5);
        cliff("Q-learning", 0.5, new QLearning(new QLearning.Settings(1, 1, 1, half, 0, TENTH, 0)));
    }

    private void cliff(String name, double alpha, RolloutAlgorithm algorithm) {
        FiniteMdp mdp = new CliffWalking(false).model();
        double online = 0;
        double[] greedy = new double[seeds];
        for (int seed = 1; seed <= seeds; seed++) {
            SerialTraining training = training(algorithm, () -> new CliffWalking(false), CLIFF_STEPS, seed);
            online += whileLearning(training) / seeds;
            greedy[seed - 1] = greedyReturn(training.learner().weights(), mdp, 200);
        }
        Arrays.sort(greedy);
        report.line(
                "| %s | %.1f | **%.1f** | **%.1f**, %.0f, %.0f |",
                name, alpha, online, Arrays.stream(greedy).average().orElse(0), greedy[0], greedy[seeds - 1]);
    }

    /** The mean return of episodes that end in the second half of the budget. */
    private static double whileLearning(SerialTraining training) {
        double total = 0;
        double sum = 0;
        int episodes = 0;
        while (training.environmentStepsTaken() < CLIFF_STEPS) {
            Rollout rollout = training.gather();
            for (int row = 0; row < rollout.rows(); row++) {
                total += rollout.rewards[row];
                if (rollout.last(row)) {
                    boolean late = rollout.environmentStepsBefore > CLIFF_STEPS / 2;
                    sum += late ? total : 0;
                    episodes += late ? 1 : 0;
                    total = 0;
                }
            }
            training.learner().update(rollout, MetricSink.NONE);
        }
        return sum / episodes;
    }

    private static SerialTraining training(
            RolloutAlgorithm algorithm, Supplier<Environment> factory, long budget, int seed) {
        return new SerialTraining(algorithm, factory, budget, seed, io.espalier.core.Cores.SERIAL);
    }

    /** What the greedy policy of a table brings over so many steps, computed from the model. */
    private static double greedyReturn(Weights table, FiniteMdp mdp, int steps) {
        int actions = mdp.actions();
        int[] policy = new int[mdp.states()];
        Arrays.setAll(policy, state -> {
            int best = 0;
            for (int action = 1; action < actions; action++) {
                best = table.get(state * actions + action) > table.get(state * actions + best) ? action : best;
            }
            return best;
        });
        return DynamicProgramming.startValue(mdp, DynamicProgramming.policyEvaluation(mdp, policy, 1, steps));
    }
}
