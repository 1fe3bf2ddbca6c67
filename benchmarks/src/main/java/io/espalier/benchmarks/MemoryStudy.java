package io.espalier.benchmarks;

import io.espalier.algorithms.offpolicy.R2d2;
import io.espalier.algorithms.onpolicy.Ppo;
import io.espalier.algorithms.onpolicy.RecurrentPpo;
import io.espalier.cli.Catalog;
import io.espalier.core.EnvironmentSpec;
import io.espalier.policy.Algorithm;
import io.espalier.runtime.EvaluationResult;
import io.espalier.runtime.EvaluationSettings;
import io.espalier.runtime.Progress;
import io.espalier.runtime.SeedStatistics;
import io.espalier.runtime.SettingsBinder;
import io.espalier.runtime.Trainer;
import io.espalier.runtime.TrainingListener;
import io.espalier.runtime.TrainingResult;
import io.espalier.runtime.TunedSettings;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * What memory is worth where one observation does not tell enough: the share of TMaze-v0's episodes in which the goal is
 * found, with and without it, over seeds. {@code benchmarks/run MemoryStudy 10}, where 10 is the number of seeds.
 */
public final class MemoryStudy {
    private static final String TASK = "TMaze-v0";
    private static final int EPISODES = 200;
    private static final int WINDOW = 20;

    /** 95 % of the episodes succeed: 0.95 · 4 - 0.05 · 0.1. */
    private static final double BAR = 3.795;

    private final int seeds;
    private final Report report;
    private final EnvironmentSpec task;
    private final Catalog catalog = Catalog.of(null);
    private final TunedSettings tuned;

    private MemoryStudy(int seeds, Report report) {
        this.seeds = seeds;
        this.report = report;
        task = catalog.environment(TASK);
        tuned = catalog.tuned("ppo-recurrent", TASK).orElseThrow();
    }

    /** Runs the study. */
    public static void main(String[] words) {
        int seeds = words.length > 0 ? Integer.parseInt(words[0]) : 10;
        new MemoryStudy(seeds, new Report("memory", "Memory on " + TASK + ", " + seeds + " seeds")).run();
    }

    private void run() {
        report.line("");
        report.line(
                "Success of the greedy policy in %d episodes after %,d environment steps; steps until a mean of %d"
                        + " episodes of %s while learning (95 %% success). Without memory 50 %% is the best there is. All"
                        + " of PPO have the settings tuned for ppo-recurrent but for the hidden layers, r2d2 has its own.",
                EPISODES, tuned.environmentSteps(), WINDOW, BAR);
        report.line("");
        report.line(
                "| hidden layers | success: mean | worst seed | best seed | seeds below 95 % | median steps to 95 % |");
        report.line("|---|---|---|---|---|---|");
        for (String trunk : new String[] {
            "gru(32, init=orthogonal(1))", "lstm(32, init=orthogonal(1))", "dense(32) > tanh > gtrxl(32, 4, 16)"
        }) {
            row("ppo-recurrent, `" + trunk + "`", new RecurrentPpo(settings(RecurrentPpo.Settings.defaults(), trunk)));
        }
        TunedSettings replayed = catalog.tuned("r2d2", TASK).orElseThrow();
        R2d2.Settings sequences = SettingsBinder.bind(R2d2.Settings.defaults(), replayed.settings());
        row("r2d2, `" + sequences.trunk() + "`", new R2d2(sequences));
        row(
                "ppo, `" + Ppo.Settings.TANH_64_64 + "`",
                new Ppo(settings(Ppo.Settings.defaults(), Ppo.Settings.TANH_64_64)));
        report.store();
    }

    private <S extends Record> S settings(S defaults, String trunk) {
        Map<String, Object> settings = new LinkedHashMap<>(tuned.settings());
        settings.put("trunk", trunk);
        if (defaults instanceof Ppo.Settings) {
            settings.remove("sequenceLength");
        }
        return SettingsBinder.bind(defaults, settings);
    }

    private void row(String name, Algorithm algorithm) {
        double[] successes = new double[seeds];
        double[] reached = new double[seeds];
        int failed = 0;
        for (int seed = 1; seed <= seeds; seed++) {
            double[] at = {Double.POSITIVE_INFINITY};
            TrainingResult result = Trainer.of(algorithm, task)
                    .seed(seed)
                    .threads(1)
                    .environmentSteps(tuned.environmentSteps())
                    .evaluation(EvaluationSettings.DEFAULT.withEpisodes(EPISODES))
                    .listen(new TrainingListener() {
                        @Override
                        public void round(Progress progress) {
                            if (progress.meanReturn(WINDOW) >= BAR && progress.episodes() >= WINDOW) {
                                at[0] = Math.min(at[0], (double) progress.environmentSteps());
                            }
                        }
                    })
                    .run();
            EvaluationResult evaluation = Objects.requireNonNull(result.evaluation());
            successes[seed - 1] = evaluation.successRate();
            reached[seed - 1] = at[0];
            failed += evaluation.successRate() < 0.95 ? 1 : 0;
        }
        double median = SeedStatistics.median(reached);
        report.line(
                "| %s | **%.1f %%** | %.1f %% | %.1f %% | %d of %d | %s |",
                name,
                100 * Arrays.stream(successes).average().orElse(Double.NaN),
                100 * Arrays.stream(successes).min().orElse(Double.NaN),
                100 * Arrays.stream(successes).max().orElse(Double.NaN),
                failed,
                seeds,
                Double.isInfinite(median) ? "not reached" : String.format(Locale.ROOT, "%,.0f", median));
    }
}
