package io.espalier.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SuccessionTest {
    @Test
    void aBlockFollowsOnTheOneThatWasLearnedFromBefore() {
        Succession succession = new Succession();
        assertThat(succession.follows(0, 0, 0)).isTrue();
        assertThat(succession.follows(1, 0, 1)).isFalse(); // its first was dropped
        assertThat(succession.follows(0, 0, 1)).isTrue();
        assertThat(succession.follows(0, 0, 3)).isFalse(); // 2 was dropped
        assertThat(succession.follows(0, 0, 4)).isTrue();
        assertThat(succession.follows(0, 1, 5)).isFalse(); // of another in its place
        assertThat(succession.follows(0, 1 << 20, 0)).isTrue(); // resumed: episodes begin
    }
}
