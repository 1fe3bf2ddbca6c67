package io.espalier.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.core.State;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StopRuleTest {
    private final Progress progress = new Progress();

    private boolean stops(StopRule rule) {
        return rule.watch().reason(progress).isPresent();
    }

    private static EvaluationResult evaluation(double mean) {
        return EvaluationResult.of(new double[] {mean}, new int[] {1}, new boolean[1], false, 0, 0, java.util.Map.of());
    }

    @Test
    void theTargetReturnNeedsAsManyEpisodes() {
        StopRule rule = StopRule.targetReturn(10, 3);
        progress.episode(100);
        progress.episode(0);
        assertThat(stops(rule)).isFalse();
        progress.episode(1);
        // By hand: (100 + 0 + 1) / 3 = 33.67.
        assertThat(rule.watch().reason(progress)).contains("mean return 33.67 over the last 3 episodes reached 10.0");
        progress.episode(2);
        // (0 + 1 + 2) / 3 = 1.
        assertThat(stops(rule)).isFalse();
    }

    @Test
    void countsAndEvaluations() {
        progress.round(1000, 7);
        assertThat(stops(StopRule.environmentSteps(1001))).isFalse();
        assertThat(stops(StopRule.environmentSteps(1000))).isTrue();
        assertThat(stops(StopRule.updates(8))).isFalse();
        assertThat(StopRule.updates(7).watch().reason(progress)).contains("7 gradient updates made");
        assertThat(stops(StopRule.targetEvaluation(5))).isFalse();
        progress.evaluated(evaluation(5));
        assertThat(stops(StopRule.targetEvaluation(5))).isTrue();
        assertThat(stops(StopRule.targetEvaluation(5.5))).isFalse();
        assertThat(stops(StopRule.wallSeconds(1e8))).isFalse();
        assertThat(stops(StopRule.wallSeconds(1e-9))).isTrue();
    }

    @Test
    void noImprovementCountsFromTheBest() {
        StopRule.Watch watch = StopRule.noImprovement(1, 250).watch();
        double[] means = {5, 5.9, 6, 6.5, 6.9};
        for (double mean : means) {
            progress.round(100, 0);
            progress.evaluated(evaluation(mean));
            // Best 5 at 100; 5.9 is too little; 6 at 300; idle at 500 is 200.
            assertThat(watch.reason(progress)).isEmpty();
        }
        State state = new State();
        watch.save(state);
        StopRule.Watch resumed = StopRule.noImprovement(1, 250).watch();
        resumed.load(state);
        progress.round(100, 0);
        assertThat(resumed.reason(progress))
                .hasValueSatisfying(
                        reason -> assertThat(reason).contains("for 300 environment steps", "above its best, 6.00"));
    }

    @Test
    void rulesJoin() {
        progress.round(10, 10);
        StopRule steps = StopRule.environmentSteps(10);
        StopRule never = StopRule.updates(11);
        assertThat(stops(steps.or(never))).isTrue();
        assertThat(stops(steps.and(never))).isFalse();
        assertThat(stops(steps.and(StopRule.updates(10)))).isTrue();
        assertThat(never.or(steps).watch().fraction(progress)).isEqualTo(1);
        assertThat(never.and(steps).watch().fraction(progress)).isEqualTo(10 / 11.0);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "return 475 over 20 episodes",
                "evaluation -110.5",
                "environment-steps 100000",
                "updates 12",
                "seconds 0.5",
                "no-improvement of 1 over 5000 environment-steps",
                "return 475 over 20 episodes or environment-steps 5",
                "(updates 3 or seconds 4) and evaluation 2",
                "updates 3 or (seconds 4 and evaluation 2)"
            })
    void theTextReadsBack(String text) {
        assertThat(StopRule.parse(text).text()).isEqualTo(text);
        assertThat(StopRule.parse(text)).isEqualTo(StopRule.parse(" " + text + " "));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "return 475", "updates", "updates 3 or", "speed 3", "updates 0", "return 1 over 0 episodes"})
    void nonsenseIsRefused(String text) {
        assertThatThrownBy(() -> StopRule.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }
}
