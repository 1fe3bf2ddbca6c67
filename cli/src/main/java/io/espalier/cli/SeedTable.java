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
import tools.jackson.databind.json.JsonMapper;

/** What came of the runs of several seeds: each, and all together. */
final class SeedTable {
    private final List<Row> rows;
    private final double solvedAt;

    /**
     * What came of one.
     *
     * @param run its directory
     */
    record Row(long seed, String run, TrainRequest asked, TaskResult result) {
        String outcome(double solvedAt) {
            TrainingResult training = result.training();
            return switch (result.outcome()) {
                case FAILED -> "failed";
                case STOPPED -> "stopped";
                case FINISHED ->
                    Double.isNaN(solvedAt) || training == null ? "done" : training.solved() ? "solved" : "not solved";
            };
        }

        /** In a line. */
        String text(double solvedAt) {
            TrainingResult training = result.training();
            if (training == null) {
                return outcome(solvedAt);
            }
            return String.format(
                    Locale.ROOT,
                    "%s, mean return %s ± %s, %,d environment steps in %.1f s%s",
                    outcome(solvedAt),
                    ProgressDisplay.number(training.meanReturn()),
                    ProgressDisplay.number(training.stdReturn()),
                    training.environmentSteps(),
                    training.wallSeconds(),
                    result.attempts() > 1 ? ", begun " + result.attempts() + " times" : "");
        }

        Map<String, Object> toMap(double solvedAt) {
            Map<String, Object> map = new LinkedHashMap<>();
            TrainingResult training = result.training();
            if (training != null) {
                map.putAll(TrainingSession.summary(training, run, asked.algorithm(), asked.environment(), seed));
                map.put("ruleReached", training.ruleReached());
            } else {
                map.put("run", run);
                map.put("seed", seed);
            }
            map.put("outcome", outcome(solvedAt));
            map.put("node", result.node());
            map.put("attempts", result.attempts());
            Throwable failure = result.failure();
            if (failure != null) {
                map.put("failure", String.valueOf(failure.getMessage()));
            }
            return map;
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
                .filter(row -> row.result().outcome() == TaskResult.Outcome.FAILED)
                .count();
    }

    private long reached() {
        return rows.stream()
                .map(row -> row.result().training())
                .filter(Objects::nonNull)
                .filter(TrainingResult::ruleReached)
                .count();
    }

    /** The mean returns of those that came to their end. */
    private double[] returns() {
        return rows.stream()
                .filter(row -> row.result().outcome() == TaskResult.Outcome.FINISHED)
                .map(row -> row.result().training())
                .filter(Objects::nonNull)
                .mapToDouble(TrainingResult::meanReturn)
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
            TrainingResult training = row.result().training();
            out.printf(
                    Locale.ROOT,
                    "%8d  %-10s  %12s  %12s  %18s  %8s  %s%n",
                    row.seed(),
                    row.outcome(solvedAt),
                    training == null ? "–" : ProgressDisplay.number(training.meanReturn()),
                    training == null ? "–" : ProgressDisplay.number(training.stdReturn()),
                    training == null ? "–" : String.format(Locale.ROOT, "%,d", training.environmentSteps()),
                    training == null ? "–" : String.format(Locale.ROOT, "%.1f", training.wallSeconds()),
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
        map.put("runs", rows.stream().map(row -> row.toMap(solvedAt)).toList());
        return new JsonMapper().writeValueAsString(map);
    }
}
