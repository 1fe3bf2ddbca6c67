package io.espalier.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.espalier.testkit.faults.Signals;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every fault of the matrix once, over real processes, and the mutants that need no long wait; {@link ClusterFaults} does
 * them all, often, and looks at the times too. Most of each is waiting, so several are done at a time.
 */
class ClusterFaultsTest {
    private static final int SECONDS = 5;
    private static final int LANES = 4;

    private static final Map<FaultCell, Future<FaultReport>> REAL = new EnumMap<>(FaultCell.class);
    private static final Map<FaultCell, Future<FaultReport>> MUTANTS = new EnumMap<>(FaultCell.class);
    private static ExecutorService threads;

    @BeforeAll
    static void begin() {
        assumeThat(Signals.available()).isTrue();
        threads = Executors.newFixedThreadPool(LANES);
        for (FaultCell cell : FaultCell.here()) {
            REAL.put(cell, threads.submit(() -> cell.run(false, SECONDS)));
        }
        for (FaultCell cell : List.of(
                FaultCell.KILLED_WORKER_BITS,
                FaultCell.TERMINATED_WORKER,
                FaultCell.LATE_DATA,
                FaultCell.ONE_WAY,
                FaultCell.SLOW_NETWORK)) {
            MUTANTS.put(cell, threads.submit(() -> cell.run(true, SECONDS)));
        }
    }

    @AfterAll
    static void end() {
        if (threads != null) {
            threads.shutdownNow();
        }
    }

    @ParameterizedTest
    @EnumSource(FaultCell.class)
    void aFaultChangesNothingButTheTime(FaultCell cell) throws Exception {
        assumeThat(REAL).containsKey(cell);
        assertThat(REAL.get(cell).get().wrong()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(
            value = FaultCell.class,
            names = {"KILLED_WORKER_BITS", "TERMINATED_WORKER", "LATE_DATA", "ONE_WAY", "SLOW_NETWORK"})
    void withoutItsProtectionItIsNoticed(FaultCell cell) throws Exception {
        List<String> noticed = new ArrayList<>(MUTANTS.get(cell).get().wrong());
        noticed.addAll(MUTANTS.get(cell).get().slow());
        assertThat(noticed).isNotEmpty();
    }
}
