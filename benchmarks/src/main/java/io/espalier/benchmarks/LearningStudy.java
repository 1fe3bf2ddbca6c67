package io.espalier.benchmarks;

import io.espalier.cli.Catalog;
import io.espalier.core.EnvironmentSpec;
import io.espalier.policy.Algorithm;
import io.espalier.policy.AlgorithmProvider;
import io.espalier.runtime.EvaluationResult;
import io.espalier.runtime.EvaluationSettings;
import io.espalier.runtime.Progress;
import io.espalier.runtime.SeedStatistics;
import io.espalier.runtime.SettingsBinder;
import io.espalier.runtime.Trainer;
import io.espalier.runtime.TrainingListener;
import io.espalier.runtime.TrainingResult;
import io.espalier.runtime.TunedSettings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Trains an algorithm on an environment with its tuned settings over many seeds, each for the whole budget, and evaluates
 * every final policy greedily: {@code benchmarks/run LearningStudy ppo CartPole-v1 20 475}, where 20 is the number of
 * seeds and 475 the mean return below which a seed counts as failed. The episodes of each evaluation may follow, and
 * settings to be tried instead of the tuned ones, as in {@code 100 gamma=0.9}; such a study is printed, not stored.
 */
public final class LearningStudy {
    private static final int WINDOW = 20;

    private LearningStudy() {}

    /** One seed's outcome. */
    private record Outcome(long seed, double mean, double error, long reachedAt, double seconds, String digest) {}

    /** Runs the study. */
    public static void main(String[] words) throws ExecutionException, InterruptedException {
        if (words.length < 4) {
            throw new IllegalArgumentException(
                    "LearningStudy wants an algorithm, an environment, the number of seeds, the"
                            + " bar of failure and perhaps the episodes of each evaluation. Maybe: ppo CartPole-v1 20 475 100");
        }
        Catalog catalog = Catalog.of(null);
        EnvironmentSpec environment = catalog.environment(words[1]);
        AlgorithmProvider<?> provider = catalog.algorithm(words[0]);
        int seeds = Integer.parseInt(words[2]);
        double bar = Double.parseDouble(words[3]);
        int episodes = words.length > 4 ? Integer.parseInt(words[4]) : 100;
        TunedSettings tuned = catalog.tuned(provider.name(), environment.name())
                .orElseThrow(() -> new IllegalArgumentException(
                        "There are no settings of " + provider.name() + " tuned for " + environment.name() + "."));
        List<String> changes = List.of(words).subList(Math.min(words.length, 5), words.length);
        Algorithm algorithm = tunedTo(provider, tuned, changes);
        Report report = new Report(
                "learning-" + provider.name() + "-"
                        + environment.name().toLowerCase(Locale.ROOT).replace('/', '-'),
                provider.name() + " on " + environment.name() + ", " + seeds + " seeds");
        report.line("Settings: %s", tuned.source());
        if (!changes.isEmpty()) {
            report.line("Changed: %s", String.join(", ", changes));
        }
        report.line(
                "Budget %,d environment steps; final evaluation greedy, %d episodes; one thread a run.",
                tuned.environmentSteps(), episodes);
        report.line("");
        report.line(
                "| seed | final mean return | standard error | steps to mean %s of %d episodes | seconds |",
                bar, WINDOW);
        report.line("|---|---|---|---|---|");
        List<Outcome> outcomes = new ArrayList<>();
        ExecutorService pool = Executors.newFixedThreadPool(
                Math.min(seeds, Runtime.getRuntime().availableProcessors()));
        try {
            List<Future<Outcome>> futures = new ArrayList<>();
            for (int seed = 1; seed <= seeds; seed++) {
                long root = seed;
                futures.add(
                        pool.submit(() -> run(algorithm, environment, root, tuned.environmentSteps(), bar, episodes)));
            }
            for (Future<Outcome> future : futures) {
                Outcome outcome = future.get();
                outcomes.add(outcome);
                report.line(
                        "| %d | %.5g | %.2g | %s | %.1f |",
                        outcome.seed,
                        outcome.mean,
                        outcome.error,
                        outcome.reachedAt < 0 ? "not reached" : String.format(Locale.ROOT, "%,d", outcome.reachedAt),
                        outcome.seconds);
            }
        } finally {
            pool.shutdownNow();
        }
        double[] means = outcomes.stream().mapToDouble(Outcome::mean).toArray();
        double[] reached = outcomes.stream()
                .mapToDouble(o -> o.reachedAt < 0 ? Double.POSITIVE_INFINITY : o.reachedAt)
                .toArray();
        SeedStatistics statistics = SeedStatistics.of(means, bar);
        report.line("");
        report.line(
                "Interquartile mean **%.4g**, 95 %% bootstrap interval %.4g to %.4g; median %.4g, worst %.4g, best %.4g.",
                statistics.interquartileMean(),
                statistics.low(),
                statistics.high(),
                statistics.median(),
                statistics.worst(),
                statistics.best());
        report.line(
                "Mean %.4f, standard error of the mean over seeds %.4f.",
                Arrays.stream(means).average().orElse(Double.NaN), deviation(means) / StrictMath.sqrt(means.length));
        report.line(
                "Failed (final mean below %s): **%d of %d**.",
                bar, Math.round(statistics.failureRate() * seeds), seeds);
        report.line("Median steps to a %d-episode mean of %s: **%,.0f**.", WINDOW, bar, SeedStatistics.median(reached));
        if (changes.isEmpty()) {
            report.store();
        }
    }

    static <S extends Record> Algorithm tunedTo(
            AlgorithmProvider<S> provider, TunedSettings tuned, List<String> changes) {
        Map<String, Object> settings = new LinkedHashMap<>(tuned.settings());
        for (String change : changes) {
            int equals = change.indexOf('=');
            if (equals < 1) {
                throw new IllegalArgumentException("\"" + change + "\" must be key=value.");
            }
            settings.put(change.substring(0, equals), change.substring(equals + 1));
        }
        return provider.create(SettingsBinder.bind(provider.defaults(), settings));
    }

    private static Outcome run(
            Algorithm algorithm, EnvironmentSpec environment, long seed, long steps, double bar, int episodes) {
        long[] reached = {-1};
        TrainingResult result = Trainer.of(algorithm, environment)
                .seed(seed)
                .environmentSteps(steps)
                .evaluation(EvaluationSettings.DEFAULT.withEpisodes(episodes))
                .listen(new TrainingListener() {
                    @Override
                    public void round(Progress progress) {
                        if (reached[0] < 0 && progress.episodes() >= WINDOW && progress.meanReturn(WINDOW) >= bar) {
                            reached[0] = progress.environmentSteps();
                        }
                    }
                })
                .run();
        EvaluationResult evaluation = Objects.requireNonNull(result.evaluation());
        return new Outcome(
                seed,
                evaluation.mean(),
                evaluation.standardError(),
                reached[0],
                result.wallSeconds(),
                result.weightsDigest());
    }

    private static double deviation(double[] values) {
        double mean = Arrays.stream(values).average().orElse(0);
        double sum = Arrays.stream(values)
                .map(value -> (value - mean) * (value - mean))
                .sum();
        return values.length < 2 ? 0 : StrictMath.sqrt(sum / (values.length - 1));
    }
}
