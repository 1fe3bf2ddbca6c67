package io.espalier.benchmarks;

import io.espalier.cli.Catalog;
import io.espalier.policy.Algorithm;
import io.espalier.policy.AlgorithmProvider;
import io.espalier.runtime.EvaluationResult;
import io.espalier.runtime.EvaluationSettings;
import io.espalier.runtime.ExecutionMode;
import io.espalier.runtime.Progress;
import io.espalier.runtime.SeedStatistics;
import io.espalier.runtime.SettingsBinder;
import io.espalier.runtime.Trainer;
import io.espalier.runtime.TrainingListener;
import io.espalier.runtime.TrainingResult;
import io.espalier.runtime.TunedSettings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Whether algorithms that replay learn as well when nobody waits for anybody, with the replay beside the learner and in
 * shards, as when everybody waits; and how many blocks are made in vain then, by how many are asked for.
 *
 * <pre>benchmarks/run ApeXStudy [seeds] [percent of the tuned budgets]</pre>
 */
public final class ApeXStudy {
    private static final int EPISODES = 50;
    private static final List<String> MODES = List.of(
            "synchronous",
            "asynchronous(workers=2)",
            "asynchronous(workers=2, shards=2)",
            "asynchronous(workers=2, shards=2, ladder=7)");

    private final Catalog catalog = Catalog.of(null);
    private final int seeds;
    private final int percent;
    private final Report report;

    private ApeXStudy(int seeds, int percent) {
        this.seeds = seeds;
        this.percent = percent;
        report = new Report("ape-x", "Replay without waiting, and in shards, " + seeds + " seeds");
    }

    /** What came of a run, with figures of its workers and replay. */
    private record Outcome(TrainingResult result, Map<String, Double> figures) {
        double mean() {
            EvaluationResult evaluation = Objects.requireNonNull(result.evaluation());
            return evaluation.mean();
        }

        double figure(String name) {
            return figures.getOrDefault(name, 0.0);
        }
    }

    /** Runs the study. */
    public static void main(String[] words) {
        new ApeXStudy(
                        words.length > 0 ? Integer.parseInt(words[0]) : 5,
                        words.length > 1 ? Integer.parseInt(words[1]) : 50)
                .run();
    }

    private void run() {
        report.line(
                "Tuned settings, but where a change is named; %d %% of the tuned budgets; one thread for the learner; %d"
                        + " episodes of the final policy. Age: versions of the weights between collecting and learning."
                        + " Waiting: share of learning in which the learner waited for samples.",
                percent, EPISODES);
        learning("dqn", "CartPole-v1", 475, Map.of("priorityExponent", 0.4));
        learning("sac", "Pendulum-v1", -200, Map.of());
        inVain();
        report.store();
    }

    private void learning(String name, String environment, double bar, Map<String, ?> changes) {
        TunedSettings tuned = catalog.tuned(name, environment)
                .orElseThrow(() -> new IllegalStateException("no settings of " + name + " for " + environment));
        Map<String, Object> settings = new LinkedHashMap<>(tuned.settings());
        settings.putAll(changes);
        Algorithm algorithm = algorithm(catalog.algorithm(name), settings);
        long budget = tuned.environmentSteps() * percent / 100;
        report.line("");
        report.line("## %s on %s, %,d environment steps%s", name, environment, budget, said(changes));
        report.line("");
        report.line("Failed: final mean return below %.0f. Interquartile mean with its 95 %% bootstrap interval.", bar);
        report.line("");
        report.line("| mode | failed | mean return | worst | updates | age | waiting |");
        report.line("|---|---|---|---|---|---|---|");
        for (String mode : MODES) {
            if (mode.contains("ladder") && !name.equals("dqn")) {
                continue; // it explores by its entropy, not by a share
            }
            List<Outcome> outcomes = new ArrayList<>();
            for (long seed = 1; seed <= seeds; seed++) {
                Outcome outcome = train(algorithm, environment, budget, mode, seed, EPISODES);
                report.tell("%s, %s, seed %d: %.5g", name, mode, seed, outcome.mean());
                outcomes.add(outcome);
            }
            SeedStatistics found = SeedStatistics.of(
                    outcomes.stream().mapToDouble(Outcome::mean).toArray(), bar);
            report.line(
                    "| %s | %d of %d | **%.4g** (%.4g to %.4g) | %.4g | %,.0f | %.1f | %s |",
                    mode,
                    Math.round(found.failureRate() * seeds),
                    seeds,
                    found.interquartileMean(),
                    found.low(),
                    found.high(),
                    found.worst(),
                    mean(outcomes, outcome -> (double) outcome.result().updates()),
                    mean(outcomes, outcome -> outcome.figure("workers/staleness/mean")),
                    mode.contains("shards")
                            ? String.format(
                                    java.util.Locale.ROOT,
                                    "%.1f %%",
                                    100 * mean(outcomes, outcome -> outcome.figure("replay/waiting")))
                            : "-");
        }
    }

    private static String said(Map<String, ?> changes) {
        StringBuilder text = new StringBuilder();
        changes.forEach(
                (key, value) -> text.append(", ").append(key).append('=').append(value));
        return text.toString();
    }

    private interface Figure {
        double of(Outcome outcome);
    }

    private static double mean(List<Outcome> outcomes, Figure figure) {
        return outcomes.stream().mapToDouble(figure::of).average().orElse(Double.NaN);
    }

    private static <S extends Record> Algorithm algorithm(AlgorithmProvider<S> provider, Map<String, ?> settings) {
        return provider.create(SettingsBinder.bind(provider.defaults(), settings));
    }

    private void inVain() {
        long budget = 32_000;
        report.line("");
        report.line("## Blocks made in vain: vtrace on CartPole-v1, %,d environment steps, seed 1", budget);
        report.line("");
        report.line("With ahead=2 each worker is asked for two blocks whatever happens; with ahead=0 for as many as the"
                + " learner has use for.");
        report.line("");
        report.line("| workers | maxStaleness | ahead | dropped for each learned from | age |");
        report.line("|---|---|---|---|---|");
        Algorithm algorithm = algorithm(catalog.algorithm("vtrace"), Map.of());
        for (int workers : List.of(2, 8, 16)) {
            for (int bound : List.of(4, 16)) {
                for (int ahead : List.of(2, 0)) {
                    String mode =
                            "asynchronous(workers=" + workers + ", maxStaleness=" + bound + ", ahead=" + ahead + ")";
                    Outcome outcome = train(algorithm, "CartPole-v1", budget, mode, 1, 1);
                    report.line(
                            "| %d | %d | %d | %.2f | %.1f |",
                            workers,
                            bound,
                            ahead,
                            outcome.figure("workers/dropped") / outcome.result().environmentSteps(),
                            outcome.figure("workers/staleness/mean"));
                }
            }
        }
    }

    private Outcome train(Algorithm algorithm, String environment, long budget, String mode, long seed, int episodes) {
        Map<String, Double> sums = new LinkedHashMap<>();
        long[] rows = {0};
        long[] last = {-1};
        TrainingResult result = Trainer.of(algorithm, catalog.environment(environment))
                .seed(seed)
                .environmentSteps(budget)
                .evaluation(EvaluationSettings.DEFAULT.withEpisodes(episodes))
                .mode(ExecutionMode.parse(mode))
                .listen(new TrainingListener() {
                    @Override
                    public void round(Progress progress) {
                        // Figures are told about once in a thousandth of the budget; the counts are those of the last.
                        Map<String, Double> figures = progress.metrics();
                        if (figures.containsKey("workers/dropped")) {
                            sums.put("workers/dropped", figures.get("workers/dropped"));
                        }
                        long told = progress.environmentSteps() * 1000 / budget;
                        if (told > last[0]) {
                            last[0] = told;
                            rows[0]++;
                            for (String name : List.of("workers/staleness/mean", "replay/waiting")) {
                                sums.merge(name, figures.getOrDefault(name, 0.0), Double::sum);
                            }
                        }
                    }
                })
                .run();
        for (String name : List.of("workers/staleness/mean", "replay/waiting")) {
            sums.computeIfPresent(name, (key, sum) -> sum / rows[0]);
        }
        return new Outcome(result, sums);
    }
}
