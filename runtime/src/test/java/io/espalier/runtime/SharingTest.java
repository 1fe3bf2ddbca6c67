package io.espalier.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.core.Cores.Task;
import org.junit.jupiter.api.Test;

class SharingTest {
    private static final Task TASK = (index, thread) -> {};
    private static final Task OTHER = (index, thread) -> {};
    private static final long MILLI = 1_000_000;

    private final Sharing sharing = new Sharing();
    private long now = 1;

    /** Runs one after the other, which take so long if they are shared and so long if not; how many were shared. */
    private int runs(Task task, int count, long shared, long alone) {
        int divided = 0;
        for (int i = 0; i < count; i++) {
            int number = sharing.number(task);
            if (sharing.worth(number, now)) {
                now += shared;
                sharing.took(number, shared, shared);
                divided++;
            } else {
                now += alone;
            }
        }
        return divided;
    }

    private int windows(int count, long shared, long alone) {
        return runs(TASK, count * Sharing.RUNS, shared, alone);
    }

    @Test
    void whatIsFasterSharedIsSharedButForRareTrials() {
        assertThat(windows(1000, 26_000, 50_000)).isBetween(980 * Sharing.RUNS, 996 * Sharing.RUNS);
    }

    @Test
    void whatIsFasterAloneIsSoonDoneAloneAndSharedAgainWhenThatIsFaster() {
        int before = windows(20, 135_000, 50_000);
        assertThat(before).isBetween(3 * Sharing.RUNS, 12 * Sharing.RUNS);
        assertThat(windows(1000, 135_000, 50_000)).isBetween(4 * Sharing.RUNS, 20 * Sharing.RUNS);
        windows(150, 26_000, 50_000);
        assertThat(windows(1000, 26_000, 50_000)).isGreaterThan(975 * Sharing.RUNS);
    }

    @Test
    void whatMakesHardlyADifferenceStaysAsItIs() {
        assertThat(windows(1000, 50_000, 48_000)).isGreaterThan(980 * Sharing.RUNS);
    }

    @Test
    void oneLateThreadNowAndThenDecidesNothing() {
        int shared = 0;
        for (int i = 0; i < 100; i++) {
            shared += windows(9, 26_000, 50_000);
            shared += runs(TASK, 1, 6 * MILLI / 10, 6 * MILLI / 10);
            shared += runs(TASK, 63, 26_000, 50_000);
        }
        assertThat(shared).isGreaterThan(950 * Sharing.RUNS);
    }

    @Test
    void whatBecomesFasterByItselfIsNoReason() {
        // As while the compiler works: each window is faster than the one before, whatever is done.
        int shared = 0;
        long nanos = 1_000_000;
        for (int i = 0; i < 60; i++) {
            nanos = nanos * 9 / 10 + 1000;
            shared += windows(1, nanos, nanos);
        }
        assertThat(shared).isGreaterThan(50 * Sharing.RUNS);
    }

    @Test
    void aLongTaskIsSharedWhateverIsFasterForShortOnes() {
        assertThat(runs(OTHER, 10, 5 * MILLI, 9 * MILLI)).isEqualTo(10);
        windows(20, 135_000, 50_000);
        assertThat(runs(OTHER, 10, 5 * MILLI, 9 * MILLI)).isEqualTo(10);
        assertThat(runs(TASK, 10, 135_000, 50_000)).isZero();
    }

    @Test
    void longTasksBetweenShortOnesAreNoHindrance() {
        int shared = 0;
        for (int i = 0; i < 1000; i++) {
            assertThat(runs(OTHER, 1, (i % 7 + 2) * MILLI, MILLI)).isEqualTo(1);
            shared += runs(TASK, 20, 135_000, 50_000);
        }
        assertThat(shared).isLessThan(1500);
    }

    @Test
    void aTaskThatWasNeverSeenMayBeALongOne() {
        windows(20, 135_000, 50_000);
        assertThat(runs(OTHER, 2, 135_000, 50_000)).isEqualTo(1);
        for (int i = 0; i < 16; i++) {
            int fixed = i;
            sharing.number((index, thread) -> assertThat(fixed).isPositive());
        }
        assertThat(runs(OTHER, 1, 135_000, 50_000)).as("forgotten").isEqualTo(1);
    }
}
