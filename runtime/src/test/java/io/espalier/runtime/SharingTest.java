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

    /** Runs that took so long, one after the other, as long as they are shared; returns how many were. */
    private int took(Task task, int runs, long nanos, long busyNanos) {
        int shared = 0;
        while (shared < runs && sharing.worth(sharing.number(task), now)) {
            long began = now;
            now += nanos;
            sharing.took(sharing.number(task), began, now, busyNanos);
            shared++;
        }
        return shared;
    }

    private long rest() {
        long began = now;
        while (!sharing.worth(sharing.number(TASK), now)) {
            now += MILLI / 2;
        }
        return now - began;
    }

    @Test
    void whatIsFasterSharedIsShared() {
        assertThat(took(TASK, 10_000, 26_000, 50_000)).isEqualTo(10_000);
    }

    @Test
    void whenThreadsComeLateAllRestsLongerEachTimeUntilSharingIsWorthItAgain() {
        assertThat(took(OTHER, 1, 63_000, 50_000)).as("neither gain nor loss").isEqualTo(1);
        // 135 − 1.2 · 50 − 3 = 72 microseconds lost in each: 70 of them are five milliseconds
        assertThat(took(TASK, 1000, 135_000, 50_000)).isEqualTo(70);
        assertThat(sharing.worth(sharing.number(OTHER), now)).as("another task").isFalse();
        assertThat(rest()).isEqualTo(5 * MILLI);
        assertThat(took(TASK, 1000, 135_000, 50_000)).isEqualTo(70);
        assertThat(rest()).isEqualTo(10 * MILLI);
        for (int i = 0; i < 10; i++) {
            took(TASK, 1000, 135_000, 50_000);
            rest();
        }
        took(TASK, 1000, 135_000, 50_000);
        assertThat(rest()).isEqualTo(160 * MILLI);
        assertThat(took(TASK, 256, 26_000, 50_000)).isEqualTo(256);
        took(TASK, 1000, 135_000, 50_000);
        assertThat(rest()).as("after it was worth it").isEqualTo(5 * MILLI);
    }

    @Test
    void aThreadThatIsHardlyLateOrLateNowAndThenDoesNotMatter() {
        assertThat(took(TASK, 1000, 62_000, 50_000)).isEqualTo(1000);
        assertThat(took(TASK, 1000, 2_500, 500)).as("tiny ones").isEqualTo(1000);
        for (int i = 0; i < 20; i++) {
            assertThat(took(TASK, 100, 26_000, 50_000)).isEqualTo(100);
            assertThat(took(TASK, 1, 3 * MILLI, 50_000)).isEqualTo(1);
        }
    }

    @Test
    void whatWasGainedLongAgoDoesNotCount() {
        took(TASK, 100_000, 26_000, 50_000);
        assertThat(took(TASK, 1000, 135_000, 50_000)).isLessThan(70 + 256 + 70);
    }

    @Test
    void aTaskThatWasNeverSeenMayBeALongOne() {
        took(TASK, 1000, 135_000, 50_000);
        assertThat(took(OTHER, 1, 135_000, 50_000)).isEqualTo(1);
        assertThat(sharing.worth(sharing.number(OTHER), now))
                .as("it is a short one")
                .isFalse();
    }

    @Test
    void aLongTaskIsSharedWhateverHappensToShortOnes() {
        assertThat(took(OTHER, 10, 5 * MILLI, 2 * MILLI)).isEqualTo(10);
        took(TASK, 1000, 135_000, 50_000);
        assertThat(sharing.worth(sharing.number(TASK), now)).isFalse();
        assertThat(sharing.worth(sharing.number(OTHER), now)).isTrue();
    }
}
