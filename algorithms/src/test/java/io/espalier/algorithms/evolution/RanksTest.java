package io.espalier.algorithms.evolution;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RanksTest {
    @Test
    void ranksAreStretchedFromMinusAHalfToAHalf() {
        // Ranks from the worst: 3, 0, 2, 1, of 3.
        assertThat(Ranks.centred(new double[] {9, -5, 2, 0})).containsExactly(0.5f, -0.5f, 1 / 6f, -1 / 6f);
    }

    @Test
    void equalsShareTheMeanOfTheirRanks() {
        // The two 2s have ranks 1 and 2: 1.5 / 3 − 0.5 = 0.
        assertThat(Ranks.centred(new double[] {2, 3, 1, 2})).containsExactly(0f, 0.5f, -0.5f, 0f);
        assertThat(Ranks.centred(new double[] {7, 7, 7})).containsExactly(0f, 0f, 0f);
        assertThat(Ranks.centred(new double[] {7})).containsExactly(0f);
    }

    @Test
    void theBestComesFirstAndAmongEqualsTheLowerIndex() {
        assertThat(Ranks.descending(new double[] {1, 4, 4, -2, 9})).containsExactly(4, 1, 2, 0, 3);
    }
}
