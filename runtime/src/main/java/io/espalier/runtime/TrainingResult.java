package io.espalier.runtime;

import io.espalier.core.State;
import io.espalier.policy.Policy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a run came to.
 *
 * @param solved whether {@link #meanReturn} reaches the figure from which the task counts as solved; false if there is
 *     no such figure
 * @param meanReturn the mean return of the final evaluation; without one, of the last 100 training episodes; NaN if no
 *     episode ended
 * @param stdReturn the standard deviation of those returns
 * @param episodes training episodes that ended
 * @param environmentSteps environment steps of training
 * @param updates gradient updates
 * @param wallSeconds seconds over all sittings, without the final evaluation
 * @param stepsPerSecond environment steps over those seconds
 * @param weightsDigest SHA-256 of the final weights
 * @param run the run's directory; null if it has none
 * @param stopReason why the run ended, one sentence
 * @param ruleReached whether the stop rule ended the run, not the budget or a request
 * @param evaluation the final evaluation; null if there was none
 * @param policy the final policy
 */
public record TrainingResult(
        boolean solved,
        double meanReturn,
        double stdReturn,
        long episodes,
        long environmentSteps,
        long updates,
        double wallSeconds,
        double stepsPerSecond,
        String weightsDigest,
        @Nullable Path run,
        String stopReason,
        boolean ruleReached,
        @Nullable EvaluationResult evaluation,
        Policy policy) {

    /** Writes all but the run's directory and the policy as arrays, bit for bit. */
    public void save(State into) {
        into.put("flags", new int[] {solved ? 1 : 0, ruleReached ? 1 : 0});
        into.put("figures", new double[] {meanReturn, stdReturn, wallSeconds, stepsPerSecond});
        into.put("counts", new long[] {episodes, environmentSteps, updates});
        into.put("weightsDigest", weightsDigest.getBytes(StandardCharsets.UTF_8));
        into.put("stopReason", stopReason.getBytes(StandardCharsets.UTF_8));
        EvaluationResult last = evaluation;
        if (last != null) {
            last.save(into.child("evaluation"));
        }
    }

    /** Reads what {@link #save} wrote. */
    public static TrainingResult load(State from, @Nullable Path run, Policy policy) {
        int[] flags = from.ints("flags");
        double[] figures = from.doubles("figures");
        long[] counts = from.longs("counts");
        return new TrainingResult(
                flags[0] != 0,
                figures[0],
                figures[1],
                counts[0],
                counts[1],
                counts[2],
                figures[2],
                figures[3],
                new String(from.bytes("weightsDigest"), StandardCharsets.UTF_8),
                run,
                new String(from.bytes("stopReason"), StandardCharsets.UTF_8),
                flags[1] != 0,
                from.has("evaluation/result") ? EvaluationResult.load(from.child("evaluation")) : null,
                policy);
    }

    /** All but the policy, by name, in this order; for JSON. */
    public Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("solved", solved);
        map.put("meanReturn", meanReturn);
        map.put("stdReturn", stdReturn);
        map.put("episodes", episodes);
        map.put("environmentSteps", environmentSteps);
        map.put("updates", updates);
        map.put("wallSeconds", wallSeconds);
        map.put("stepsPerSecond", stepsPerSecond);
        map.put("weightsDigest", weightsDigest);
        map.put("run", run == null ? "" : run.toString());
        map.put("stopReason", stopReason);
        map.put("ruleReached", ruleReached);
        EvaluationResult last = evaluation;
        if (last != null) {
            map.put("evaluation", last.toMap());
        }
        return map;
    }
}
