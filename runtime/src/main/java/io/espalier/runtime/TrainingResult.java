package io.espalier.runtime;

import io.espalier.policy.Policy;
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
