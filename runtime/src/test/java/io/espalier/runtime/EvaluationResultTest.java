package io.espalier.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.espalier.core.State;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EvaluationResultTest {
    @Test
    void figuresByHand() {
        EvaluationResult result = EvaluationResult.of(
                new double[] {2, 4, 4, 10},
                new int[] {1, 2, 3, 4},
                new boolean[] {true, false, false, true},
                true,
                1,
                2,
                Map.of("fuel", 0.5));
        assertThat(result.mean()).isEqualTo(5);
        // Squares of the distances: 9 + 1 + 1 + 25 = 36; 36 / 3 = 12.
        assertThat(result.std()).isEqualTo(Math.sqrt(12));
        assertThat(result.standardError()).isEqualTo(Math.sqrt(12) / 2, within(1e-15));
        assertThat(result.median()).isEqualTo(4);
        assertThat(result.min()).isEqualTo(2);
        assertThat(result.max()).isEqualTo(10);
        assertThat(result.successRate()).isEqualTo(0.5);
        // 20 in 10 steps.
        assertThat(result.meanRewardPerStep()).isEqualTo(2);
        assertThat(result.meanLength()).isEqualTo(2.5);
        assertThat(result.cut()).isEqualTo(1);
        assertThat(result.faults()).isEqualTo(2);
        assertThat(result.toMap()).containsEntry("metrics", Map.of("fuel", 0.5));
        State state = new State();
        result.save(state);
        assertThat(EvaluationResult.load(state)).isEqualTo(result);
    }

    @Test
    void oneEpisodeHasNoSpread() {
        EvaluationResult result =
                EvaluationResult.of(new double[] {3}, new int[] {5}, new boolean[1], false, 0, 0, Map.of());
        assertThat(result.std()).isZero();
        assertThat(result.median()).isEqualTo(3);
        assertThat(result.successRate()).isNaN();
        assertThat(result.toMap()).doesNotContainKeys("successRate", "metrics");
    }
}
