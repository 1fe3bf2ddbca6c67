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
 * Some faults of the matrix once, over real processes, and one without its protection; {@link ClusterFaults} does them
 * all, often, each also without its protection, and looks at the times too. Most of each is waiting, so two are done at a
 * time.
 */
class ClusterFaultsTest {
    private static final int SECONDS = 5;
    private static final int LANES = 2;

    private static final Map<FaultCell, Future<FaultReport>> REAL = new EnumMap<>(FaultCell.class);
    private static final Map<FaultCell, Future<FaultReport>> MUTANTS = new EnumMap<>(FaultCell.class);
    private static ExecutorService threads;

    @BeforeAll
    static void begin() {
        assumeThat(Signals.available()).isTrue();
        threads = Executors.newFixedThreadPool(LANES);
        for (FaultCell cell : List.of(FaultCell.KILLED_WORKER_BITS, FaultCell.TERMINATED_WORKER, FaultCell.ONE_WAY)) {
            REAL.put(cell, threads.submit(() -> cell.run(false, SECONDS)));
        }
        for (FaultCell cell : List.of(FaultCell.KILLED_WORKER_BITS)) {
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
    @EnumSource(
            value = FaultCell.class,
            names = {"KILLED_WORKER_BITS", "TERMINATED_WORKER", "ONE_WAY"})
    void aFaultChangesNothingButTheTime(FaultCell cell) throws Exception {
        assertThat(REAL.get(cell).get().wrong()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(
            value = FaultCell.class,
            names = {"KILLED_WORKER_BITS"})
    void withoutItsProtectionItIsNoticed(FaultCell cell) throws Exception {
        List<String> noticed = new ArrayList<>(MUTANTS.get(cell).get().wrong());
        noticed.addAll(MUTANTS.get(cell).get().slow());
        assertThat(noticed).isNotEmpty();
    }
}
