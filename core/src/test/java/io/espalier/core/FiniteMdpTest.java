package io.espalier.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FiniteMdpTest {
    private static final double[][] REWARD = {{1}, {2}};

    @Test
    void handsOverWhatWasWrittenDown() {
        FiniteMdp mdp = FiniteMdp.of(new double[][][] {{{0.5, 0.25}}, {{0, 1}}}, REWARD, new double[] {1, 0});
        assertThat(mdp.states()).isEqualTo(2);
        assertThat(mdp.actions()).isEqualTo(1);
        assertThat(mdp.startProbability(0)).isEqualTo(1);
        List<String> seen = new ArrayList<>();
        for (int state = 0; state < 2; state++) {
            mdp.forEachOutcome(
                    state, 0, (p, next, reward, ends) -> seen.add(p + " " + next + " " + reward + " " + ends));
        }
        // a quarter is missing in state 0: there the task ends
        assertThat(seen).containsExactly("0.5 0 1.0 false", "0.25 1 1.0 false", "0.25 0 1.0 true", "1.0 1 2.0 false");
    }

    @Test
    void refusesWhatIsNoProcess() {
        double[] start = {1, 0};
        assertThatThrownBy(() -> FiniteMdp.of(new double[][][] {{{0.5, 0.6}}, {{0, 1}}}, REWARD, start))
                .hasMessageContaining("state 0, action 0")
                .hasMessageContaining("1.1");
        assertThatThrownBy(() -> FiniteMdp.of(new double[][][] {{{-0.5, 0.6}}, {{0, 1}}}, REWARD, start))
                .hasMessageContaining("-0.5");
        assertThatThrownBy(() -> FiniteMdp.of(new double[][][] {{{0, 1}}}, REWARD, start))
                .hasMessageContaining("same number of states");
        assertThatThrownBy(() -> FiniteMdp.of(new double[][][] {{{0, 1}}, {}}, REWARD, start))
                .hasMessageContaining("state 1 must have 1 actions");
        assertThatThrownBy(() -> FiniteMdp.of(new double[][][] {{{0, 1}}, {{0, 1}}}, REWARD, new double[] {0.5, 0.4}))
                .hasMessageContaining("start must sum to 1");
        FiniteMdp mdp = FiniteMdp.of(new double[][][] {{{0, 1}}, {{0, 1}}}, REWARD, start);
        assertThatThrownBy(() -> mdp.forEachOutcome(2, 0, (p, next, reward, ends) -> {}))
                .hasMessageContaining("state (2)");
    }
}
