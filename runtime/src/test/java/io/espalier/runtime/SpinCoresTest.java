package io.espalier.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.management.ManagementFactory;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SpinCoresTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 8})
    void everyTaskRunsOnceOnItsThreadAndIsVisible(int threads) {
        try (SpinCores cores = new SpinCores(threads)) {
            for (int tasks = 0; tasks < 40; tasks++) {
                // Plain writes: only the hand-over makes them visible.
                int[] done = new int[tasks];
                int[] by = new int[tasks];
                cores.run(tasks, (index, thread) -> {
                    done[index]++;
                    by[index] = thread;
                });
                for (int i = 0; i < tasks; i++) {
                    assertThat(done[i]).isEqualTo(1);
                    assertThat(by[i]).isEqualTo(tasks == 1 ? 0 : i % threads);
                }
            }
        }
    }

    @Test
    void manyRoundsOnMoreThreadsThanProcessors() {
        try (SpinCores cores = new SpinCores(8)) {
            long[] sums = new long[8];
            for (int round = 0; round < 2000; round++) {
                long add = round;
                cores.run(8, (index, thread) -> sums[index] += add);
            }
            // By hand: 0 + 1 + ... + 1999 = 1999 * 2000 / 2.
            assertThat(sums).containsOnly(1_999_000);
        }
    }

    @Test
    void theFirstExceptionSurfacesAfterAllHaveStopped() {
        try (SpinCores cores = new SpinCores(3)) {
            AtomicIntegerArray done = new AtomicIntegerArray(9);
            assertThatThrownBy(() -> cores.run(9, (index, thread) -> {
                        if (index == 4 || index == 2) {
                            throw new IllegalArgumentException("task " + index);
                        }
                        done.set(index, 1);
                    }))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("task 4")
                    .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1));
            // Threads 1 and 2 stopped at their tasks 4 and 2; thread 0 went on.
            assertThat(done.get(6)).isEqualTo(1);
            assertThat(done.get(7)).isZero();
            cores.run(9, (index, thread) -> done.set(index, 2));
            assertThat(done.get(8)).isEqualTo(2);
        }
    }

    @Test
    void aTaskMustNotRunTasks() {
        try (SpinCores cores = new SpinCores(2)) {
            assertThatThrownBy(() -> cores.run(2, (index, thread) -> {
                        if (thread == 0) {
                            cores.run(2, (inner, other) -> {});
                        }
                    }))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("inside a task");
        }
    }

    @Test
    void closedCoresRunNothing() {
        SpinCores cores = new SpinCores(2);
        cores.close();
        assertThatThrownBy(() -> cores.run(1, (index, thread) -> {}))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
    }

    @Test
    void refusesSenselessCounts() {
        assertThatThrownBy(() -> new SpinCores(0)).hasMessageContaining("threads (0)", "Maybe");
    }

    @Test
    void aRunAllocatesNothing() {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (SpinCores cores = new SpinCores(2)) {
            long[] sums = new long[2];
            io.espalier.core.Cores.Task task = (index, thread) -> sums[index]++;
            for (int i = 0; i < 20_000; i++) {
                cores.run(2, task);
            }
            long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
            for (int i = 0; i < 1000; i++) {
                cores.run(2, task);
            }
            long after = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
            // The measurement itself allocates a little.
            assertThat(after - before).isLessThan(1000);
        }
    }

    @Test
    void anInterruptOfTheCallerIsKept() {
        try (SpinCores cores = new SpinCores(2)) {
            Thread.currentThread().interrupt();
            cores.run(2, (index, thread) -> {
                long until = System.nanoTime() + 2_000_000;
                while (thread == 1 && System.nanoTime() < until) {
                    Thread.onSpinWait();
                }
            });
            assertThat(Thread.interrupted()).isTrue();
        }
    }
}
