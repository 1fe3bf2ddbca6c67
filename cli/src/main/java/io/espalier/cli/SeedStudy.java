package io.espalier.cli;

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
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/**
 * An algorithm trained on an environment with its tuned settings over many seeds, each for the whole budget, every final
 * policy evaluated greedily. Seeds run at the same time, each on one thread; what comes of a seed depends on nothing else.
 */
public final class SeedStudy {
    /** Episodes of each final evaluation, unless said otherwise. */
    public static final int EPISODES = 100;

    /** Points of a learning curve, evenly over the budget. */
    static final int POINTS = 100;

    private static final int WINDOW = 20;

    private final String algorithmName;
    private final EnvironmentSpec environment;
    private final Algorithm algorithm;
    private final TunedSettings tuned;
    private final List<String> changes;
    private final double bar;
    private final int episodes;
    private final String settings;

    /**
     * What came of one seed.
     *
     * @param mean mean return of the final policy
     * @param error its standard error over the episodes of the evaluation
     * @param steps environment steps of the training
     * @param reachedAt environment steps until the mean return of 20 training episodes reached the bar; -1 for never
     * @param seconds by the clock, while others ran beside it
     * @param coreSeconds CPU time of the thread that trained
     * @param curve the mean return of 20 training episodes after each hundredth of the budget; NaN while there is none
     * @param digest of the final weights
     */
    public record Outcome(
            long seed,
            double mean,
            double error,
            long steps,
            long reachedAt,
            double seconds,
            double coreSeconds,
            List<Double> curve,
            String digest) {
        /** Keeps a copy of the curve. */
        public Outcome {
            curve = List.copyOf(curve);
        }
    }

    private SeedStudy(
            AlgorithmProvider<?> provider,
            EnvironmentSpec environment,
            TunedSettings tuned,
            double bar,
            int episodes,
            List<String> changes) {
        this.algorithmName = provider.name();
        this.environment = environment;
        this.tuned = tuned;
        this.bar = bar;
        this.episodes = episodes;
        this.changes = changes;
        Record bound = bound(provider, tuned, changes);
        this.settings = bound.toString();
        this.algorithm = create(provider, bound);
    }

    /**
     * Prepares a study.
     *
     * @param bar the mean return below which a seed counts as failed
     * @param episodes of each final evaluation
     * @param changes settings to be tried instead of the tuned ones, as key=value
     * @throws IllegalArgumentException if there is no such algorithm or environment, or no settings tuned for it
     */
    public static SeedStudy of(
            Catalog catalog, String algorithm, String environment, double bar, int episodes, List<String> changes) {
        EnvironmentSpec spec = catalog.environment(environment);
        AlgorithmProvider<?> provider = catalog.algorithm(algorithm);
        TunedSettings tuned = catalog.tuned(provider.name(), spec.name())
                .orElseThrow(() -> new IllegalArgumentException(
                        "There are no settings of " + provider.name() + " tuned for " + spec.name() + "."));
        return new SeedStudy(provider, spec, tuned, bar, episodes, changes);
    }

    private static <S extends Record> S bound(
            AlgorithmProvider<S> provider, TunedSettings tuned, List<String> changes) {
        Map<String, Object> settings = new LinkedHashMap<>(tuned.settings());
        for (String change : changes) {
            int equals = change.indexOf('=');
            if (equals < 1) {
                throw new IllegalArgumentException("\"" + change + "\" must be key=value.");
            }
            settings.put(change.substring(0, equals), change.substring(equals + 1));
        }
        return SettingsBinder.bind(provider.defaults(), settings);
    }

    private static <S extends Record> Algorithm create(AlgorithmProvider<S> provider, Record settings) {
        return provider.create(provider.settingsType().cast(settings));
    }

    /** What its files are called, as "learning-ppo-cartpole-v1". */
    public String name() {
        return name(algorithmName, environment.name());
    }

    static String name(String algorithm, String environment) {
        return "learning-" + algorithm + "-" + environment.replace('/', '-').toLowerCase(Locale.ROOT);
    }

    /** The title of its report. */
    public String title(int seeds) {
        return algorithmName + " on " + environment.name() + ", " + seeds + " seeds";
    }

    /** Everything that decides what comes of a seed, but the code. */
    String setup() {
        return settings + "; " + tuned.environmentSteps() + " environment steps; " + episodes + " episodes; bar " + bar;
    }

    EnvironmentSpec environment() {
        return environment;
    }

    /**
     * Runs the seeds 1 and on that are not there yet.
     *
     * @param parallel how many at the same time
     * @param known outcomes of some seeds, which are taken as they are
     * @param done is told of each new outcome, in the order in which they come, one at a time
     * @return all outcomes in the order of the seeds
     * @throws InterruptedException if this thread is interrupted; runs that have not ended are given up
     */
    public List<Outcome> run(int seeds, int parallel, List<Outcome> known, Consumer<Outcome> done)
            throws InterruptedException {
        List<Outcome> outcomes = new ArrayList<>();
        List<Future<Outcome>> futures = new ArrayList<>();
        ExecutorService pool = Executors.newFixedThreadPool(Math.max(1, parallel));
        try {
            for (long seed = 1; seed <= seeds; seed++) {
                long root = seed;
                known.stream()
                        .filter(outcome -> outcome.seed() == root)
                        .findFirst()
                        .ifPresentOrElse(outcomes::add, () -> {
                            futures.add(pool.submit(() -> {
                                Outcome outcome = train(root);
                                synchronized (done) {
                                    done.accept(outcome);
                                }
                                return outcome;
                            }));
                        });
            }
            for (Future<Outcome> future : futures) {
                outcomes.add(future.get());
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException(title(seeds) + ": a run failed: " + e.getCause(), e);
        } finally {
            pool.shutdownNow();
        }
        outcomes.sort(Comparator.comparingLong(Outcome::seed));
        return outcomes;
    }

    private Outcome train(long seed) {
        long[] reached = {-1};
        List<Double> curve = new ArrayList<>();
        long budget = tuned.environmentSteps();
        long[] cpuNanos = {0};
        TrainingResult result = Trainer.of(algorithm, environment)
                .seed(seed)
                .environmentSteps(budget)
                .evaluation(EvaluationSettings.DEFAULT.withEpisodes(episodes))
                .listen(new TrainingListener() {
                    @Override
                    public void round(Progress progress) {
                        // a run has a thread of its own, so what that has used is what the run has
                        cpuNanos[0] = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
                        double mean = progress.episodes() > 0 ? progress.meanReturn(WINDOW) : Double.NaN;
                        if (reached[0] < 0 && progress.episodes() >= WINDOW && mean >= bar) {
                            reached[0] = progress.environmentSteps();
                        }
                        while (curve.size() < POINTS
                                && progress.environmentSteps() * POINTS >= (curve.size() + 1) * budget) {
                            curve.add(mean);
                        }
                    }
                })
                .run();
        EvaluationResult evaluation = Objects.requireNonNull(result.evaluation());
        return new Outcome(
                seed,
                evaluation.mean(),
                evaluation.standardError(),
                budget,
                reached[0],
                result.wallSeconds(),
                cpuNanos[0] / 1e9,
                curve,
                result.weightsDigest());
    }

    /** Writes the head of a report. */
    public void begin(StudyReport report) {
        report.line("Settings: %s", tuned.source());
        if (!changes.isEmpty()) {
            report.line("Changed: %s", String.join(", ", changes));
        }
        report.line(
                "Budget %,d environment steps; final evaluation greedy, %d episodes; one thread a run.",
                tuned.environmentSteps(), episodes);
        report.line("");
        report.line(
                "| seed | final mean return | standard error | steps to mean %s of %d episodes | seconds | core seconds |",
                bar, WINDOW);
        report.line("|---|---|---|---|---|---|");
    }

    /** Tells of outcomes as they come, without keeping them. */
    public Consumer<Outcome> teller(StudyReport report) {
        return outcome -> report.tell("seed %d: %.5g", outcome.seed(), outcome.mean());
    }

    /** Writes the outcomes, and what they amount to. */
    public void end(StudyReport report, List<Outcome> outcomes) {
        for (Outcome outcome : outcomes) {
            report.line(
                    "| %d | %.5g | %.2g | %s | %.1f | %.1f |",
                    outcome.seed(),
                    outcome.mean(),
                    outcome.error(),
                    outcome.reachedAt() < 0 ? "not reached" : String.format(Locale.ROOT, "%,d", outcome.reachedAt()),
                    outcome.seconds(),
                    outcome.coreSeconds());
        }
        double[] means = outcomes.stream().mapToDouble(Outcome::mean).toArray();
        double[] reached = outcomes.stream()
                .mapToDouble(o -> o.reachedAt() < 0 ? Double.POSITIVE_INFINITY : o.reachedAt())
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
                bar, Math.round(statistics.failureRate() * means.length), means.length);
        report.line("Median steps to a %d-episode mean of %s: **%,.0f**.", WINDOW, bar, SeedStatistics.median(reached));
    }

    private static double deviation(double[] values) {
        double mean = Arrays.stream(values).average().orElse(0);
        double sum = Arrays.stream(values)
                .map(value -> (value - mean) * (value - mean))
                .sum();
        return values.length < 2 ? 0 : StrictMath.sqrt(sum / (values.length - 1));
    }
}
