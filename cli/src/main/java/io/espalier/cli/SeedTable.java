package io.espalier.cli;

import io.espalier.runtime.SeedStatistics;
import io.espalier.runtime.TrainingResult;
import io.espalier.runtime.tasks.TaskResult;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** What came of the runs of several seeds: each, and all together. */
final class SeedTable {
    private final List<Row> rows;
    private final double solvedAt;

    /**
     * What came of one, without its policy, of which many would fill the memory.
     *
     * @param run its directory
     * @param word how it ended, in a word or two
     * @param ruleReached whether its stop rule ended it
     * @param figures what it came to; null if it failed
     * @param details all that is told of it as JSON
     */
    record Row(
            long seed,
            String run,
            TaskResult.Outcome outcome,
            String word,
            boolean ruleReached,
            int attempts,
            @Nullable Figures figures,
            Map<String, Object> details) {

        static Row of(long seed, String run, TrainRequest asked, TaskResult result, double solvedAt) {
            TrainingResult training = result.training();
            String word = switch (result.outcome()) {
                case FAILED -> "failed";
                case STOPPED -> "stopped";
                case FINISHED ->
                    Double.isNaN(solvedAt) || training == null ? "done" : training.solved() ? "solved" : "not solved";
            };
            Map<String, Object> details = new LinkedHashMap<>();
            if (training != null) {
                details.putAll(TrainingSession.summary(training, run, asked.algorithm(), asked.environment(), seed));
                details.put("ruleReached", training.ruleReached());
            } else {
                details.put("run", run);
                details.put("seed", seed);
            }
            details.put("outcome", word);
            details.put("node", result.node());
            details.put("attempts", result.attempts());
            Throwable failure = result.failure();
            if (failure != null) {
                details.put("failure", String.valueOf(failure.getMessage()));
            }
            return new Row(
                    seed,
                    run,
                    result.outcome(),
                    word,
                    training != null && training.ruleReached(),
                    result.attempts(),
                    training == null ? null : Figures.of(training),
                    details);
        }

        /** In a line. */
        String text() {
            Figures found = figures;
            return found == null
                    ? word
                    : String.format(
                            Locale.ROOT,
                            "%s, mean return %s ± %s, %,d environment steps in %.1f s%s",
                            word,
                            ProgressDisplay.number(found.mean()),
                            ProgressDisplay.number(found.deviation()),
                            found.steps(),
                            found.seconds(),
                            attempts > 1 ? ", begun " + attempts + " times" : "");
        }
    }

    /** The figures of a run that are shown. */
    record Figures(double mean, double deviation, long steps, double seconds) {
        static Figures of(TrainingResult training) {
            return new Figures(
                    training.meanReturn(), training.stdReturn(), training.environmentSteps(), training.wallSeconds());
        }
    }

    SeedTable(List<Row> rows, double solvedAt) {
        this.rows = new ArrayList<>(rows);
        this.rows.sort(Comparator.comparingLong(Row::seed));
        this.solvedAt = solvedAt;
    }

    /** How many could not come to their end. */
    long failed() {
        return rows.stream()
                .filter(row -> row.outcome() == TaskResult.Outcome.FAILED)
                .count();
    }

    private long reached() {
        return rows.stream().filter(Row::ruleReached).count();
    }

    /** The mean returns of those that came to their end. */
    private double[] returns() {
        return rows.stream()
                .filter(row -> row.outcome() == TaskResult.Outcome.FINISHED)
                .map(Row::figures)
                .filter(Objects::nonNull)
                .mapToDouble(Figures::mean)
                .filter(Double::isFinite)
                .toArray();
    }

    void print(PrintWriter out) {
        out.printf(
                Locale.ROOT,
                "%n%8s  %-10s  %12s  %12s  %18s  %8s  %s%n",
                "seed",
                "outcome",
                "mean return",
                "deviation",
                "environment steps",
                "seconds",
                "directory");
        for (Row row : rows) {
            Figures found = row.figures();
            out.printf(
                    Locale.ROOT,
                    "%8d  %-10s  %12s  %12s  %18s  %8s  %s%n",
                    row.seed(),
                    row.word(),
                    found == null ? "–" : ProgressDisplay.number(found.mean()),
                    found == null ? "–" : ProgressDisplay.number(found.deviation()),
                    found == null ? "–" : String.format(Locale.ROOT, "%,d", found.steps()),
                    found == null ? "–" : String.format(Locale.ROOT, "%.1f", found.seconds()),
                    row.run());
        }
        out.println();
        double[] returns = returns();
        if (returns.length > 0) {
            SeedStatistics all = SeedStatistics.of(returns, solvedAt);
            out.printf(
                    Locale.ROOT,
                    "interquartile mean %s (95 %% interval %s to %s), median %s, worst %s, best %s%n",
                    ProgressDisplay.number(all.interquartileMean()),
                    ProgressDisplay.number(all.low()),
                    ProgressDisplay.number(all.high()),
                    ProgressDisplay.number(all.median()),
                    ProgressDisplay.number(all.worst()),
                    ProgressDisplay.number(all.best()));
        }
        out.printf(Locale.ROOT, "%d of %d reached the stop rule, %d failed%n", reached(), rows.size(), failed());
        out.flush();
    }

    /** All of it in one line. */
    String json(Map<String, Object> head) {
        Map<String, Object> map = new LinkedHashMap<>(head);
        map.put("reached", reached());
        map.put("failed", failed());
        double[] returns = returns();
        if (returns.length > 0) {
            SeedStatistics all = SeedStatistics.of(returns, solvedAt);
            map.put("interquartileMean", all.interquartileMean());
            map.put("low", all.low());
            map.put("high", all.high());
            map.put("median", all.median());
            map.put("worst", all.worst());
            map.put("best", all.best());
        }
        map.put("runs", rows.stream().map(Row::details).toList());
        return new JsonMapper().writeValueAsString(map);
    }
}
