package io.espalier.runtime;

import io.espalier.core.State;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How well a policy does.
 *
 * @param episodes how many episodes were played
 * @param mean the mean return
 * @param std the standard deviation of the returns (n - 1); 0 for a single episode
 * @param standardError {@code std / sqrt(episodes)}
 * @param median the median return
 * @param min the least return
 * @param max the greatest return
 * @param successRate the share of episodes whose task was accomplished; NaN if the environment does not say
 * @param meanRewardPerStep the sum of all rewards over the number of all environment steps
 * @param meanLength environment steps per episode
 * @param cut episodes that were cut off because they did not end
 * @param faults environments that failed meanwhile; their episodes were played again from other seeds
 * @param metrics means over the episodes of the figures that the environment itself reports, by name
 */
public record EvaluationResult(
        int episodes,
        double mean,
        double std,
        double standardError,
        double median,
        double min,
        double max,
        double successRate,
        double meanRewardPerStep,
        double meanLength,
        int cut,
        int faults,
        Map<String, Double> metrics) {

    /** Keeps a copy of the metrics. */
    public EvaluationResult {
        metrics = Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
    }

    /**
     * Summarises episodes.
     *
     * @param successes whether each was one; ignored unless {@code saysSuccess}
     */
    static EvaluationResult of(
            double[] returns,
            int[] lengths,
            boolean[] successes,
            boolean saysSuccess,
            int cut,
            int faults,
            Map<String, Double> metrics) {
        int n = returns.length;
        double sum = 0;
        long steps = 0;
        int succeeded = 0;
        for (int i = 0; i < n; i++) {
            sum += returns[i];
            steps += lengths[i];
            succeeded += successes[i] ? 1 : 0;
        }
        double mean = sum / n;
        double squares = 0;
        for (double one : returns) {
            squares += (one - mean) * (one - mean);
        }
        double std = n == 1 ? 0 : Math.sqrt(squares / (n - 1));
        double[] sorted = returns.clone();
        Arrays.sort(sorted);
        return new EvaluationResult(
                n,
                mean,
                std,
                std / Math.sqrt(n),
                n % 2 == 1 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2,
                sorted[0],
                sorted[n - 1],
                saysSuccess ? (double) succeeded / n : Double.NaN,
                sum / steps,
                (double) steps / n,
                cut,
                faults,
                metrics);
    }

    /** The figures by name, in this order; for JSON. The success rate and the metrics are left out where there are none. */
    public Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("episodes", episodes);
        map.put("mean", mean);
        map.put("std", std);
        map.put("standardError", standardError);
        map.put("median", median);
        map.put("min", min);
        map.put("max", max);
        if (!Double.isNaN(successRate)) {
            map.put("successRate", successRate);
        }
        map.put("meanRewardPerStep", meanRewardPerStep);
        map.put("meanLength", meanLength);
        map.put("cut", cut);
        map.put("faults", faults);
        if (!metrics.isEmpty()) {
            map.put("metrics", metrics);
        }
        return map;
    }

    /** Writes it as arrays, bit for bit. */
    public void save(State into) {
        into.put("result", new double[] {
            episodes,
            mean,
            std,
            standardError,
            median,
            min,
            max,
            successRate,
            meanRewardPerStep,
            meanLength,
            cut,
            faults
        });
        into.put("metricNames", String.join("\n", metrics.keySet()).getBytes(StandardCharsets.UTF_8));
        into.put(
                "metrics",
                metrics.values().stream().mapToDouble(Double::doubleValue).toArray());
    }

    /** Reads what {@link #save} wrote. */
    public static EvaluationResult load(State from) {
        double[] of = from.doubles("result");
        Map<String, Double> metrics = new LinkedHashMap<>();
        if (from.has("metrics")) {
            double[] values = from.doubles("metrics");
            String[] names = new String(from.bytes("metricNames"), StandardCharsets.UTF_8).split("\n", -1);
            for (int i = 0; i < values.length; i++) {
                metrics.put(names[i], values[i]);
            }
        }
        return new EvaluationResult(
                (int) of[0],
                of[1],
                of[2],
                of[3],
                of[4],
                of[5],
                of[6],
                of[7],
                of[8],
                of[9],
                (int) of[10],
                (int) of[11],
                metrics);
    }
}
