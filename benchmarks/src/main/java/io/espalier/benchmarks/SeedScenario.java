package io.espalier.benchmarks;

import io.espalier.algorithms.onpolicy.Reinforce;
import io.espalier.cli.Catalog;
import io.espalier.core.EnvironmentSpec;
import io.espalier.nn.Schedule;
import io.espalier.runtime.StopRule;
import io.espalier.runtime.Trainer;
import io.espalier.runtime.TrainingResult;
import java.util.ArrayList;
import java.util.List;

/**
 * Where this project comes from: REINFORCE on CartPole-v1 with a network 4-128-2, 4 environments, 200 epochs of 128
 * episodes, learning rate 1e-3, serial against parallel; then the same task with what was wrong put right. {@code
 * benchmarks/run SeedScenario [SEEDS]}: time and return of each run, whatever they are. The network's activation is ReLU,
 * which the scenario does not say; nor does it speak of a baseline or of scaled returns, so there are none.
 */
public final class SeedScenario {
    private static final int EPOCHS = 200;
    private static final int EPISODES = 128;
    private static final int LONGEST = 500;
    private static final double SOLVED = 475;
    private static final long CORRECTED_STEPS = 300_000;

    private SeedScenario() {}

    /** As it was: one update of the sum over whole returns for each epoch. */
    static Reinforce.Settings asItWas() {
        return new Reinforce.Settings(
                4,
                32,
                1,
                EPISODES,
                LONGEST,
                0.99,
                false,
                Schedule.constant(1e-3),
                "adam",
                0,
                0,
                0,
                false,
                "dense(128) > relu",
                0);
    }

    /** Put right: same environments and network; an update for each few episodes, returns scaled, a step that shrinks. */
    static Reinforce.Settings corrected() {
        return new Reinforce.Settings(
                4,
                32,
                1000,
                0,
                LONGEST,
                0.99,
                true,
                Schedule.linear(0.01, 0),
                "adam",
                0.001,
                0.5,
                0.5,
                true,
                "dense(128) > relu",
                0);
    }

    /** Runs all, prints and stores. */
    public static void main(String[] words) {
        int seeds = words.length > 0 ? Integer.parseInt(words[0]) : 5;
        EnvironmentSpec environment = Catalog.of(null).environment("CartPole-v1");
        Report report = new Report("seed-scenario", "REINFORCE on CartPole-v1, 4-128-2 (ReLU), 4 environments");
        long began = System.nanoTime();
        report.line(
                "%d epochs of %d episodes, learning rate 1e-3, one update an epoch, whole returns.", EPOCHS, EPISODES);
        report.line("");
        report.line(
                "| run | seconds | environment steps | updates | mean return, last 100 episodes | greedy, 100 episodes |");
        report.line("|---|---|---|---|---|---|");
        TrainingResult serial = row(report, "serial", asItWas(environment, 1, 1));
        TrainingResult parallel = row(report, "parallel, 2 threads", asItWas(environment, 1, 2));
        report.line("");
        report.line(
                "Parallel is **%.2f** times as fast; %s weights. The first two runs share a JVM: the serial one, which comes"
                        + " first, also pays for the compiler's warming up.",
                serial.wallSeconds() / parallel.wallSeconds(),
                serial.weightsDigest().equals(parallel.weightsDigest()) ? "the same" : "DIFFERENT");
        double both = (System.nanoTime() - began) / 1e9;
        report.line("");
        List<TrainingResult> results = new ArrayList<>();
        report.line(
                "Each epoch throws 128 episodes, in the end 60,000 environment steps, into one small step: %d updates from"
                        + " %,d environment steps. Put right: an update for each 1,000 steps of whole episodes, a learned"
                        + " baseline, scaled returns, a learning rate from 0.01 to 0; until 100 training episodes average"
                        + " %.0f, or %,d steps. 2 threads:",
                serial.updates(), serial.environmentSteps(), SOLVED, CORRECTED_STEPS);
        report.line("");
        report.line(
                "| seed | seconds | environment steps | updates | mean return, last 100 episodes | greedy, 100 episodes |");
        report.line("|---|---|---|---|---|---|");
        for (int seed = 1; seed <= seeds; seed++) {
            results.add(row(report, Integer.toString(seed), corrected(environment, seed, 2)));
        }
        report.line("");
        report.line(
                "%d of %d seeds average %.0f in training; greedily %d do. A run takes %.1f s in the mean. The two runs above"
                        + " took %.1f s together, evaluation included.",
                results.stream().filter(TrainingResult::ruleReached).count(),
                seeds,
                SOLVED,
                results.stream().filter(result -> result.meanReturn() >= SOLVED).count(),
                results.stream()
                        .mapToDouble(TrainingResult::wallSeconds)
                        .average()
                        .orElse(Double.NaN),
                both);
        report.store();
    }

    private static Trainer asItWas(EnvironmentSpec environment, long seed, int threads) {
        return Trainer.of(new Reinforce(asItWas()), environment)
                .seed(seed)
                .threads(threads)
                .environmentSteps((long) EPOCHS * EPISODES * LONGEST)
                .stop(StopRule.updates(EPOCHS));
    }

    private static Trainer corrected(EnvironmentSpec environment, long seed, int threads) {
        return Trainer.of(new Reinforce(corrected()), environment)
                .seed(seed)
                .threads(threads)
                .environmentSteps(CORRECTED_STEPS)
                .stop(StopRule.targetReturn(SOLVED, 100));
    }

    private static TrainingResult row(Report report, String name, Trainer trainer) {
        TrainingResult result = trainer.run();
        report.line(
                "| %s | %.2f | %,d | %d | %.1f | %.1f |",
                name,
                result.wallSeconds(),
                result.environmentSteps(),
                result.updates(),
                trainer.progress().meanReturn(100),
                result.meanReturn());
        return result;
    }
}
