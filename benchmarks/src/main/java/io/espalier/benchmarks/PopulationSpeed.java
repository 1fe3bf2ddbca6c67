package io.espalier.benchmarks;

import io.espalier.algorithms.evolution.OpenAiEs;
import io.espalier.cli.Catalog;
import io.espalier.core.EnvironmentSpec;
import io.espalier.runtime.Trainer;
import io.espalier.runtime.TrainingResult;
import java.util.Arrays;

/**
 * What a second thread brings to a population: whole runs of openai-es, end to end, after ten seconds of them, one
 * thread and two in turn.
 * {@code benchmarks/run PopulationSpeed [PAIRS [ENVIRONMENT [STEPS]]]}; five pairs of Acrobot, a million environment steps
 * each, unless told otherwise. Meaningful on a machine that does nothing else.
 */
public final class PopulationSpeed {
    private PopulationSpeed() {}

    /** Measures, prints and stores. */
    public static void main(String[] words) {
        int pairs = words.length > 0 ? Integer.parseInt(words[0]) : 5;
        EnvironmentSpec environment = Catalog.of(null).environment(words.length > 1 ? words[1] : "acrobot");
        long steps = words.length > 2 ? Long.parseLong(words[2]) : 1_000_000;
        Report report = new Report("population-speed", "openai-es, one thread and two");
        report.line("%s, %,d environment steps a run, end to end, warm.", environment.name(), steps);
        report.line("");
        report.line("| pair | one thread, steps/s | two threads, steps/s | ratio |");
        report.line("|---|---|---|---|");
        long began = System.nanoTime();
        while (System.nanoTime() - began < SpeedShares.WARM_UP_NANOS) {
            run(environment, steps, 1);
            run(environment, steps, 2);
        }
        double[] ratios = new double[pairs];
        for (int pair = 0; pair < pairs; pair++) {
            TrainingResult one = run(environment, steps, 1);
            TrainingResult two = run(environment, steps, 2);
            if (!one.weightsDigest().equals(two.weightsDigest())) {
                throw new IllegalStateException("one thread and two give different weights.");
            }
            ratios[pair] = two.stepsPerSecond() / one.stepsPerSecond();
            report.line(
                    "| %d | %,.0f | %,.0f | %.2f |",
                    pair + 1, one.stepsPerSecond(), two.stepsPerSecond(), ratios[pair]);
        }
        Arrays.sort(ratios);
        report.line("");
        report.line("Two threads are **%.2f** times as fast as one (median).", ratios[pairs / 2]);
        report.store();
    }

    private static TrainingResult run(EnvironmentSpec environment, long steps, int threads) {
        return Trainer.of(new OpenAiEs(OpenAiEs.Settings.defaults()), environment)
                .seed(1)
                .threads(threads)
                .environmentSteps(steps)
                .withoutFinalEvaluation()
                .run();
    }
}
