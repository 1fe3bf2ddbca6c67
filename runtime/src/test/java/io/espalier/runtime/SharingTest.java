package io.espalier.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.core.Cores.Task;
import org.junit.jupiter.api.Test;

class SharingTest {
    private static final Task TASK = (index, thread) -> {};

    private final Sharing sharing = new Sharing();

    /** Eight runs that are shared, and took so long. */
    private void took(int number, long nanos, long busyNanos) {
        for (int i = 0; i < 8; i++) {
            assertThat(sharing.worth(number)).isTrue();
            sharing.took(number, nanos, busyNanos);
        }
    }

    private int rest(int number) {
        int runs = 0;
        while (!sharing.worth(number)) {
            runs++;
        }
        // The one that is worth it again was the question.
        return runs;
    }

    @Test
    void whatIsFasterSharedIsShared() {
        int number = sharing.number(TASK);
        for (int i = 0; i < 10; i++) {
            took(number, 26_000, 50_000);
        }
        assertThat(rest(number)).isZero();
    }

    @Test
    void whatWaitsForLateThreadsRestsLongerEachTimeUntilItIsWorthItAgain() {
        int number = sharing.number(TASK);
        took(number, 135_000, 50_000);
        assertThat(rest(number)).isEqualTo(64);
        took(number, 135_000, 50_000);
        assertThat(rest(number)).isEqualTo(128);
        for (int i = 0; i < 10; i++) {
            took(number, 135_000, 50_000);
            rest(number);
        }
        took(number, 135_000, 50_000);
        assertThat(rest(number)).isEqualTo(1024);
        took(number, 26_000, 50_000);
        took(number, 135_000, 50_000);
        assertThat(rest(number)).isEqualTo(64);
    }

    @Test
    void aThreadThatIsHardlyLateOrARunThatIsLongDoesNotMatter() {
        int number = sharing.number(TASK);
        took(number, 59_000, 50_000);
        took(number, 5_000_000, 1_500_000);
        assertThat(rest(number)).isZero();
        took(number, 5_000_000, 50_000);
        assertThat(rest(number)).as("a long wait for a short task").isEqualTo(64);
    }

    @Test
    void tasksAreToldApartAndOldOnesForgotten() {
        int number = sharing.number(TASK);
        took(number, 135_000, 50_000);
        int other = sharing.number((index, thread) -> {});
        assertThat(other).isNotEqualTo(number);
        assertThat(sharing.worth(other)).isTrue();
        assertThat(sharing.number(TASK)).isEqualTo(number);
        assertThat(sharing.worth(number)).isFalse();
        for (int i = 0; i < 16; i++) {
            int fixed = i;
            sharing.number((index, thread) -> assertThat(fixed).isPositive());
        }
        assertThat(sharing.worth(sharing.number(TASK))).as("forgotten").isTrue();
    }
}
