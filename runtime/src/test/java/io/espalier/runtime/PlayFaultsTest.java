package io.espalier.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.core.State;
import io.espalier.runtime.EnvironmentFault.Kind;
import org.junit.jupiter.api.Test;

class PlayFaultsTest {
    /** Two failures within a thousand steps, or three attempts in vain, are allowed. */
    private static final GuardSettings SETTINGS = new GuardSettings(5, 20, 1000, 50, 4, 2);

    private static EnvironmentFault fault() {
        return new EnvironmentFault(Kind.EXCEPTION, "environment", 3, 7, 1, "threw a tantrum", "", null);
    }

    @Test
    void eachPlayHasARateOfItsOwn() {
        PlayFaults faults = new PlayFaults(SETTINGS);
        faults.plays(4);
        for (int play = 0; play < 4; play++) {
            for (int i = 0; i < 2; i++) {
                faults.good(play, 10);
                faults.add(play, 1, fault());
            }
        }
        faults.plays(2);
        assertThat(faults.count()).isEqualTo(8);
        faults.good(3, 989);
        assertThatThrownBy(() -> faults.add(3, 1, fault()))
                .isInstanceOf(EnvironmentFailure.class)
                .hasMessageContaining("failed 3 times within 1000 of its steps")
                .hasMessageContaining("threw a tantrum");
        faults.good(2, 990);
        faults.add(2, 1, fault());
    }

    @Test
    void whatWasSavedIsAsNearToTheLimit() {
        PlayFaults original = new PlayFaults(SETTINGS);
        original.plays(4);
        original.good(3, 10);
        original.add(3, 1, fault());
        original.good(3, 10);
        original.add(3, 1, fault());
        original.good(3, 500);
        State state = new State();
        original.save(state);

        PlayFaults resumed = new PlayFaults(SETTINGS);
        resumed.load(state);
        resumed.plays(4);
        assertThat(resumed.count()).isEqualTo(2);
        resumed.good(3, 489);
        assertThatThrownBy(() -> resumed.add(3, 1, fault())).isInstanceOf(EnvironmentFailure.class);

        PlayFaults later = new PlayFaults(SETTINGS);
        later.load(state);
        later.plays(4);
        later.good(3, 490);
        later.add(3, 1, fault());
        assertThat(later.count()).isEqualTo(3);
    }

    @Test
    void attemptsOfOnePlayAreLimitedThoughTheyBeginWell() {
        PlayFaults faults = new PlayFaults(SETTINGS);
        faults.plays(1);
        for (int attempt = 1; attempt < 4; attempt++) {
            faults.good(0, 2000);
            faults.add(0, attempt, fault());
        }
        faults.good(0, 2000);
        assertThatThrownBy(() -> faults.add(0, 4, fault()))
                .isInstanceOf(EnvironmentFailure.class)
                .hasMessageContaining(
                        "Play 0 of a round failed 4 times in a row, from different seeds" + " (failuresInARow is 4)");
    }
}
